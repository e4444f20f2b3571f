#pragma once
// Plans of sensitivity studies by name or path.

#include <string>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell::cli {

/// Names of the plans in the project's scenarios/sensitivity, sorted.
std::vector<std::string> plan_names();
/// The file of a plan: a word with a slash or ending in .json is a path, anything else a name.
Result<std::string> find_plan(const std::string& word);

}  // namespace dwell::cli
