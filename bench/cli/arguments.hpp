#pragma once
// The command line as values.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cli/stream_options.hpp"
#include "bench/cli/validate_options.hpp"
#include "bench/perf/phold.hpp"
#include "bench/run/study.hpp"
#include "sim/core/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {

enum class Command : std::uint8_t {
  case_study,
  run,
  bench,
  resume,
  list,
  report,
  schema,
  validate,
  sensitivity,
  phold,
  bench_kernel,
  check_detector,
  score_series,
  score_edges,
  export_rows,
  help,
  version
};

/// How `phold` runs: the reference engine, threads of this process, or ranks.
enum class EngineKind : std::uint8_t { serial, threads, mpi };
inline std::span<const std::string_view> enum_names(EngineKind) {
  static constexpr std::array<std::string_view, 3> kNames = {"serial", "threads", "mpi"};
  return kNames;
}

struct Arguments {
  Command command = Command::help;
  Command about = Command::help;  ///< what help is asked about; help itself: everything
  std::string subject;            ///< scenario, what to list, results file, which schema, log; empty when not given
  std::optional<world::Scale> scale;
  std::uint64_t seed = 1;
  std::uint32_t seeds = 8;              ///< evaluation seeds
  std::uint32_t calibration_seeds = 8;  ///< seeds that budgets are set on; as many unless given
  std::uint32_t threads = 0;  ///< 0: all processors
  std::uint32_t days = 0;     ///< 0: those of the reading
  std::string baseline;       ///< empty: the scenario's
  std::optional<workforce::KeyUseOfInsider> key_use;
  std::optional<campaign::Concentration> concentration;
  std::vector<std::string> detectors;
  std::uint32_t detector_timeout_s = 30;         ///< for one answer of a detector from outside
  bool in_process = false;                       ///< detectors of shared libraries in this program
  std::optional<run::Spread> spread;             ///< over ranks; nothing: as suits the number of seeds
  std::optional<std::chrono::seconds> patience;  ///< with a rank that stands still; nothing: the command's
  std::string checkpoint;                        ///< folder; empty: none
  Duration checkpoint_every = Duration::days(10);
  double budget_per_day = 1;
  std::string plan;               ///< of a sensitivity study: name or file; empty: the project's
  std::string topics = "access";  ///< to export, with commas
  std::string pages = "all";      ///< of access rows to export
  std::string format = "batches";
  bool clean = false;  ///< export without the campaign
  perf::PholdShape phold;
  std::optional<EngineKind> engine;
  ValidateArguments validate;
  StreamArguments stream;
  bool costs = false;  ///< of list detectors
  bool grid = false;   ///< parameter grids: listed, or run
  bool json = false;
  bool quiet = false;
  std::string output;      ///< empty: none given, or stdout
  bool to_stdout = false;  ///< "-" was given
};

/// Largest base seed: seeds derived from it must stay exact in JSON readers that know only doubles.
inline constexpr std::uint64_t kMostSeed = 1'000'000'000'000;

/// `words` without the program's name. Every flag is checked here for form and range; scenario, baseline and results
/// file are looked up by the commands. Errors name the flag, what was found and what is accepted, the nearest name
/// first.
Result<Arguments> parse_arguments(const std::vector<std::string>& words);

}  // namespace dwell::cli
