#pragma once
// Mean, standard deviation and quantiles of a sample. Values must not be NaN.

#include <cstdint>
#include <span>

namespace dwell::stats {

/// Arithmetic mean; 0 for an empty sample.
double mean(std::span<const double> values);
/// Sample standard deviation with n - 1, in two passes with the correction of Chan, Golub and LeVeque (1983);
/// 0 for fewer than two values.
double standard_deviation(std::span<const double> values);
/// Quantile by linear interpolation of order statistics (Hyndman and Fan 1996, definition 7), 0 <= p <= 1.
/// Infinite values are allowed: interpolation with an infinity gives it. Demands a non-empty sample. O(n log n).
double quantile(std::span<const double> values, double p);
/// quantile(values, 1/2).
double median(std::span<const double> values);

/// Running mean and variance of a stream (Welford 1962): no cancellation, one pass, constant memory.
class RunningMoments {
 public:
  void add(double value) {
    ++count_;
    const double before = value - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (value - mean_);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  /// With n - 1; 0 for fewer than two values.
  [[nodiscard]] double variance() const { return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1); }

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

/// An estimate with its interval.
struct Interval {
  double low = 0;
  double high = 0;
};

}  // namespace dwell::stats
