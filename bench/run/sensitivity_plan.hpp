#pragma once
// Which parameters a sensitivity study moves, as data: files of scenarios/sensitivity.

#include <string>
#include <string_view>
#include <vector>

#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/scenario_change.hpp"

namespace dwell::run {

inline constexpr std::string_view kSensitivitySchema = "dwell.sensitivity/1";

/// One parameter and two values beside the scenario's own.
struct Axis {
  std::string name;     ///< in words, for the table
  std::string pointer;  ///< JSON pointer into the scenario
  std::string low;      ///< value, as JSON
  std::string high;
  std::string why;  ///< why it may matter, and where the values come from
};

/// An axis that fits a scenario: the scenario with each of its values.
struct FittedAxis {
  Axis axis;
  world::ParameterInfo parameter;
  world::Scenario low, high;
};

struct SensitivityPlan {
  std::string file;  ///< for messages
  std::string name;
  std::string title;
  std::vector<Axis> axes;
};

/// Reads a plan: {"schema", "name", "title", "axes": [{"name", "pointer", "low", "high", "why"}]}, 1 to 100 axes, every
/// name once. The error names file, JSON pointer with line and column, what was found and what is accepted.
Result<SensitivityPlan> read_sensitivity_plan(const std::string& path);
/// The same from text; `file` is used in messages.
Result<SensitivityPlan> parse_sensitivity_plan(std::string_view text, const std::string& file);

/// The scenario with every value of the plan in turn, checked. Error: the first value that does not fit.
Result<std::vector<FittedAxis>> fit_plan(const SensitivityPlan& plan, const world::Scenario& scenario);

}  // namespace dwell::run
