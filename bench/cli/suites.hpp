#pragma once
// Suites: lists of scenarios that detectors are compared on, as data in scenarios/suites.

#include <string>
#include <vector>

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

}  // namespace dwell::cli
