#pragma once
// A study: calibrate on some seeds, score on others, for every detector of a list.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/checkpoint.hpp"
#include "bench/run/contenders.hpp"
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

/// What the ranks of a study share out: whole seeds, each run by one of them, or the shards of one seed after another.
enum class Spread : std::uint8_t { seeds, shards };
inline std::span<const std::string_view> enum_names(Spread) {
  static constexpr std::array<std::string_view, 2> kNames = {"seeds", "shards"};
  return kNames;
}

struct StudyOptions {
  world::Scale scale;
  std::uint64_t seed = 1;  ///< base seed: calibration seeds 2·(1,000·seed + i), evaluation seeds one more
  std::uint32_t calibration_seeds = 8;
  std::uint32_t evaluation_seeds = 8;
  std::uint32_t threads = 0;           ///< 0: all processors, shared with the other ranks here
  std::uint32_t days = 0;              ///< scored days; 0: the baseline's
  std::vector<std::string> detectors;  ///< as typed; empty: the whole catalogue
  Door door = {};                      ///< for those from outside
  std::function<void(const Progress&)> progress;
  const std::atomic<bool>* stop =
      nullptr;  ///< when it turns true, the study ends with the finished seeds and marks itself partial
  /// Where runs note what they found, and how far they are; runs noted there are not done again. nullptr: nowhere.
  const CheckpointFolder* checkpoint = nullptr;
  /// On ranks: all make the same call and have the same result. nullptr: alone.
  world::RankGroup* ranks = nullptr;
  std::optional<Spread> spread;                    ///< over ranks; by default seeds when there is one for each rank
  std::uint32_t ranks_here = 1;                    ///< of them on this machine: they share its processors
  Duration checkpoint_every = Duration::days(10);  ///< of simulated time, for runs under way
};

/// Runs the study. Results do not depend on threads, ranks and their spread, nor on where it went on from a checkpoint.
/// Errors: a detector name that does not exist, a scale that leaves too few members, stopped before the first
/// evaluation seed was finished.
Result<StudyResult> run_study(const world::Scenario& scenario, const StudyOptions& options);

}  // namespace dwell::run
