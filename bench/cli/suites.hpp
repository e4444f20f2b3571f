#pragma once
// Suites: lists of scenarios that detectors are compared on, as data in scenarios/suites.

#include <optional>
#include <string>
#include <vector>

#include "bench/report/text.hpp"
#include "bench/run/result.hpp"
#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {

/// A scenario of a suite: as its file has it, or with other values under another name.
struct SuiteEntry {
  std::string path;         ///< of the scenario's file
  std::string name, title;  ///< empty: the file's
  struct Change {
    std::string pointer;  ///< JSON pointer into the scenario
    std::string value;    ///< as JSON
    std::string place;    ///< where it stands in the suite's file, for messages
  };
  std::vector<Change> changes;
};

/// As lists, tables and results call it.
std::string shown_name(const SuiteEntry& entry);

struct Suite {
  std::string file;
  std::string name, title;
  std::vector<SuiteEntry> scenarios;  ///< in order; names, and files without changes, each once
};

/// Names of the project's suites, sorted.
std::vector<std::string> suite_names();
/// A suite by name or path. Errors name the file and the place in it: not such a file, a scenario that is missing or
/// named twice.
Result<Suite> load_suite(const std::string& word);
/// Its scenario, read and changed. Errors: those of the scenario's file; a value that does not fit, with its place in
/// the suite.
Result<world::Scenario> load_entry(const Suite& suite, const SuiteEntry& entry);

/// What `bench` makes of a suite of several scenarios: their results documents side by side, each as `run` writes it.
struct SuiteResults {
  std::string suite;
  std::vector<run::StudyResult> results;
  std::vector<std::string> left_out;  ///< names of scenarios that were not reached, or failed
};
/// Indented like other documents; each of the results as it would stand alone, further in.
std::string suite_results_json(const SuiteResults& results);
/// The page of each scenario, a table over all of them where there are several, and which are left out.
std::string suite_page(const SuiteResults& results, const report::Style& style);
/// Reads the text of such a file; nothing when it is another. Errors: a results document in it that is none.
Result<std::optional<SuiteResults>> parse_suite_results(const std::string& text, const std::string& path);

}  // namespace dwell::cli
