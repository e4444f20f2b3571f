#pragma once
// The clicks of simulated members.

#include <cstdint>
#include <functional>

#include "bench/validate/evidence.hpp"
#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::validate {

struct SimulatedOptions {
  world::Scale scale{1, 200};
  Seed seed{1};
  Date first_day;
  std::uint32_t days = 35;
  kernel::Executor* executor = nullptr;  ///< nullptr: the caller's own thread
};

struct SimulatedResult {
  Observed observed;
  std::uint64_t accounts = 0;
  std::uint64_t late = 0;  ///< rows whose log line came more than a day late
  bool finished = true;
};

/// Share done, clicks so far; false stops. Called once a simulated hour.
using SimulatedProgress = std::function<bool(double done, std::uint64_t clicks)>;

/// Simulates `scenario` from `first_day` on, without campaign and without anybody who is not a person at the shop:
/// bots, stuffing, support, batch jobs and partners are switched off, which leaves members' rows as they are, because
/// all draws are keyed by whom they are for. Holidays and promotions are the scenario's.
Result<SimulatedResult> observe_simulation(const world::Scenario& scenario, const SimulatedOptions& options,
                                           const SimulatedProgress& progress = {});

}  // namespace dwell::validate
