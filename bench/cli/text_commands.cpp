#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/cli/commands.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/plans.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/suites.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/cli/text_page.hpp"
#include "bench/report/case_study.hpp"
#include "bench/report/results_json.hpp"
#include "bench/report/table.hpp"
#include "bench/run/sensitivity_plan.hpp"
#include "sim/world/calendar_year.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

/// One file of a list: the cells after its name, its title, rows below that, and everything as JSON.
struct Entry {
  std::vector<std::string> cells;
  std::string title;
  std::vector<std::vector<std::string>> more;
  Json json;
};

/// Lists what `read` finds under each name; the file that cannot be read is complained of, the others are listed.
template <class Read>
int list_files(const Arguments& arguments, report::Table table, const std::vector<std::string>& names, Read read) {
  constexpr std::size_t kTitleColumns = 44;
  Json list = Json::array();
  int code = kDone;
  for (const std::string& name : names) {
    const Result<Entry> entry = read(name);
    if (!entry) {
      code = complain(entry.error(), kBadInput);
      continue;
    }
    std::vector<std::string> cells = entry.value().cells;
    cells.insert(cells.begin(), name);
    add_row(table, cells, entry.value().title, kTitleColumns);
    for (const std::vector<std::string>& row : entry.value().more) table.row(row);
    list.push_back(entry.value().json);
  }
  const int delivered = deliver(arguments, arguments.json ? dump(list) : table.render(page_style(arguments)), "");
  return delivered == kDone ? code : delivered;
}

/// The reading that is the default first.
Result<Entry> scenario_entry(const std::string& name) {
  const Result<std::string> file = find_scenario(name);
  if (!file) return file.error();
  const Result<world::Scenario> scenario = load_scenario(file.value());
  if (!scenario) return scenario.error();
  const world::Scenario& s = scenario.value();
  Entry entry{{s.baseline, std::to_string(s.reading().days)}, s.title, {}, {}};
  Json readings = Json::array();
  for (const auto& reading : s.baselines) {
    readings.push_back({{"name", reading.name}, {"days", reading.days}});
    if (reading.name != s.baseline) entry.more.push_back({"", reading.name, std::to_string(reading.days), ""});
  }
  entry.json = {{"name", name},           {"file", file.value()},     {"title", s.title},
                {"baseline", s.baseline}, {"days", s.reading().days}, {"baselines", readings}};
  return entry;
}

Result<Entry> suite_entry(const std::string& name) {
  const Result<Suite> suite = load_suite(name);
  if (!suite) return suite.error();
  const Suite& s = suite.value();
  Json scenarios = Json::array();
  for (const SuiteEntry& each : s.scenarios) {
    Json one = {{"name", shown_name(each)}, {"file", each.path}};
    for (const SuiteEntry::Change& change : each.changes) one["set"][change.pointer] = Json::parse(change.value);
    scenarios.push_back(one);
  }
  return Entry{{std::to_string(s.scenarios.size())},
               s.title,
               {},
               {{"name", name}, {"file", s.file}, {"title", s.title}, {"scenarios", scenarios}}};
}

Result<Entry> plan_entry(const std::string& name) {
  const Result<std::string> file = find_plan(name);
  if (!file) return file.error();
  const Result<run::SensitivityPlan> plan = run::read_sensitivity_plan(file.value());
  if (!plan) return plan.error();
  const run::SensitivityPlan& p = plan.value();
  Json parameters = Json::array();
  for (const run::Axis& axis : p.axes) parameters.push_back({{"name", axis.name}, {"pointer", axis.pointer}});
  return Entry{{std::to_string(p.axes.size())},
               p.title,
               {},
               {{"name", name}, {"file", file.value()}, {"title", p.title}, {"parameters", parameters}}};
}

Result<Entry> calendar_entry(const std::string& name) {
  const std::string file = calendar_folder() + "/" + name + ".json";
  const Result<world::CalendarYear> calendar = world::read_calendar(file);
  if (!calendar) return calendar.error();
  const world::CalendarYear& c = calendar.value();
  return Entry{{std::to_string(c.holidays.size()), std::to_string(c.promotions.size())},
               c.title,
               {},
               {{"name", name}, {"file", file}, {"title", c.title}, {"country", c.country}, {"year", c.year}}};
}

int list_calendars(const Arguments& arguments) {
  const std::vector<std::string> folders = {calendar_folder()};
  return list_files(arguments, report::Table({{"calendar", false}, {"holidays"}, {"promotions"}, {"", false}}),
                    world::calendar_names(folders), calendar_entry);
}

}  // namespace

int list_command(const Arguments& arguments) {
  static const std::array<std::string, 5> names = {"scenarios", "suites", "plans", "detectors", "calendars"};
  const std::string& what = arguments.subject;
  if (std::find(names.begin(), names.end(), what) == names.end()) return unknown_subject("dwell list", what, names);
  if (what != "detectors" && (arguments.costs || arguments.grid))
    return complain(
        Error{"", arguments.costs ? "--costs" : "--grid", "beside \"" + what + "\"", "dwell list detectors"},
        kBadInput);
  if (what == "scenarios")
    return list_files(arguments, report::Table({{"scenario", false}, {"reading", false}, {"days"}, {"", false}}),
                      scenario_names(), scenario_entry);
  if (what == "suites")
    return list_files(arguments, report::Table({{"suite", false}, {"scenarios"}, {"", false}}), suite_names(),
                      suite_entry);
  if (what == "plans")
    return list_files(arguments, report::Table({{"plan", false}, {"parameters"}, {"", false}}), plan_names(),
                      plan_entry);
  return what == "calendars" ? list_calendars(arguments) : list_detectors(arguments);
}

int report_command(const Arguments& arguments) {
  const Result<std::string> file = report::results_text(arguments.subject);
  if (!file) return complain(file.error(), kBadInput);
  const auto suite = parse_suite_results(file.value(), arguments.subject);
  if (!suite) return complain(suite.error(), kBadInput);
  if (suite.value()) {
    const std::string text =
        arguments.json ? suite_results_json(*suite.value()) : suite_page(*suite.value(), page_style(arguments));
    return deliver(arguments, text, arguments.subject);
  }
  const Result<run::StudyResult> result = report::parse_results(file.value(), arguments.subject);
  if (!result) return complain(result.error(), kBadInput);
  const std::string text = arguments.json ? report::results_json(result.value())
                                          : report::study_page(result.value(), "", page_style(arguments));
  return deliver(arguments, text, arguments.subject);
}

}  // namespace dwell::cli
