#pragma once
// The recursions of the classical control charts, free of baselines and windows. Each is a plain value: copy it to fork
// it. None holds a threshold: `step` returns the statistic, larger is more suspicious. Not defined for NaN.

#include <algorithm>
#include <limits>

#include "sim/core/math.hpp"

namespace dwell::detect {

/// Exponentially weighted moving average (Roberts 1959):
///   E_n = (1 - lambda) E_(n-1) + lambda z_n,   E_0 = 0,   0 < lambda <= 1,
/// divided by its asymptotic standard deviation sqrt(lambda / (2 - lambda)) when z is standard normal and independent.
/// Two-sided |statistic| > 2.814 at lambda = .1: average run length 499.6, and 10.33 after a shift of 1 sd
/// (Lucas and Saccucci 1990).
struct Ewma {
  double value = 0;

  double step(double z, double lambda) {
    value += lambda * (z - value);
    return value / det_sqrt(lambda / (2 - lambda));
  }
};

/// One-sided cumulative sum (Page 1954):
///   S_n = max(0, S_(n-1) + z_n - k),   S_0 = 0.
/// k = .5 and h = 4 / 5: average run length 335.4 / 930.9, and 8.38 / 10.38 after a shift of 1 sd.
struct Cusum {
  double value = 0;

  double step(double z, double k) {
    value = std::max(0.0, value + z - k);
    return value;
  }
};

/// Two-sided cumulative sum: the greater of the sums upwards and downwards. 1 / ARL = 1 / ARL+ + 1 / ARL-, so at k = .5
/// and h = 4 / 5 its average run length is 167.7 / 465.4.
struct TwoSidedCusum {
  Cusum up, down;

  double step(double z, double k) { return std::max(up.step(z, k), down.step(-z, k)); }
};

/// Cumulative sum of the log-likelihood ratio of Poisson(ratio · mean) against Poisson(mean) (Lucas 1985), where the
/// mean may change from step to step:
///   S_n = max(0, S_(n-1) + x_n ln(ratio) - mean_n (ratio - 1)),   S_0 = 0,   ratio > 1.
struct PoissonCusum {
  double value = 0;

  double step(double count, double mean, double ratio, double log_ratio) {
    value = std::max(0.0, value + count * log_ratio - mean * (ratio - 1));
    return value;
  }
};

/// Page–Hinkley test (Page 1954; Hinkley 1971), with forgetting as users of data streams run it:
///   S_n = max(0, alpha S_(n-1) + x_n - mean_n - delta),   S_0 = 0,   0 < alpha <= 1.
/// At alpha = 1 and a fixed mean it is Cusum with k = delta. Published: delta .005, alpha .9999, an alarm above 50.
struct PageHinkley {
  double value = 0;

  double step(double deviation, double delta, double alpha) {
    value = std::max(0.0, alpha * value + deviation - delta);
    return value;
  }
};

/// Logarithm of the Shiryaev–Roberts statistic (Shiryaev 1963; Roberts 1966) for a shift of a standard normal stream by
/// theta:
///   R_n = (1 + R_(n-1)) exp(theta z_n - theta²/2),   R_0 = 0;   R_n - n is a martingale before the shift.
/// In logarithms R cannot overflow: ln R_n = ln(1 + e^(ln R_(n-1))) + theta (z_n - theta/2). Average run length and
/// delay after a shift of theta from the start, alarm at R >= A: theta 1, A 559.9: 1,000 and 11.14; A 5,603: 10,000 and
/// 15.72; theta .5, A 747.3: 1,000 and 34.13.
struct ShiryaevRoberts {
  double value = -std::numeric_limits<double>::infinity();

  double step(double z, double theta) {
    const double one_more = value > 0 ? value + det_log1p(det_exp(-value)) : det_log1p(det_exp(value));
    value = one_more + theta * (z - theta / 2);
    return value;
  }
};

}  // namespace dwell::detect
