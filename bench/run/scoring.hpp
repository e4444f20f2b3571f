#pragma once
// From the records of all seeds to rows and summaries.

#include <vector>

#include "bench/run/result.hpp"
#include "bench/run/world_run.hpp"

namespace dwell::run {

struct ScoringInput {
  const std::vector<Contender>* contenders = nullptr;
  const std::vector<WorldRecord>* calibration = nullptr;
  const std::vector<WorldRecord>* evaluation = nullptr;
  Duration containment;
  double horizon_days = 147;     ///< τ
  double outcome_days = 147;     ///< when the real case was noticed
  std::string outcome;           ///< by whom
  bool recognition_cut = false;  ///< the scale is so small that a complaint's chance to be recognised is cut to 1
};

/// Thresholds of each contender, one a budget of score::kBudgets, from the clean calibration runs.
std::vector<std::vector<score::Threshold>> calibrate(const std::vector<Contender>& contenders,
                                                     const std::vector<WorldRecord>& calibration);
/// The kept level of each contender for evaluation runs: below its lowest threshold nothing can matter.
std::vector<double> floors_of(const std::vector<std::vector<score::Threshold>>& thresholds);

/// Fills rows, summary and comparisons, ordered by contender, budget, seed.
void score_study(const ScoringInput& input, const std::vector<std::vector<score::Threshold>>& thresholds,
                 StudyResult& result);

}  // namespace dwell::run
