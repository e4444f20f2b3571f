#pragma once
// Thresholds: the least θ such that every θ' ≥ θ keeps an alert budget on clean runs that are never scored.

#include <cstdint>
#include <span>
#include <vector>

#include "bench/score/score_log.hpp"

namespace dwell::score {

/// False alerts that a budget must lead one to expect on the clean runs, or it cannot be set.
inline constexpr double kLeastExpectedEpisodes = 10;

/// One clean run: its kept scores, and the windows [begin, end) that count.
struct CleanRun {
  std::span<const Exceedance> entries;
  double floor = 0;  ///< scores at or below it were not kept
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

struct Threshold {
  enum class State : std::uint8_t {
    found,
    not_calibratable,  ///< fewer than ten episodes expected, or scores below the kept level would be needed
    over_budget,       ///< no finite threshold keeps the budget
  };
  State state = State::not_calibratable;
  double value = 0;
  std::uint64_t episodes = 0;  ///< at `value`, over all runs
  double days = 0;             ///< of all runs
};

/// For each budget (episodes a day), in one sweep from the highest score down. An alert is score > θ.
/// Cost O(n) in the kept scores, O(m log m) in the m highest, at which the last budget is spent.
std::vector<Threshold> find_thresholds(std::span<const CleanRun> runs, std::span<const double> budgets_per_day,
                                       double windows_per_day);

}  // namespace dwell::score
