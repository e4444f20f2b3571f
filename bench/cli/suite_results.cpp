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
  std::string text = fmt::format("{{\n  \"schema\": {},\n  \"suite\": {},\n  \"results\": [",
                                 nlohmann::json(kResultsSchema).dump(), nlohmann::json(results.suite).dump());
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
  return text + report::suite_table(results.results, style);
}

Result<std::optional<SuiteResults>> parse_suite_results(const std::string& text, const std::string& path) {
  // Whatever else is wrong is told by who reads a single document.
  const auto document = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!document.is_object() || document.value("schema", nlohmann::ordered_json()) != kResultsSchema)
    return std::optional<SuiteResults>{};
  const auto suite = document.find("suite"), list = document.find("results");
  if (suite == document.end() || !suite->is_string() || list == document.end() || !list->is_array())
    return Error{path, "", "found no suite with results", "a file written by `dwell bench`"};
  SuiteResults out{suite->get<std::string>(), {}};
  for (const auto& each : *list) {
    auto result = report::parse_results(each.dump(), fmt::format("{}: /results/{}", path, out.results.size()));
    if (!result) return result.error();
    out.results.push_back(std::move(result).value());
  }
  return std::optional(std::move(out));
}

}  // namespace dwell::cli
