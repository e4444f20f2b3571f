#pragma once
// A study: calibrate on some seeds, score on others, for every detector of a list.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/run/checkpoint.hpp"
#include "bench/run/result.hpp"
#include "sim/core/result.hpp"
#include "sim/world/rank_exchange.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::run {

/// Where a study stands; called from one thread at a time, a few times a second at most.
struct Progress {
  std::string phase;  ///< "calibrating" or "scoring"
  std::uint64_t runs_done = 0, runs = 0;
  double done = 0;           ///< share of all simulated days, 0..1
  double done_before = 0;    ///< of it, by earlier programs: taken from a checkpoint
  std::uint64_t events = 0;  ///< in elapsed_s
  double elapsed_s = 0;
  Date date;  ///< simulated by the run that reported last
};

struct StudyOptions {
  world::Scale scale;
  std::uint64_t seed = 1;  ///< base seed: calibration seeds 2·(1,000·seed + i), evaluation seeds one more
  std::uint32_t calibration_seeds = 8;
  std::uint32_t evaluation_seeds = 8;
  std::uint32_t threads = 0;           ///< 0: all processors, shared with the other ranks here
  std::uint32_t days = 0;              ///< scored days; 0: the baseline's
  std::vector<std::string> detectors;  ///< names; empty: the whole catalogue
  std::function<void(const Progress&)> progress;
  const std::atomic<bool>* stop =
      nullptr;  ///< when it turns true, the study ends with the finished seeds and marks itself partial
  /// Where runs note what they found, and how far they are; runs noted there are not done again. nullptr: nowhere.
  const CheckpointFolder* checkpoint = nullptr;
  /// On ranks: each runs a part of the seeds, and all have the same result. nullptr: alone.
  world::RankExchange* ranks = nullptr;
  std::uint32_t ranks_here = 1;                    ///< of them on this machine: they share its processors
  Duration checkpoint_every = Duration::days(10);  ///< of simulated time, for runs under way
};

/// Runs the study. Results do not depend on threads, nor on where it went on from a checkpoint. Errors: a detector name
/// that does not exist, a scale that leaves too few members, stopped before the first evaluation seed was finished.
Result<StudyResult> run_study(const world::Scenario& scenario, const StudyOptions& options);

}  // namespace dwell::run
