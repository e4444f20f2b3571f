#include "bench/stats/counts.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>

#include "sim/core/check.hpp"

namespace dwell::stats {
namespace {

void demand_poisson(double exposure, double confidence) {
  DWELL_DEMAND(exposure > 0, "an exposure is positive");
  DWELL_DEMAND(confidence > 0 && confidence < 1, "a confidence lies in (0, 1)");
}

}  // namespace

double poisson_upper(std::uint64_t k, double exposure, double confidence) {
  demand_poisson(exposure, confidence);
  const boost::math::chi_squared chi_squared(2 * static_cast<double>(k) + 2);
  return boost::math::quantile(chi_squared, confidence) / (2 * exposure);
}

double poisson_lower(std::uint64_t k, double exposure, double confidence) {
  demand_poisson(exposure, confidence);
  if (k == 0) return 0;
  const boost::math::chi_squared chi_squared(2 * static_cast<double>(k));
  return boost::math::quantile(chi_squared, 1 - confidence) / (2 * exposure);
}

Interval clopper_pearson(std::uint64_t k, std::uint64_t n, double alpha) {
  DWELL_DEMAND(n >= 1 && k <= n, "a proportion has at most as many successes as trials, and a trial");
  DWELL_DEMAND(alpha > 0 && alpha < 1, "alpha lies in (0, 1)");
  const auto successes = static_cast<double>(k);
  const auto failures = static_cast<double>(n - k);
  Interval interval{0, 1};
  if (k > 0) interval.low = boost::math::quantile(boost::math::beta_distribution<>(successes, failures + 1), alpha / 2);
  if (k < n) {
    interval.high = boost::math::quantile(
        boost::math::complement(boost::math::beta_distribution<>(successes + 1, failures), alpha / 2));
  }
  return interval;
}

RateComparison compare_rates(std::uint64_t a, double exposure_a, std::uint64_t b, double exposure_b) {
  DWELL_DEMAND(exposure_a > 0 && exposure_b > 0, "an exposure is positive");
  RateComparison result;
  if (a + b == 0) return result;
  const auto n = static_cast<double>(a + b);
  const auto x = static_cast<double>(a);
  const boost::math::binomial binomial(n, exposure_a / (exposure_a + exposure_b));
  result.less = boost::math::cdf(binomial, x);
  result.greater = a == 0 ? 1 : boost::math::cdf(boost::math::complement(binomial, x - 1));
  // Probabilities equal to that of a but for rounding belong to the sum.
  const double most = boost::math::pdf(binomial, x) * (1 + 1e-7);
  result.two_sided = 0;
  for (std::uint64_t i = 0; i <= a + b; ++i) {
    const double probability = boost::math::pdf(binomial, static_cast<double>(i));
    if (probability <= most) result.two_sided += probability;
  }
  result.two_sided = std::min(1.0, result.two_sided);
  return result;
}

}  // namespace dwell::stats
