#include "bench/report/marks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/run/summary.hpp"

namespace dwell::report {
namespace {

using run::Mark;
using run::Summary;

bool not_calibratable(const Summary& s) { return s.mark == Mark::not_calibratable && !has_crashed(s); }
bool over_budget(const Summary& s) { return s.mark == Mark::over_budget; }

struct MarkText {
  char letter;
  std::string meaning;
  bool (*holds)(const Summary&);
};

const std::array<MarkText, 7>& marks() {
  static const std::array<MarkText, 7> list = {{
      {'b', "budget test failed: false alerts on evaluation seeds disagree with calibration",
       [](const Summary& s) { return has_figures(s) && s.budget_mark; }},
      {'p',
       fmt::format(
           "not better than placebo: it finds ordinary extra traffic as often as the campaign, or not in clearly "
           "more windows with its requests (signed-rank test over the seeds, 5 %; with fewer than {} seeds their "
           "mean is compared)",
           run::kLeastSeedsForPlaceboTest),
       [](const Summary& s) { return has_figures(s) && s.placebo_mark; }},
      {'s', "scale-limited: judged per source with fewer than 20 campaign sources",
       [](const Summary& s) { return has_figures(s) && s.scale_limited; }},
      {'c', "not calibratable: too few clean days for this budget", not_calibratable},
      {'o', "over budget: no finite threshold keeps the budget", over_budget},
      {'v', "overflow: more scores than could be kept; the row may be wrong",
       [](const Summary& s) { return s.mark == Mark::overflow; }},
      {'x', "crashed: counted as undetected", has_crashed},
  }};
  return list;
}

}  // namespace

bool has_crashed(const Summary& s) {
  // One that failed while calibrating has no threshold and a note that says how; outcomes have notes of their own.
  return s.mark == Mark::crashed || (s.mark == Mark::not_calibratable && s.kind != "outcome" && !s.note.empty());
}

bool has_crashed(const run::Row& row) {
  return row.mark == Mark::crashed || (row.mark == Mark::not_calibratable && !row.note.empty());
}

bool has_figures(const Summary& s) { return !has_crashed(s) && !not_calibratable(s) && !over_budget(s); }

std::string marks_of(const Summary& s) {
  std::string letters;
  for (const MarkText& mark : marks()) {
    if (mark.holds(s)) letters += mark.letter;
  }
  return letters;
}

std::string explain_marks(const std::vector<const Summary*>& lines, const Style& style) {
  std::string out;
  for (const MarkText& mark : marks()) {
    if (std::none_of(lines.begin(), lines.end(), [&](const Summary* s) { return mark.holds(*s); })) continue;
    out += emphasise(fmt::format("  {}  {}", mark.letter, wrap(mark.meaning, style.width, 5)), Emphasis::dim, style);
    out += "\n";
  }
  return out;
}

}  // namespace dwell::report
