// Results of several scenarios: written, read back, shown.

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "bench/cli/suites.hpp"
#include "bench/report/case_study.hpp"
#include "bench/report/results_json.hpp"
#include "bench/report/suite_table.hpp"

namespace dwell::cli {
namespace {

constexpr std::string_view kResultsSchema = "dwell.suite-results/1";

}  // namespace

std::string suite_results_json(const SuiteResults& results) {
  const std::string within = "\n    ";
  std::string text = fmt::format("{{\n  \"schema\": {},\n  \"suite\": {},\n", nlohmann::json(kResultsSchema).dump(),
                                 nlohmann::json(results.suite).dump());
  if (!results.left_out.empty()) text += fmt::format("  \"left_out\": {},\n", nlohmann::json(results.left_out).dump());
  text += "  \"results\": [";
  for (std::size_t i = 0; i < results.results.size(); ++i) {
    std::string one = report::results_json(results.results[i]);
    one.pop_back();  // the last line break
    text += (i == 0 ? "" : ",") + within;
    // No line break lies within a string of JSON.
    for (const char c : one) {
      if (c == '\n') {
        text += within;
      } else {
        text += c;
      }
    }
  }
  return text + "\n  ]\n}\n";
}

std::string suite_page(const SuiteResults& results, const report::Style& style) {
  std::string text;
  for (const run::StudyResult& each : results.results) text += report::study_page(each, "", style) + "\n";
  text += report::suite_table(results.results, style);
  if (results.left_out.empty()) return text;
  const std::string left_out =
      fmt::format("Left out, as the suite was stopped or a scenario failed: {}.", fmt::join(results.left_out, ", "));
  return text + "\n" + report::wrap(left_out, style.width, 0) + "\n";
}

Result<std::optional<SuiteResults>> parse_suite_results(const std::string& text, const std::string& path) {
  // Whatever else is wrong is told by who reads a single document.
  const auto document = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!document.is_object() || document.value("schema", nlohmann::ordered_json()) != kResultsSchema)
    return std::optional<SuiteResults>{};
  const auto suite = document.find("suite"), list = document.find("results");
  if (suite == document.end() || !suite->is_string() || list == document.end() || !list->is_array())
    return Error{path, "", "found no suite with results", "a file written by `dwell bench`"};
  SuiteResults out{suite->get<std::string>(), {}, {}};
  for (const auto& name : document.value("left_out", nlohmann::ordered_json::array())) {
    if (!name.is_string()) return Error{path + ": /left_out", "", "found " + name.dump(), "names of scenarios"};
    out.left_out.push_back(name.get<std::string>());
  }
  for (const auto& each : *list) {
    auto result = report::parse_results(each.dump(), fmt::format("{}: /results/{}", path, out.results.size()));
    if (!result) return result.error();
    out.results.push_back(std::move(result).value());
  }
  return std::optional(std::move(out));
}

}  // namespace dwell::cli
