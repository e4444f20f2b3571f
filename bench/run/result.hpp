#pragma once
// What a study found: plain data, filled by study.cpp, read by reports. Everything but `timing` and `machine` is a pure
// function of scenario, seed, scale and version.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detectors/api/descriptor.hpp"
#include "sim/core/data_fields.hpp"

namespace dwell::run {

/// How θ was found: on the calibration seeds (the default track), or from the run's own warm-up.
enum class Track : std::uint8_t { calibrated, field };

/// Why a row did not detect, or what a reader must know of it.
enum class Mark : std::uint8_t {
  none,
  not_calibratable,  ///< too few expected episodes, or scores below the kept level are needed
  over_budget,       ///< no finite threshold keeps the budget
  overflow,          ///< more scores than could be kept: the row may be wrong
  crashed,           ///< the detector failed; `note` says how
};

/// Rows of kind "outcome": what was published of the real case, and what customers' complaints come to in the
/// simulation.
inline constexpr const char* kRealOutcome = "real-outcome";
inline constexpr const char* kCustomerComplaint = "customer-complaint";

/// The tier of rows that read no logs: outcomes, and the oracle that knows which rows are the campaign's.
inline constexpr detect::Tier kNoLogs{4};

/// One detector, one evaluation seed, one budget.
struct Row {
  std::string detector;
  detect::Tier tier = detect::Tier::t0;
  std::uint64_t seed = 0;
  double budget_per_day = 0;
  Track track = Track::calibrated;
  std::optional<double> threshold;
  bool detected = false;
  double ttd_days = 0;  ///< the horizon when not detected
  bool probe = false;   ///< detected by a test read before the first phase (TTD 0)
  std::string entity;   ///< what the alert pointed at; empty when not detected
  std::uint64_t records_exposed = 0;
  std::array<std::uint64_t, kDataFields> exposed_by_field{};  ///< accounts of which that field was returned legibly
  std::uint64_t records_spared = 0;
  std::uint64_t false_alerts = 0;  ///< episodes on the clean twin
  double false_alerts_per_day = 0;
  bool placebo_detected = false;
  double placebo_ttd_days = 0;  ///< the same clock on the placebo view; the horizon when nothing was "detected"
  /// Windows in which the campaign, or the placebo, had requests, until the alert; all it has when there was none.
  std::uint64_t windows_touched = 0, placebo_windows_touched = 0;
  Mark mark = Mark::none;
  std::string note;
};

/// Mean number of accounts of which a field was returned legibly until containment, by field.
struct FieldMeans {
  std::array<double, kDataFields> accounts{};
};

/// One detector and budget over all evaluation seeds.
struct Summary {
  std::string detector;
  std::string kind;  ///< "detector", "control", "oracle" or "outcome"
  detect::Tier tier = detect::Tier::t0;
  double budget_per_day = 0;
  Track track = Track::calibrated;
  std::uint64_t seeds = 0;
  double ttd_days_median = 0;
  double ttd_days_rmst = 0;
  std::optional<double> ttd_ci_low, ttd_ci_high;  ///< 95 % of the RMST by bootstrap; absent under ten seeds
  double p_detect_1h = 0, p_detect_1d = 0, p_detect_7d = 0, p_detect_30d = 0, p_detect_horizon = 0;
  double p_placebo_1d = 0, p_placebo_7d = 0, p_placebo_30d = 0, p_placebo = 0;  ///< the last: within the horizon
  double placebo_ttd_days_rmst = 0;
  double placebo_test_p = 1;          ///< one-sided signed-rank test that fewer windows of the campaign pass unnoticed
  double share_of_horizon_saved = 0;  ///< 1 − RMST/τ
  double records_exposed_mean = 0;
  FieldMeans exposed_by_field_mean;
  double records_spared_mean = 0;
  double false_alerts_per_day = 0;
  double false_alerts_upper = 0;  ///< exact 95 % Poisson upper bound
  double budget_test_p = 1;       ///< conditional binomial test of calibration against evaluation counts
  bool budget_mark = false;       ///< the test fails at 1 %
  bool placebo_mark =
      false;  ///< not better than placebo: finds it as often, or that test misses 5 % (under five seeds: the mean)
  bool counts_only = false;              ///< judges by page counts alone, so oracle-volume bounds it
  bool scale_limited = false;            ///< judged per source with fewer than 20 campaign sources
  std::optional<double> optimality_gap;  ///< RMST ÷ oracle-volume's, each floored at one window
  Mark mark = Mark::none;
  std::string note;
};

struct DetectorCost {
  std::string detector;
  double ns_per_event = 0;        ///< observe and close, per access row of the clean view
  std::uint64_t state_bytes = 0;  ///< peak
};

/// A paired comparison of RMST between two detectors at one budget.
struct Comparison {
  std::string a, b;
  double budget_per_day = 0;
  double difference_days = 0;  ///< mean over seeds of min(TTD, τ) of a minus b
  std::optional<double> ci_low, ci_high;
};

struct Manifest {
  std::string scenario, scenario_title, scenario_digest;
  std::string baseline;
  std::string key_use;
  std::string scale;
  std::uint64_t base_seed = 0;
  std::vector<std::uint64_t> calibration_seeds, evaluation_seeds;
  std::string version, revision, compiler;
  std::string schema_digest;
  std::string event_digest;  ///< over all runs, background and foreign rows
  std::uint64_t members = 0, shards = 0, sources = 0;
  std::uint64_t events = 0;             ///< page events of all runs, background and campaign
  std::uint64_t campaign_requests = 0;  ///< mean of the evaluation runs
  double campaign_log_share = 0;        ///< of the log lines while it lasts; mean of the evaluation runs
  double warm_up_days = 0, horizon_days = 0, containment_hours = 0;
  bool partial = false;  ///< the run was stopped; only finished seeds are in it
};

struct Timing {
  double wall_s = 0, build_s = 0, events_per_s = 0, cpu_s = 0;
  double generation_ns_per_event = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::vector<DetectorCost> detectors;
};

struct Machine {
  unsigned threads = 1;
  unsigned processors = 1;
  std::string processor;
};

struct StudyResult {
  Manifest manifest;
  std::vector<Row> rows;
  std::vector<Summary> summary;
  std::vector<Comparison> comparisons;
  Timing timing;
  Machine machine;
};

}  // namespace dwell::run
