#pragma once
// One value of a scenario, by its JSON pointer: what it is, and the scenario with another one in its place.

#include <array>
#include <string>
#include <string_view>

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

/// Parts of a scenario that hold what is simulated. Names, scale and reading are a study's own.
inline constexpr std::array<std::string_view, 9> kParameterParts = {"/platform",  "/background", "/campaign",
                                                                    "/workforce", "/segments",   "/key_use",
                                                                    "/networks",  "/warm_up",    "/containment"};
/// Whether a pointer leads into one of them.
bool is_parameter(std::string_view pointer);

/// The value under a pointer (RFC 6901) such as "/platform/logs/auth_lost". Error: the scenario has none there.
Result<ParameterInfo> find_parameter(const Scenario& scenario, const std::string& pointer);

/// The scenario with `value`, a JSON text, under `pointer`. Everything is read and checked again, as from a file;
/// errors carry the pointer, what was found and what is accepted.
Result<Scenario> with_value(const Scenario& scenario, const std::string& pointer, const std::string& value);

}  // namespace dwell::world
