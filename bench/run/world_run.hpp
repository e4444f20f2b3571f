#pragma once
// One seed of a study: a simulation with every contender watching.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/run/contenders.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::run {

/// How a run under way is kept.
struct WorldCheckpoint {
  Duration every;    ///< of simulated time
  std::string name;  ///< for messages
  /// What an earlier run of the same options kept, to go on there, if it did. Called once.
  std::function<Result<std::optional<std::vector<std::byte>>>()> load;
  std::function<Status(std::span<const std::byte>)> store;  ///< replaces what is kept
};

struct WorldOptions {
  world::Scale scale;
  Seed seed;
  std::uint32_t days = 0;      ///< scored days; 0: the baseline's
  bool evaluation = false;     ///< with campaign, placebo and shifted onset; else clean and full-length
  std::vector<double> floors;  ///< kept level of each contender, for evaluation
  /// Of each contender, those that rows will be made for. With them a view is left as soon as no row depends on its
  /// later windows; without, every view lasts to the end.
  std::vector<std::vector<score::Threshold>> thresholds = {};
  kernel::Executor* executor = nullptr;
  /// Run on these ranks together: all make the same call, and the first has the record. nullptr: alone.
  world::RankGroup* ranks = nullptr;
  /// Called at the begin and once a simulated day with the share done, that day and page events so far; false ends the
  /// run early.
  std::function<bool(double done, Date date, std::uint64_t events)> each_day = {};
  /// Called once a window, on the thread that runs them.
  std::function<void()> each_window = {};
  std::optional<WorldCheckpoint> checkpoint = {};
};

struct WorldRecord {
  Seed seed;
  world::RunPlan plan;
  std::vector<ContenderRun> contenders;
  std::shared_ptr<const truth::Incident> campaign, placebo;
  double campaign_log_share = 0;  ///< of the log lines while the campaign lasted
  std::uint64_t rows = 0, foreign_rows = 0;
  std::uint64_t background_digest = 0, foreign_digest = 0;
  std::uint64_t clean_rows = 0;
  double generation_s = 0;  ///< time outside the contenders, of all threads of the run, waiting ones too
  Time complaint = kNever;  ///< when somebody saw in a customer's complaint that data had leaked
};

/// The part of the options that the simulation knows.
world::RunOptions simulation_options(const WorldOptions& options);

/// Runs one seed; nothing when it was ended early, on ranks by any of them. Errors: a scale that leaves too few
/// members, a checkpoint that does not fit or cannot be stored; on ranks all have one when one has.
Result<std::optional<WorldRecord>> run_world(const world::Scenario& scenario, std::vector<Contender> contenders,
                                             const WorldOptions& options);

}  // namespace dwell::run
