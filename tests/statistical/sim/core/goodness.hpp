#pragma once
// Goodness of fit against Boost.Math distributions. Seeds are fixed, so a verdict never changes by itself; thresholds
// are such that a right sampler fails one in a million times when its stream is changed.

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <vector>

namespace dwell::test {

inline constexpr double kLeastP = 1e-6;
inline constexpr double kMostSigmas = 5.0;

/// p-value of the two-sided Kolmogorov–Smirnov test, by the asymptotic series with Stephens's correction.
template <class Distribution>
double ks_p_value(std::vector<double> sample, const Distribution& distribution) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = cdf(distribution, sample[i]);
    distance = std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  const double x = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  if (x < 0.3) return 1;
  double sum = 0;
  for (int k = 1; k < 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  return std::clamp(sum, 0.0, 1.0);
}

/// p-value of the chi-square test of integers against P(k), k in [first, last], cells pooled to an expectation of at
/// least 10; what lies outside [first, last] is one more cell.
template <class Probability>
double chi_square_p_value(const std::vector<double>& sample, long first, long last, Probability probability) {
  std::vector<double> count(static_cast<std::size_t>(last - first + 1));
  double outside = 0;
  for (const double value : sample) {
    const long k = static_cast<long>(value);
    if (k < first || k > last) {
      ++outside;
    } else {
      ++count[static_cast<std::size_t>(k - first)];
    }
  }
  const auto n = static_cast<double>(sample.size());
  double statistic = 0, cells = 0, expected = 0, found = 0, covered = 0;
  const auto close = [&] {
    statistic += (found - expected) * (found - expected) / expected;
    ++cells;
    expected = found = 0;
  };
  for (long k = first; k <= last; ++k) {
    const double p = probability(k);
    covered += p;
    expected += n * p;
    found += count[static_cast<std::size_t>(k - first)];
    if (expected >= 10) close();
  }
  expected += n * std::max(0.0, 1 - covered);
  found += outside;
  if (expected >= 1) {
    close();
  } else if (found > 20) {
    return 0;
  }
  if (cells < 2) return outside > 0 ? 0 : 1;
  return boost::math::cdf(complement(boost::math::chi_squared(cells - 1), statistic));
}

struct Moments {
  double mean_sigmas;      ///< distance of the sample's mean from the true one, in standard errors
  double variance_sigmas;  ///< the same of its variance
};

/// Both moments against the truth; the standard error of the variance comes from the excess kurtosis.
inline Moments moments(const std::vector<double>& sample, double mean, double variance, double excess) {
  const auto n = static_cast<double>(sample.size());
  double sum = 0, squares = 0;
  for (const double x : sample) sum += x - mean;
  for (const double x : sample) squares += (x - mean) * (x - mean);
  return {std::abs(sum / n) / std::sqrt(variance / n),
          std::abs(squares / n - variance) / (variance * std::sqrt((excess + 2) / n))};
}

}  // namespace dwell::test
