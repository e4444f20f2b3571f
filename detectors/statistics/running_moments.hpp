#pragma once
// Mean and variance of all that a series has shown so far: the baseline of a chart where no season is known.

#include <algorithm>

#include "detectors/statistics/seasonal_baseline.hpp"

namespace dwell::detect {

/// Updated by increments (Welford 1962), so that a mean far from 0 costs no digits. A value is learnt after it was
/// judged; the first thirty are not judged. A series that has not varied yet has a millionth of its mean for sd.
class RunningMoments {
 public:
  [[nodiscard]] bool ready() const { return seen_ >= kLeastSeen; }
  [[nodiscard]] Expectation expect() const {
    const double least = std::max(1e-12 * mean_ * mean_, 1e-300);
    return {mean_, std::max(least, squares_ / seen_)};
  }
  void learn(double value) {
    seen_ += 1;
    const double before = value - mean_;
    mean_ += before / seen_;
    squares_ += before * (value - mean_);
  }

 private:
  static constexpr double kLeastSeen = 30;
  double seen_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

}  // namespace dwell::detect
