#pragma once
// Runs the seeds of a study on several threads and adds up their progress.

#include <chrono>
#include <mutex>
#include <vector>

#include "bench/run/study.hpp"
#include "bench/run/world_run.hpp"

namespace dwell::run {

/// Adds up what runs on several threads report, and passes it on a few times a second.
class ProgressBoard {
 public:
  /// `runs` of which this rank does `own`; progress is that of its own.
  ProgressBoard(const StudyOptions& options, std::uint64_t runs, std::uint64_t own);

  /// False when the study was asked to stop.
  bool report(std::size_t run, const char* phase, double done, Date date, std::uint64_t events);

  /// Page events of this program's runs, without what an earlier one did.
  [[nodiscard]] std::uint64_t events();

  [[nodiscard]] bool stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

 private:
  using Clock = std::chrono::steady_clock;
  const StudyOptions& options_;
  Clock::time_point begin_;
  Clock::time_point last_{};
  std::mutex mutex_;
  /// Of one run. What it had done when it first reported was done by an earlier program.
  struct Stand {
    double done = 0, done_before = 0;
    std::uint64_t events = 0, events_before = 0;
    bool known = false;
  };
  std::vector<Stand> runs_;
  std::uint64_t own_;
};

/// The seeds of one phase, spread over threads: whole runs side by side while there are enough of them, else several
/// threads in a run. On ranks each runs a part of them, or all together run one after the other; then what was found is
/// given to all. Results do not depend on the split.
class SeedPool {
 public:
  using Thresholds = std::vector<std::vector<score::Threshold>>;
  SeedPool(const world::Scenario& scenario, const StudyOptions& options, const std::vector<Contender>& list,
           ProgressBoard& board)
      : scenario_(scenario), options_(options), list_(list), board_(board) {}

  /// The places among `seeds` seeds of those in which this rank takes part.
  static std::vector<std::size_t> seeds_here(const StudyOptions& options, std::size_t seeds);

  /// Clean, full-length runs. Records in order of seed; those ended early are missing.
  Result<std::vector<WorldRecord>> run(const std::vector<std::uint64_t>& seeds, std::size_t first_run) {
    return run(seeds, nullptr, first_run);
  }
  /// The same on evaluation seeds, with the thresholds that calibration found for each contender.
  Result<std::vector<WorldRecord>> evaluate(const std::vector<std::uint64_t>& seeds, const Thresholds& thresholds,
                                            std::size_t first_run) {
    return run(seeds, &thresholds, first_run);
  }

 private:
  Result<std::vector<WorldRecord>> run(const std::vector<std::uint64_t>& seeds, const Thresholds* thresholds,
                                       std::size_t first_run);
  /// The seeds of one call of run.
  struct Batch {
    const std::vector<std::uint64_t>& seeds;
    const Thresholds* thresholds;
    std::size_t first_run;
    std::vector<std::size_t> mine;  ///< places of those that this rank runs
    std::vector<std::optional<WorldRecord>> records;
    std::optional<Error> error;
  };
  /// Whether the ranks run every seed together.
  [[nodiscard]] bool together() const { return options_.ranks != nullptr && options_.spread == Spread::shards; }
  [[nodiscard]] bool first_of_together() const { return !together() || options_.ranks->rank() == 0; }
  void longest_first(Batch& batch) const;
  void run_mine(Batch& batch);
  void exchange(Batch& batch) const;
  void take_block(Batch& batch, unsigned rank, std::span<const std::byte> block) const;
  [[nodiscard]] WorldOptions world_options(std::uint64_t seed, const Thresholds* thresholds) const;
  /// Runs a seed, or recalls it from the checkpoint; notes it there when it is finished.
  Result<std::optional<WorldRecord>> run_or_recall(std::size_t run, WorldOptions& world);
  [[nodiscard]] Result<std::optional<std::vector<std::byte>>> find_kept(const std::string& name) const;
  [[nodiscard]] Result<WorldRecord> recall(const std::vector<std::byte>& bytes, const std::string& name,
                                           const WorldOptions& world) const;
  const world::Scenario& scenario_;
  const StudyOptions& options_;
  const std::vector<Contender>& list_;
  ProgressBoard& board_;
};

}  // namespace dwell::run
