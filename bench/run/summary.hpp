#pragma once
// Rows of one detector and budget over all seeds, summed up.

#include <cstddef>
#include <string>
#include <vector>

#include "bench/run/result.hpp"
#include "bench/run/scoring.hpp"

namespace dwell::run {

/// Fewer cannot reach 5 % in the signed-rank test against the placebo.
inline constexpr std::size_t kLeastSeedsForPlaceboTest = 5;

/// Episodes and days of the calibration runs at a threshold.
struct CalibrationCount {
  std::uint64_t episodes = 0;
  double days = 0;
};

struct SummaryKey {
  std::string kind;
  Track track = Track::calibrated;
  CalibrationCount calibration;
  bool counts_only = false;
  bool by_source = false;  ///< names sources, so that few campaign sources limit what it can show
};

/// Sums up rows that share detector, budget and track. Intervals only from ten seeds on.
Summary summarise(const SummaryKey& key, const std::vector<Row>& rows, const std::vector<WorldRecord>& runs,
                  const ScoringInput& input);

/// Fills the optimality gaps, and the paired comparisons of every counts-only detector with the volume oracle.
void compare_with_oracle(StudyResult& result);

}  // namespace dwell::run
