#include "bench/report/clean_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bench/report/marks.hpp"
#include "bench/report/table.hpp"

namespace dwell::report {
namespace {

using run::Summary;

/// Two figures and whether they are what the budget promised.
std::array<std::string, 3> cells_of(const Summary* s) {
  if (s == nullptr) return {"-", "-", ""};
  if (!has_figures(*s)) return {"-", "-", marks_of(*s)};
  const bool tested = s->track == run::Track::calibrated;
  const std::string agrees = tested ? (s->budget_mark ? "no" : "yes") : "-";
  return {short_rate(s->false_alerts_per_day), short_rate(s->false_alerts_upper), agrees};
}

}  // namespace

bool is_clean(const run::StudyResult& result) { return result.manifest.campaign_requests == 0; }

std::string clean_table(const std::vector<Contender>& all, const std::vector<double>& budgets, const Style& style) {
  std::vector<Column> columns = {{"", false}};
  for (const double budget : budgets) {
    columns.push_back({budget_name(budget)});
    columns.push_back({"95 %\nbelow"});
    columns.push_back({"agrees", false, 1});
  }
  Table table(std::move(columns));
  for (const auto& [kind, title] : {std::pair{"detector", "Detectors"}, {"control", "Controls"}}) {
    const auto in = [wanted = kind](const Contender& c) { return c.kind == wanted; };
    if (std::any_of(all.begin(), all.end(), in)) table.section(title);
    for (const Contender& c : all) {
      if (!in(c)) continue;
      std::vector<std::string> cells = {c.label};
      for (const Summary* s : c.by_budget) {
        for (std::string& cell : cells_of(s)) cells.push_back(std::move(cell));
      }
      table.row(std::move(cells));
    }
  }
  return table.render(style);
}

std::string clean_legend() {
  return "There is no campaign, so every alert is false. \"1/day\": false alerts a day where the threshold was set for "
         "one; then the figure they are below with 95 % certainty, and whether they agree with the budget within "
         "chance (a test of the counts against those of calibration, at 1 %).";
}

}  // namespace dwell::report
