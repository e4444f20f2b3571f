#pragma once
// PHOLD, the benchmark by which discrete-event engines are set side by side (Fujimoto, "Performance of Time Warp under
// synthetic workloads", 1990), on the kernel's public headers alone.
//
// N logical processes each start with S events for themselves at L + Exp(mean - L). Each event makes one new event:
// with probability `remote` for a process drawn from all N, its own included, else for its own; L + Exp(mean - L)
// later. Events at or after the end are dropped when they are scheduled. One unit of time is 10^6 us.

#include <cstdint>
#include <functional>
#include <string>

#include "sim/core/ids.hpp"
#include "sim/kernel/engine.hpp"

namespace dwell::perf {

inline constexpr std::uint64_t kMostPholdProcesses = 1'000'000'000;
inline constexpr std::uint32_t kMostPholdStartEvents = 1'000'000;
inline constexpr double kLeastPholdUnits = 1e-6;  ///< one microsecond
inline constexpr double kMostPholdUnits = 1e9;

struct PholdShape {
  std::uint64_t processes = 100'000;  ///< N, 1 to kMostPholdProcesses
  std::uint32_t start_events = 1;     ///< S a process
  double mean_units = 2;              ///< of the time from one event to the next, the lookahead included
  double lookahead_units = 1;         ///< L, in (0, mean]; also the kernel's
  double remote = 0.25;               ///< probability, in [0, 1]
  double end_units = 100;
  Seed seed{1};

  [[nodiscard]] kernel::EngineOptions engine_options() const;
  /// What would help when it is too large for the memory.
  [[nodiscard]] std::string remedy() const;
};

struct PholdResult {
  std::uint64_t events = 0;
  std::uint64_t digest = 0;  ///< chains of the processes' event times, each mixed with the process's id, summed
  double setup_s = 0;        ///< making the processes and their first events
  double wall_s = 0;         ///< the rest
  /// Of the peak resident memory, what came on top of the program and the processes' states, over all start events.
  double bytes_per_pending_event = 0;
  std::uint64_t peak_rss_bytes = 0;  ///< of the program so far, its ranks added up
  bool finished = true;              ///< false when it was stopped
};

/// Called once a window: share of the time that is simulated, events so far, seconds since the set-up. False stops.
using PholdProgress = std::function<bool(double done, std::uint64_t events, double elapsed_s)>;

/// Runs PHOLD to its end, on all ranks alike, on an engine without processes, made with shape.engine_options(). The
/// result but for its times depends on the shape alone. Kernel processes host blocks of the N; 16 bytes a process, 24 a
/// pending event and at most a chunk of slack for each block and window.
PholdResult run_phold(const PholdShape& shape, kernel::Engine& engine, const PholdProgress& progress = {});

}  // namespace dwell::perf
