#pragma once
// Times to detection with right-censoring: Kaplan–Meier, Greenwood, median, restricted mean.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "bench/stats/summary.hpp"

namespace dwell::stats {

/// A run that was detected after `time_days` (event), or watched that long without detection (censored).
struct Observation {
  double time_days = 0;
  bool event = false;
};

/// Product-limit estimator (Kaplan and Meier 1958): over the distinct event times t_i with d_i events among n_i at
/// risk,
///   S(t) = product over t_i <= t of (1 - d_i / n_i).
/// Censorings at an event time count as at risk there. Greenwood's variance: S² · sum d_i / (n_i (n_i - d_i)).
class KaplanMeier {
 public:
  struct Step {
    double time_days = 0;
    std::size_t at_risk = 0;
    std::size_t events = 0;
    double survival = 1;        ///< just after time_days
    double standard_error = 0;  ///< of `survival` (Greenwood); 0 when survival is 0
  };
  /// Times must be finite and >= 0, observations not empty (demanded). O(n log n).
  explicit KaplanMeier(std::span<const Observation> observations);

  /// One step for each distinct event time, in order.
  [[nodiscard]] std::span<const Step> steps() const { return steps_; }
  /// Share not detected by the end of day t.
  [[nodiscard]] double survival(double t) const;
  [[nodiscard]] double standard_error(double t) const;
  /// Pointwise interval at confidence 1 - alpha on the log(-log S) scale (Kalbfleisch and Prentice 1980), which stays
  /// in [0, 1]; [S, S] where S is 0 or 1.
  [[nodiscard]] Interval survival_interval(double t, double alpha = 0.05) const;
  /// The least time with S <= 1/2 (mean of it and the next event time when S is exactly 1/2, as most packages do);
  /// nothing when S stays above.
  [[nodiscard]] std::optional<double> median() const;
  /// Area under S on [0, tau]: the mean of min(T, tau) (Irwin 1949). Demands tau >= 0. Beyond the longest observation S
  /// is held at its last value; all censoring of Dwell's runs is at tau, where it equals the mean of min(Y, tau).
  [[nodiscard]] double restricted_mean(double tau) const;
  /// Its standard error: sqrt of sum over t_i <= tau of A_i² d_i / (n_i (n_i - d_i)), A_i the area under S on [t_i,
  /// tau], times m / (m - 1) for m events when `small_sample`, as Kaplan and Meier suggest.
  [[nodiscard]] double restricted_mean_error(double tau, bool small_sample = false) const;

 private:
  [[nodiscard]] const Step* last_until(double t) const;
  std::vector<Step> steps_;
};

}  // namespace dwell::stats
