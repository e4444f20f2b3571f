#pragma once
// One value of a scenario, by its JSON pointer: what it is, and the scenario with another one in its place.

#include <string>

#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::world {

/// What the description says of a value, and what the scenario holds there.
struct ParameterInfo {
  std::string value;    ///< as JSON
  std::string tag;      ///< "published", "measured on published data", "derived", "assumption" or "setting"
  std::string unit;     ///< empty: none
  std::string meaning;  ///< one line
};

/// The value under a pointer (RFC 6901) such as "/platform/logs/auth_lost". Error: the scenario has none there.
Result<ParameterInfo> find_parameter(const Scenario& scenario, const std::string& pointer);

/// The scenario with `value`, a JSON text, under `pointer`. Everything is read and checked again, as from a file;
/// errors carry the pointer, what was found and what is accepted.
Result<Scenario> with_value(const Scenario& scenario, const std::string& pointer, const std::string& value);

}  // namespace dwell::world
