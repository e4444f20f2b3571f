#include "bench/report/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/report/leaderboard.hpp"
#include "bench/report/results_fields.hpp"
#include "bench/report/table.hpp"

namespace dwell::report {
namespace {

using Json = nlohmann::ordered_json;
using run::Change;
using run::Side;

constexpr std::size_t kMostColumns = 5, kMostValue = 12;
constexpr double kLeastShownDays = 1.0 / 1440;  // a window

std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() && value.get<double>() >= 10'000) return short_count(value.get<double>());
  return value.dump();
}

/// The first place at which two values differ, as "factor 0.5": the key there and the value in `one`; empty when there
/// is none below a key.
std::string first_difference(const Json& one, const Json& other, const std::string& key) {
  if (one == other) return {};
  if (!one.is_structured()) return key.empty() ? std::string() : key + ' ' + scalar_text(one);
  if (one.type() != other.type() || one.size() != other.size()) return fmt::format("{} of them", one.size());
  for (auto at = one.begin(), there = other.begin(); at != one.end(); ++at, ++there) {
    const std::string below = first_difference(*at, one.is_object() ? other.value(at.key(), Json()) : *there,
                                               one.is_object() ? at.key() : key);
    if (!below.empty()) return below;
  }
  return {};
}

/// A JSON value in few characters. A list is told by what all of it is, or by what sets it apart from `other`, the
/// other value of the same parameter.
std::string value_text(const std::string& json, const std::string& other) {
  const Json value = Json::parse(json);
  if (!value.is_structured()) return fit(scalar_text(value), kMostValue);
  if (value.empty()) return "none";
  const bool alike = value.is_array() && !value.front().is_structured() &&
                     std::all_of(value.begin(), value.end(), [&](const Json& one) { return one == value.front(); });
  if (alike) return fit("all " + scalar_text(value.front()), kMostValue);
  const std::string apart = first_difference(value, Json::parse(other), "");
  return fit(apart.empty() ? fmt::format("{} values", value.size()) : apart, kMostValue);
}

/// "+3.2 d", "-12 min", "0"; in brackets where it may be chance.
std::string change_text(const Change* change) {
  if (change == nullptr || change->mark != run::Mark::none) return "-";
  const double days = change->difference_days;
  if (std::abs(days) < kLeastShownDays / 2) return "0";
  const std::string text = fmt::format("{}{}", days < 0 ? '-' : '+', short_time(std::abs(days)));
  return change->clear() ? text : fmt::format("({})", text);
}

const Change* change_of(const Side& side, const std::string& detector) {
  const auto at =
      std::find_if(side.changes.begin(), side.changes.end(), [&](const Change& c) { return c.detector == detector; });
  return at == side.changes.end() ? nullptr : &*at;
}

void add_cells(std::vector<std::string>& cells, const std::optional<Side>& side,
               const std::vector<const run::Summary*>& columns) {
  for (const run::Summary* column : columns)
    cells.push_back(side ? change_text(change_of(*side, column->detector)) : "");
  cells.push_back(side && side->tau ? fmt::format("{:.2f}", *side->tau) : side ? "-" : "");
}

std::string header_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '\n');
  return name;
}

std::string tag_letter(const std::string& tag) {
  return tag.empty() ? "" : std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(tag.front()))));
}

std::string legend(const run::SensitivityResult& result, const std::vector<const run::Summary*>& columns,
                   const Style& style) {
  std::string text = "In the scenario as it is:";
  for (const run::Summary* column : columns) {
    text += fmt::format("{} {} ({}) {}", column == columns.front() ? "" : ",", column->detector,
                        detect::to_string(column->tier), short_time(column->ttd_days_rmst));
  }
  if (columns.empty()) text = "In the scenario as it is no detector has a row that means something at this budget";
  std::string out = wrap(text + ".", style.width, 0) + "\n";
  out +=
      wrap(fmt::format("Changes of the mean time to detect at {}; +: noticed later. In brackets: within two standard "
                       "errors of the differences by seed, so it may be chance. -: no threshold at this budget, or a "
                       "mark that voids the row. The value in brackets under a parameter is the scenario's. Where it "
                       "comes from: P published, M measured, D derived, A assumption, S setting. tau: Kendall's, of "
                       "the ranking of all {} detectors against the scenario's; 1: the same order.",
                       budget_words(result.budget_per_day), result.base.size()),
           style.width, 0);
  return out + "\n";
}

Json optional(const std::optional<double>& number) { return number ? Json(*number) : Json(nullptr); }

std::string_view mark_name(run::Mark mark) { return kMarkNames.at(static_cast<std::size_t>(mark)); }

Json side_json(const std::optional<Side>& side) {
  if (!side) return nullptr;
  Json changes = Json::array();
  for (const Change& c : side->changes) {
    changes.push_back({{"detector", c.detector},
                       {"ttd_days_rmst", c.ttd_days_rmst},
                       {"difference_days", c.difference_days},
                       {"standard_error_days", c.standard_error_days},
                       {"mark", mark_name(c.mark)}});
  }
  return {{"value", Json::parse(side->value)},
          {"kendall_tau", optional(side->tau)},
          {"event_digest", side->event_digest},
          {"changes", std::move(changes)}};
}

}  // namespace

std::string sensitivity_page(const run::SensitivityResult& result, const std::vector<std::string>& detectors,
                             const Style& style) {
  std::vector<const run::Summary*> shown;
  for (const std::string& name : detectors) {
    const auto at =
        std::find_if(result.base.begin(), result.base.end(), [&](const run::Summary& s) { return s.detector == name; });
    if (at != result.base.end() && shown.size() < kMostColumns) shown.push_back(&*at);
  }
  const run::Manifest& m = result.manifest;
  std::string out = emphasise("What the leaderboard rests on", Emphasis::bold, style) + "\n";
  out += wrap(fmt::format("{} ({}) at {}, {} calibration and {} evaluation seeds, {:g} scored days, {}; plan {}",
                          m.scenario, m.baseline, m.scale, m.calibration_seeds.size(), m.evaluation_seeds.size(),
                          m.horizon_days, budget_words(result.budget_per_day), result.plan),
              style.width, 0) +
         "\n\n";
  std::vector<Column> columns = {{"parameter", false}, {"value"}, {"", false, 1}};
  for (const run::Summary* column : shown) columns.push_back({header_of(column->detector)});
  columns.push_back({"tau"});
  Table table(std::move(columns));
  for (const run::AxisResult& line : result.axes) {
    std::vector<std::string> low = {line.axis.name, value_text(line.axis.low, line.axis.high),
                                    tag_letter(line.parameter.tag)};
    std::vector<std::string> high = {fmt::format("  ({})", value_text(line.parameter.value, line.parameter.value)),
                                     value_text(line.axis.high, line.axis.low), ""};
    add_cells(low, line.low, shown);
    add_cells(high, line.high, shown);
    table.row(std::move(low));
    table.row(std::move(high));
  }
  return out + table.render(style) + "\n" + legend(result, shown, style);
}

std::string sensitivity_json(const run::SensitivityResult& result) {
  const run::Manifest& m = result.manifest;
  Json base = Json::array();
  for (const run::Summary& s : result.base) {
    base.push_back({{"detector", s.detector},
                    {"tier", detect::to_string(s.tier)},
                    {"ttd_days_rmst", s.ttd_days_rmst},
                    {"false_alerts_per_day", s.false_alerts_per_day},
                    {"placebo_mark", s.placebo_mark},
                    {"mark", mark_name(s.mark)}});
  }
  Json axes = Json::array();
  for (const run::AxisResult& line : result.axes) {
    axes.push_back({{"name", line.axis.name},
                    {"pointer", line.axis.pointer},
                    {"why", line.axis.why},
                    {"meaning", line.parameter.meaning},
                    {"unit", line.parameter.unit},
                    {"tag", line.parameter.tag},
                    {"value", Json::parse(line.parameter.value)},
                    {"low", side_json(line.low)},
                    {"high", side_json(line.high)}});
  }
  const Json document = {{"schema", kSensitivityResultsSchema},
                         {"plan", result.plan},
                         {"budget_per_day", result.budget_per_day},
                         {"scenario", m.scenario},
                         {"scenario_digest", m.scenario_digest},
                         {"baseline", m.baseline},
                         {"scale", m.scale},
                         {"base_seed", m.base_seed},
                         {"calibration_seeds", m.calibration_seeds},
                         {"evaluation_seeds", m.evaluation_seeds},
                         {"horizon_days", m.horizon_days},
                         {"version", m.version},
                         {"revision", m.revision},
                         {"event_digest", m.event_digest},
                         {"partial", m.partial},
                         {"best_of_tiers", result.best},
                         {"base", std::move(base)},
                         {"axes", std::move(axes)},
                         {"wall_s", result.wall_s}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dwell::report
