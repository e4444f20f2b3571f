#pragma once
// The platform alone: a scenario's background traffic, generated and delivered to nobody.

#include <cstdint>
#include <functional>

#include "sim/core/result.hpp"
#include "sim/kernel/executor.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::perf {

struct GenerationOptions {
  world::Scale scale;
  Seed seed{1};
  std::uint32_t days = 1;  ///< from the scenario's first scored day on; there is no warm-up
  kernel::Executor* executor = nullptr;
};

struct GenerationResult {
  std::uint64_t accounts = 0;
  std::uint32_t shards = 0;
  std::uint64_t events = 0;  ///< access rows
  std::uint64_t auth_rows = 0;
  std::uint64_t row_bytes = 0;  ///< of all rows delivered, origins included
  std::uint64_t digest = 0;     ///< of all background rows
  double setup_s = 0;           ///< making members and tables
  double wall_s = 0;            ///< the rest
  double cpu_s = 0;             ///< of all threads, in wall_s
  commerce::StageTimes
      stages;  ///< of all threads, in wall_s; what is left of cpu_s is the kernel's and the background's
  bool finished = true;
};

/// Share done, simulated date, events so far, seconds since the set-up; false stops. Called once a simulated hour.
using GenerationProgress = std::function<bool(double done, Date date, std::uint64_t events, double elapsed_s)>;

/// Simulates without campaign and placebo. Error: a scale that leaves too few members.
Result<GenerationResult> measure_generation(const world::Scenario& scenario, const GenerationOptions& options,
                                            const GenerationProgress& progress = {});

}  // namespace dwell::perf
