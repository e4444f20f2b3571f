#pragma once
// What no single key can tell: whether the parts of a scenario fit each other.

#include <optional>
#include <string>
#include <string_view>

#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::world {

/// Fewest accounts a run may have after scaling.
inline constexpr std::uint64_t kLeastAccounts = 1'000;

/// A contradiction, by the JSON pointer of the value to change.
struct Contradiction {
  std::string pointer;
  std::string found;
  std::string accepted;
};

/// What names of scenarios, baselines and calendars are made of: they become file names and flags.
inline constexpr std::string_view kPlainName = "letters, digits, dots, dashes and underscores";
bool is_plain_name(std::string_view name);

/// The first contradiction of a scenario whose single values are in range.
std::optional<Contradiction> find_contradiction(const Scenario& scenario);

/// Whether the scenario leaves at least kLeastAccounts accounts at this scale; the error names the least scale.
Status check_scale(const Scenario& scenario, Scale scale);

/// Switches to another reading of the case. Totals and the order and relative length of phases stay; a campaign that
/// lasted as long as the old reading lasts as long as the new one, its peak days keep their reads, and the insider left
/// on the same date.
Status choose_baseline(Scenario& scenario, std::string_view name);

}  // namespace dwell::world
