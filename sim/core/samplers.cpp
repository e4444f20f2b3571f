#include "sim/core/samplers.hpp"

#include <cmath>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kExactIntegers = 0x1p53;

/// x ln(x / m) + m - x >= 0 without cancellation near x = m (Loader 2000, "deviance part").
double deviance(double x, double m) {
  if (x == 0) return m;
  const double difference = x - m;
  const double v = difference / (x + m);
  if (v <= -0.1 || v >= 0.1) return x * det_log(x / m) + m - x;
  double sum = difference * v;
  double term = 2 * x * v;
  for (int j = 3; j < 60; j += 2) {
    term *= v * v;
    const double next = sum + term / j;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/// ln P(k) of Poisson(mean), k a non-negative integer.
double log_poisson(double k, double mean) {
  if (k == 0) return -mean;
  return -det_stirling_error(k) - deviance(k, mean) - kHalfLogTwoPi - 0.5 * det_log(k);
}

/// ln P(k) of Binomial(n, p), k an integer in [0, n], 0 < p < 1.
double log_binomial(double k, double n, double p) {
  if (k == 0) return n * det_log1p(-p);
  if (k == n) return n * det_log(p);
  return det_stirling_error(n) - det_stirling_error(k) - det_stirling_error(n - k) - deviance(k, n * p) -
         deviance(n - k, n * (1 - p)) - kHalfLogTwoPi - 0.5 * (det_log(k) + det_log1p(-k / n));
}

double sample_standard_normal(RandomStream& random) { return det_normal_quantile(random.open_uniform()); }

/// ln of Gamma(shape, 1): in logarithms, since for a small shape the value itself may vanish.
double sample_log_gamma(RandomStream& random, double shape) {
  if (shape < 1) {
    const double log_uniform = det_log(random.open_uniform());
    return sample_log_gamma(random, shape + 1) + log_uniform / shape;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / det_sqrt(9 * d);
  for (;;) {
    const double x = sample_standard_normal(random);
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = random.open_uniform();
    const double log_v = det_log(v);
    if (u < 1 - 0.0331 * (x * x) * (x * x) || det_log(u) < 0.5 * x * x + d * (1 - v + log_v)) return det_log(d) + log_v;
  }
}

/// Walks along the probabilities from k = 0; `ratio(k)` is P(k) / P(k - 1). For means below 10, where nothing is left
/// beyond 200.
template <class Ratio>
std::uint64_t invert_sequentially(RandomStream& random, double p, std::uint64_t most, Ratio ratio) {
  double u = random.uniform();
  std::uint64_t k = 0;
  while (u >= p && k < most && k < 200) {
    u -= p;
    ++k;
    p *= ratio(static_cast<double>(k));
  }
  return k;
}

/// Transformed rejection with squeeze: shared by Poisson and binomial, which differ in the constants of the hat.
struct Hat {
  double a, b, centre, squeeze, log_alpha;
};

template <class LogProbability>
std::uint64_t reject_transformed(RandomStream& random, const Hat& hat, double most, LogProbability log_probability) {
  for (;;) {
    const double u = random.open_uniform() - 0.5;
    const double v = random.open_uniform();
    const double us = 0.5 - (u < 0 ? -u : u);
    const double k = std::floor((2 * hat.a / us + hat.b) * u + hat.centre);
    if (k < 0 || k > most) continue;
    if (us >= 0.07 && v <= hat.squeeze) return static_cast<std::uint64_t>(k);
    if (det_log(v / (hat.a / (us * us) + hat.b)) + hat.log_alpha <= log_probability(k))
      return static_cast<std::uint64_t>(k);
  }
}

/// Integral of (x + q)^-s: monotone in x, and its inverse; both continuous through s = 1.
struct PowerIntegral {
  double s, q;
  [[nodiscard]] double at(double x) const {
    const double log_x = det_log(x + q);
    const double t = (1 - s) * log_x;
    return t == 0 ? log_x : log_x * (det_expm1(t) / t);
  }
  [[nodiscard]] double inverse(double y) const {
    double t = (1 - s) * y;
    if (t <= -1) t = -1 + 0x1p-53;
    return det_exp(t == 0 ? y : y * (det_log1p(t) / t)) - q;
  }
  [[nodiscard]] double height(double x) const { return det_exp(-s * det_log(x + q)); }
};

}  // namespace

double sample_uniform(RandomStream& random, double low, double high) {
  DWELL_DEMAND(low <= high, "uniform: low exceeds high");
  return low + (high - low) * random.uniform();
}

double sample_exponential(RandomStream& random, double mean) {
  DWELL_DEMAND(mean > 0, "exponential: mean must be positive");
  return -mean * det_log(random.open_uniform());
}

double sample_normal(RandomStream& random, double mean, double sd) {
  DWELL_DEMAND(sd >= 0, "normal: standard deviation is negative");
  return mean + sd * sample_standard_normal(random);
}

double sample_lognormal(RandomStream& random, double mu, double sigma) {
  return det_exp(sample_normal(random, mu, sigma));
}

double sample_gamma(RandomStream& random, double shape, double scale) {
  DWELL_DEMAND(shape > 0 && scale > 0, "gamma: shape and scale must be positive");
  return scale * det_exp(sample_log_gamma(random, shape));
}

double sample_beta(RandomStream& random, double a, double b) {
  DWELL_DEMAND(a > 0 && b > 0, "beta: both shapes must be positive");
  const double log_x = sample_log_gamma(random, a);
  const double log_y = sample_log_gamma(random, b);
  return 1 / (1 + det_exp(log_y - log_x));
}

std::uint64_t sample_poisson(RandomStream& random, double mean) {
  DWELL_DEMAND(mean >= 0 && mean <= 0x1p50, "poisson: mean must be in [0, 2^50]");
  if (mean < 10) {
    return invert_sequentially(random, det_exp(-mean), UINT64_MAX, [mean](double k) { return mean / k; });
  }
  const double b = 0.931 + 2.53 * det_sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const Hat hat{a, b, mean + 0.43, 0.9277 - 3.6224 / (b - 2), det_log(1.1239 + 1.1328 / (b - 3.4))};
  return reject_transformed(random, hat, kExactIntegers, [mean](double k) { return log_poisson(k, mean); });
}

std::uint64_t sample_binomial(RandomStream& random, std::uint64_t n, double p) {
  DWELL_DEMAND(p >= 0 && p <= 1, "binomial: p must be in [0, 1]");
  DWELL_DEMAND(n <= static_cast<std::uint64_t>(kExactIntegers), "binomial: n exceeds 2^53");
  if (p > 0.5) return n - sample_binomial(random, n, 1 - p);
  if (n == 0 || p == 0) return 0;
  const auto trials = static_cast<double>(n);
  if (trials * p < 10) {
    const double odds = p / (1 - p);
    return invert_sequentially(random, det_exp(trials * det_log1p(-p)), n,
                               [=](double k) { return (trials - k + 1) / k * odds; });
  }
  const double sd = det_sqrt(trials * p * (1 - p));
  const double b = 1.15 + 2.53 * sd;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double log_mode = log_binomial(std::floor((trials + 1) * p), trials, p);
  const Hat hat{a, b, trials * p + 0.5, 0.92 - 4.2 / b, det_log((2.83 + 5.1 / b) * sd) + log_mode};
  return reject_transformed(random, hat, trials, [=](double k) { return log_binomial(k, trials, p); });
}

std::uint64_t sample_zipf(RandomStream& random, std::uint64_t n, double s, double q) {
  DWELL_DEMAND(n >= 1 && n <= static_cast<std::uint64_t>(kExactIntegers), "zipf: n must be in [1, 2^53]");
  DWELL_DEMAND(s > 0 && q >= 0, "zipf: exponent must be positive and shift not negative");
  const auto last = static_cast<double>(n);
  const PowerIntegral integral{s, q};
  const double left = integral.at(1.5) - integral.height(1);
  const double right = integral.at(last + 0.5);
  const double sure = 2 - integral.inverse(integral.at(2.5) - integral.height(2));
  for (;;) {
    const double u = right + random.uniform() * (left - right);
    const double x = integral.inverse(u);
    double k = std::floor(x + 0.5);
    if (!(k >= 1)) k = 1;
    if (k > last) k = last;
    if (k - x <= sure || u >= integral.at(k + 0.5) - integral.height(k)) return static_cast<std::uint64_t>(k);
  }
}

}  // namespace dwell
