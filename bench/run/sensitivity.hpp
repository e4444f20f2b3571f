#pragma once
// How much the leaderboard depends on what was assumed: the study again with one parameter at a time at another value.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/run/result.hpp"
#include "bench/run/sensitivity_plan.hpp"
#include "bench/run/study.hpp"

namespace dwell::run {

struct SensitivityProgress {
  std::size_t studies_done = 0, studies = 0;
  std::string study;  ///< "the scenario as it is", "bots: low"
  Progress inner;     ///< of the study under way
  double done = 0;    ///< share of all
  double elapsed_s = 0;
};

struct SensitivityOptions {
  StudyOptions study;         ///< the same for all; its progress is not called
  double budget_per_day = 1;  ///< one of score::kBudgets
  std::function<void(const SensitivityProgress&)> progress;
};

/// One detector at one value, against the scenario as it is, on the same seeds.
struct Change {
  std::string detector;
  double ttd_days_rmst = 0;
  double difference_days = 0;      ///< positive: noticed later than in the scenario as it is
  double standard_error_days = 0;  ///< of the mean of the differences by seed; 0 for a single seed
  Mark mark = Mark::none;          ///< the detector's at this value; other than none, the figures mean little
  /// The difference is more than two standard errors from zero, or the same on all of two or more seeds and not zero.
  [[nodiscard]] bool clear() const;
};

struct Side {
  std::string value;            ///< as JSON
  std::vector<Change> changes;  ///< one for each scored detector, in the order of the base
  std::optional<double> tau;    ///< Kendall's, between the ranking of detectors here and in the scenario as it is
  std::string event_digest;
};

struct AxisResult {
  Axis axis;
  world::ParameterInfo parameter;
  std::optional<Side> low, high;  ///< nothing: not reached before a stop
};

struct SensitivityResult {
  std::string plan;
  double budget_per_day = 1;
  Manifest manifest;              ///< of the scenario as it is; partial when some side is missing
  std::vector<Summary> base;      ///< detectors alone, soonest first: what is ranked
  std::vector<std::string> best;  ///< of each tier of logs, in order of tier, without those whose row means little
  std::vector<AxisResult> axes;
  double wall_s = 0;
};

/// Runs the scenario as it is, then with each value of each axis: the same seeds, so that what differs is the
/// parameter's doing, and calibrated anew, as a platform like that would have been. A value that changes nothing is not
/// run again. Cost: (1 + 2 axes) studies. When options.study.stop turns true, what was finished is kept and marked
/// partial. Errors: those of run_study, a plan that does not fit, stopped before the first study was finished.
Result<SensitivityResult> run_sensitivity(const world::Scenario& scenario, const SensitivityPlan& plan,
                                          const SensitivityOptions& options);

/// Compares two studies on the same seeds at a budget: one change for each detector of `base`, and the rankings.
Side compare_studies(const std::vector<Summary>& base, const StudyResult& base_study, const StudyResult& other,
                     double budget_per_day);
/// The detectors (no controls, oracles, outcomes) of a study at a budget, on the calibrated track, soonest first.
std::vector<Summary> ranked_detectors(const StudyResult& study, double budget_per_day);
/// The soonest of each tier among those that mean something: no mark, some detection, better than placebo.
std::vector<std::string> best_of_tiers(const std::vector<Summary>& ranked);

}  // namespace dwell::run
