#include "bench/report/suite_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "bench/report/clean_table.hpp"
#include "bench/report/leaderboard.hpp"
#include "bench/report/marks.hpp"
#include "bench/report/table.hpp"
#include "bench/stats/ranks.hpp"

namespace dwell::report {
namespace {

using run::StudyResult;
using run::Summary;

constexpr std::size_t kScenariosAcross = 4;

/// A detector in all scenarios.
struct Line {
  std::string name, label;
  std::vector<const Summary*> in;  ///< parallel to the studies; nullptr where it has none
  double mean_rank = 0;
};

std::vector<Line> lines_of(std::span<const StudyResult> results, run::Track track) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < results.size(); ++i) {
    for (const Contender& c : contenders(results[i], track)) {
      if (c.kind != "detector" || c.by_budget.front() == nullptr) continue;
      auto at = std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.name == c.name; });
      if (at == lines.end()) at = lines.insert(at, {c.name, c.label, std::vector<const Summary*>(results.size()), 0});
      at->in[i] = c.by_budget.front();
    }
  }
  return lines;
}

/// Whether some row has figures.
bool says_something(const std::vector<Line>& lines) {
  const auto with_figures = [](const Summary* s) { return s != nullptr && has_figures(*s); };
  return std::any_of(lines.begin(), lines.end(),
                     [&](const Line& line) { return std::any_of(line.in.begin(), line.in.end(), with_figures); });
}

/// The last of all where there is no time that means something.
double time_to_rank_by(const Summary* s) {
  return s != nullptr && has_figures(*s) ? s->ttd_days_rmst : std::numeric_limits<double>::max();
}

/// How many scenarios the ranks are over.
std::size_t rank(std::span<const StudyResult> results, std::vector<Line>& lines) {
  std::size_t campaigns = 0;
  std::vector<double> sums(lines.size()), days(lines.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (is_clean(results[i])) continue;
    ++campaigns;
    for (std::size_t l = 0; l < lines.size(); ++l) days[l] = time_to_rank_by(lines[l].in[i]);
    const std::vector<double> ranks = stats::ranks(days);
    std::transform(sums.begin(), sums.end(), ranks.begin(), sums.begin(), std::plus<>());
  }
  for (std::size_t l = 0; l < lines.size() && campaigns > 0; ++l)
    lines[l].mean_rank = sums[l] / static_cast<double>(campaigns);
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.mean_rank < b.mean_rank; });
  return campaigns;
}

std::string cell(const StudyResult& result, const Summary* s) {
  if (s == nullptr) return "";
  if (!has_figures(*s)) return "-";
  if (is_clean(result)) return short_rate(s->false_alerts_per_day) + "/d";
  return s->p_detect_horizon >= 0.5 ? short_time(s->ttd_days_median)
                                    : fmt::format("in {:.0f} %", 100 * s->p_detect_horizon);
}

/// Without a campaign most letters say nothing (clean_table.hpp).
bool has_marks(const StudyResult& result, const Summary* s) {
  return s != nullptr && (!is_clean(result) || !has_figures(*s));
}

std::string header_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '\n');
  return name;
}

/// Of the scenarios from `first` on as many as stand side by side.
std::string table_from(std::size_t first, std::span<const StudyResult> results, const std::vector<Line>& lines,
                       bool ranked, const Style& style) {
  const std::size_t end = std::min(first + kScenariosAcross, results.size());
  std::vector<Column> columns = {{"", false}, {"logs", false}};
  for (std::size_t i = first; i < end; ++i) {
    columns.push_back({header_of(results[i].manifest.scenario)});
    columns.push_back({"", false, 1});
  }
  columns.push_back({"mean\nrank"});
  Table table(std::move(columns));
  const bool any_figures = says_something(lines);  // ranks of nothing would all be alike
  for (const Line& line : lines) {
    const auto any = std::find_if(line.in.begin(), line.in.end(), [](const Summary* s) { return s != nullptr; });
    std::vector<std::string> cells = {line.label, std::string(detect::to_string((*any)->tier))};
    for (std::size_t i = first; i < end; ++i) {
      cells.push_back(cell(results[i], line.in[i]));
      cells.push_back(has_marks(results[i], line.in[i]) ? marks_of(*line.in[i]) : "");
    }
    cells.push_back(!ranked ? "" : any_figures ? fmt::format("{:.1f}", line.mean_rank) : "-");
    table.row(std::move(cells));
  }
  return table.render(style);
}

}  // namespace

std::string suite_table(std::span<const StudyResult> results, const Style& style) {
  if (results.size() < 2 || budgets_of(results.front()).empty()) return "";
  run::Track track = run::Track::calibrated;
  std::vector<Line> lines = lines_of(results, track);
  if (std::vector<Line> own = lines_of(results, run::Track::field); !says_something(lines) && says_something(own)) {
    track = run::Track::field;
    lines = std::move(own);
  }
  if (lines.empty()) return "";
  const std::size_t campaigns = rank(results, lines);
  const std::string budget = budget_name(budgets_of(results.front()).front());
  const std::string how = track == run::Track::calibrated ? "" : ", thresholds from the run's own warm-up";
  std::string out = emphasise("All scenarios, at " + budget + how, Emphasis::bold, style) + "\n";
  for (std::size_t first = 0; first < results.size(); first += kScenariosAcross)
    out += table_from(first, results, lines, campaigns > 0, style) + "\n";
  std::string legend =
      "Median time to detect; \"in 25 %\": the share of the runs that noticed, where half did not; \"0.9/d\": false "
      "alerts a day, where there was no campaign; -: no threshold, or a failure.";
  if (campaigns > 0)
    legend += fmt::format(" Mean rank: by mean time to detect, over the {} scenario{} with a campaign.", campaigns,
                          campaigns == 1 ? "" : "s");
  out += emphasise(wrap(legend, style.width, 0), Emphasis::dim, style) + "\n";
  std::vector<const Summary*> shown;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (has_marks(results[i], line.in[i])) shown.push_back(line.in[i]);
    }
  }
  return out + explain_marks(shown, style);
}

}  // namespace dwell::report
