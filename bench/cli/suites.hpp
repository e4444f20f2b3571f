#pragma once
// Suites: lists of scenarios that detectors are compared on, as data in scenarios/suites.

#include <optional>
#include <string>
#include <vector>

#include "bench/run/result.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

struct Suite {
  std::string file;
  std::string name, title;
  std::vector<std::string> scenarios;  ///< paths of their files, in order, each once
};

/// Names of the project's suites, sorted.
std::vector<std::string> suite_names();
/// A suite by name or path. Errors name the file and the place in it: not such a file, a scenario that is missing or
/// named twice.
Result<Suite> load_suite(const std::string& word);

/// What `bench` makes of a suite of several scenarios: their results documents side by side, each as `run` writes it.
struct SuiteResults {
  std::string suite;
  std::vector<run::StudyResult> results;
};
std::string suite_results_json(const SuiteResults& results);
/// Reads the text of such a file; nothing when it is another. Errors: a results document in it that is none.
Result<std::optional<SuiteResults>> parse_suite_results(const std::string& text, const std::string& path);

}  // namespace dwell::cli
