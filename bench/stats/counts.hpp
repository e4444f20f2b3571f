#pragma once
// Exact statements about counts: bounds of a Poisson rate and of a proportion, and whether two Poisson rates differ.

#include <cstdint>

#include "bench/stats/summary.hpp"

namespace dwell::stats {

/// Upper bound of the rate of a Poisson process that showed k events in `exposure` > 0 (Garwood 1936):
///   chi²(confidence; 2k + 2) / (2 exposure).
double poisson_upper(std::uint64_t k, double exposure, double confidence = 0.95);
/// Lower bound: chi²(1 - confidence; 2k) / (2 exposure); 0 for k = 0.
double poisson_lower(std::uint64_t k, double exposure, double confidence = 0.95);

/// Two-sided exact interval of a proportion, k successes of n >= 1, at confidence 1 - alpha (Clopper and Pearson 1934).
Interval clopper_pearson(std::uint64_t k, std::uint64_t n, double alpha = 0.05);

/// Whether two Poisson rates agree, given counts and exposures > 0: under equal rates the first count is binomial with
/// n = a + b and p = exposure_a / (exposure_a + exposure_b) (Przyborowski and Wilenski 1940).
struct RateComparison {
  double greater = 1;    ///< p-value against "rate a is greater": P(X >= a)
  double less = 1;       ///< p-value against "rate a is less": P(X <= a)
  double two_sided = 1;  ///< sum of the probabilities not above that of a; 1 when both counts are 0
};
/// O(a + b) time.
RateComparison compare_rates(std::uint64_t a, double exposure_a, std::uint64_t b, double exposure_b);

}  // namespace dwell::stats
