#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/cli/commands.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/suites.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/cli/text_page.hpp"
#include "bench/report/case_study.hpp"
#include "bench/report/results_json.hpp"
#include "bench/report/table.hpp"
#include "sim/telemetry/schema.hpp"
#include "sim/world/calendar_year.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

int list_scenarios(const Arguments& arguments) {
  report::Table table({{"scenario", false}, {"reading", false}, {"days"}, {"", false}});
  Json list = Json::array();
  int code = kDone;
  for (const std::string& name : scenario_names()) {
    const std::string file = find_scenario(name).value();
    const Result<world::Scenario> scenario = load_scenario(file);
    if (!scenario) {
      code = complain(scenario.error(), kBadInput);
      continue;
    }
    const world::Scenario& s = scenario.value();
    add_row(table, {name, s.baseline, std::to_string(s.reading().days)}, s.title, 44);
    list.push_back(
        {{"name", name}, {"file", file}, {"title", s.title}, {"baseline", s.baseline}, {"days", s.reading().days}});
  }
  const int delivered = deliver(arguments, arguments.json ? dump(list) : table.render(page_style(arguments)), "");
  return delivered == kDone ? code : delivered;
}

int list_suites(const Arguments& arguments) {
  report::Table table({{"suite", false}, {"scenarios"}, {"", false}});
  Json list = Json::array();
  int code = kDone;
  for (const std::string& name : suite_names()) {
    const Result<Suite> suite = load_suite(name);
    if (!suite) {
      code = complain(suite.error(), kBadInput);
      continue;
    }
    const Suite& s = suite.value();
    add_row(table, {name, std::to_string(s.scenarios.size())}, s.title, 44);
    list.push_back({{"name", name}, {"file", s.file}, {"title", s.title}, {"scenarios", s.scenarios}});
  }
  const int delivered = deliver(arguments, arguments.json ? dump(list) : table.render(page_style(arguments)), "");
  return delivered == kDone ? code : delivered;
}

int list_calendars(const Arguments& arguments) {
  const std::vector<std::string> folders = {calendar_folder()};
  report::Table table({{"calendar", false}, {"holidays"}, {"promotions"}, {"", false}});
  Json list = Json::array();
  int code = kDone;
  for (const std::string& name : world::calendar_names(folders)) {
    const std::string file = folders.front() + "/" + name + ".json";
    const Result<world::CalendarYear> calendar = world::read_calendar(file);
    if (!calendar) {
      code = complain(calendar.error(), kBadInput);
      continue;
    }
    const world::CalendarYear& c = calendar.value();
    add_row(table, {name, std::to_string(c.holidays.size()), std::to_string(c.promotions.size())}, c.title, 44);
    list.push_back({{"name", name}, {"file", file}, {"title", c.title}, {"country", c.country}, {"year", c.year}});
  }
  const int delivered = deliver(arguments, arguments.json ? dump(list) : table.render(page_style(arguments)), "");
  return delivered == kDone ? code : delivered;
}

int unknown_subject(const char* command, const std::string& word, std::span<const std::string> names) {
  return complain(Error{"", command, "found \"" + word + "\"", accepted_names(word, names)}, kBadInput);
}

}  // namespace

int list_command(const Arguments& arguments) {
  static const std::array<std::string, 4> names = {"scenarios", "suites", "detectors", "calendars"};
  if (arguments.subject != names[2] && (arguments.costs || arguments.grid))
    return complain(Error{"", arguments.costs ? "--costs" : "--grid", "beside \"" + arguments.subject + "\"",
                          "dwell list detectors"},
                    kBadInput);
  if (arguments.subject == names[0]) return list_scenarios(arguments);
  if (arguments.subject == names[1]) return list_suites(arguments);
  if (arguments.subject == names[2]) return list_detectors(arguments);
  if (arguments.subject == names[3]) return list_calendars(arguments);
  return unknown_subject("dwell list", arguments.subject, names);
}

int report_command(const Arguments& arguments) {
  const Result<std::string> file = report::results_text(arguments.subject);
  if (!file) return complain(file.error(), kBadInput);
  const auto suite = parse_suite_results(file.value(), arguments.subject);
  if (!suite) return complain(suite.error(), kBadInput);
  if (suite.value()) {
    std::string text = arguments.json ? suite_results_json(*suite.value()) : "";
    if (!arguments.json) {
      for (const run::StudyResult& each : suite.value()->results)
        text += report::study_page(each, "", page_style(arguments)) + "\n";
    }
    return deliver(arguments, text, arguments.subject);
  }
  const Result<run::StudyResult> result = report::parse_results(file.value(), arguments.subject);
  if (!result) return complain(result.error(), kBadInput);
  const std::string text = arguments.json ? report::results_json(result.value())
                                          : report::study_page(result.value(), "", page_style(arguments));
  return deliver(arguments, text, arguments.subject);
}

int schema_command(const Arguments& arguments) {
  static const std::array<std::string, 4> names = {"telemetry", "scenario", "results", "calendar"};
  if (arguments.subject.empty() || arguments.subject == names[0]) {
    return deliver(arguments, telemetry::schema_markdown(), "");
  }
  if (arguments.subject == names[1]) return deliver(arguments, world::scenario_json_schema(), "");
  if (arguments.subject == names[2]) return deliver(arguments, report::results_json_schema(), "");
  if (arguments.subject == names[3]) return deliver(arguments, world::calendar_json_schema(), "");
  return unknown_subject("dwell schema", arguments.subject, names);
}

}  // namespace dwell::cli
