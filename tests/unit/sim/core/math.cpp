#include "sim/core/math.hpp"

#include <boost/math/distributions/normal.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/core/random.hpp"

namespace {

using dwell::RandomStream;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Relative distance from a reference of higher precision.
double relative_error(double found, long double exact) {
  if (exact == 0) return std::abs(found);
  return static_cast<double>(std::abs((found - exact) / exact));
}

/// Error relative to max(1, |exact|).
double bounded_error(double found, long double exact) {
  return static_cast<double>(std::abs(found - exact) / std::max(1.0L, std::abs(exact)));
}

/// Calls `check(x)` for numbers of either magnitude: 10^low … 10^high, evenly in the exponent.
template <class Check>
double worst_over_magnitudes(double low, double high, Check check) {
  RandomStream random(dwell::Seed{11}, 0, dwell::purpose("test.math"));
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    worst = std::max(worst, check(std::pow(10.0, low + (high - low) * random.uniform())));
  }
  return worst;
}

}  // namespace

TEST_CASE("det_log is the natural logarithm") {
  const auto error = [](double x) { return relative_error(dwell::det_log(x), std::log(static_cast<long double>(x))); };
  CHECK(worst_over_magnitudes(-323.0, 308.0, error) < 4e-15);
  CHECK(worst_over_magnitudes(-0.5, 0.5, error) < 4e-15);
  CHECK(worst_over_magnitudes(-15, -1, [&](double d) { return std::max(error(1 + d), error(1 - d)); }) < 4e-15);
  CHECK(dwell::det_log(1.0) == 0.0);
  CHECK(dwell::det_log(0.0) == -kInfinity);
  CHECK(dwell::det_log(kInfinity) == kInfinity);
  CHECK(std::isnan(dwell::det_log(-1.0)));
  CHECK(std::isnan(dwell::det_log(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("det_log1p and det_expm1 keep small arguments") {
  const auto log_error = [](double x) {
    return std::max(relative_error(dwell::det_log1p(x), std::log1p(static_cast<long double>(x))),
                    x < 1 ? relative_error(dwell::det_log1p(-x), std::log1p(-static_cast<long double>(x))) : 0.0);
  };
  CHECK(worst_over_magnitudes(-300, 300, log_error) < 4e-15);
  CHECK(worst_over_magnitudes(-1, 0, log_error) < 4e-15);
  const auto exp_error = [](double x) {
    return std::max(relative_error(dwell::det_expm1(x), std::expm1(static_cast<long double>(x))),
                    relative_error(dwell::det_expm1(-x), std::expm1(-static_cast<long double>(x))));
  };
  CHECK(worst_over_magnitudes(-300, 2.8, exp_error) < 4e-15);
  CHECK(worst_over_magnitudes(-2, 2, exp_error) < 4e-15);
}

TEST_CASE("det_exp is e^x") {
  const auto error = [](double x) { return relative_error(dwell::det_exp(x), std::exp(static_cast<long double>(x))); };
  double worst = 0;
  for (double x = -708; x < 709.7; x += 0.0137) worst = std::max(worst, error(x));
  CHECK(worst < 4e-15);
  CHECK(worst_over_magnitudes(-20, 2.8, [&](double x) { return std::max(error(x), error(-x)); }) < 4e-15);
  CHECK(dwell::det_exp(0.0) == 1.0);
  CHECK(dwell::det_exp(-746.0) == 0.0);
  CHECK(dwell::det_exp(-kInfinity) == 0.0);
  CHECK(dwell::det_exp(709.79) == kInfinity);
  CHECK(dwell::det_exp(709.78) < kInfinity);
  CHECK(dwell::det_exp(-740.0) == Approx(std::exp(-740.0)).epsilon(0.01));
  CHECK(dwell::det_exp(-740.0) > 0.0);
  CHECK(std::isnan(dwell::det_exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("det_pow is x^y") {
  RandomStream random(dwell::Seed{12}, 0, dwell::purpose("test.math"));
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = std::pow(10.0, -20 + 40 * random.uniform());
    const double y = -14 + 28 * random.uniform();
    const double scale = std::max(1.0, std::abs(y * std::log(x)));
    worst = std::max(worst, relative_error(dwell::det_pow(x, y),
                                           std::pow(static_cast<long double>(x), static_cast<long double>(y))) /
                                scale);
  }
  CHECK(worst < 4e-15);
  CHECK(dwell::det_pow(7.0, 0.0) == 1.0);
  CHECK(dwell::det_pow(0.0, 2.0) == 0.0);
  CHECK(dwell::det_pow(0.0, 0.0) == 1.0);
}

TEST_CASE("det_log_gamma is log Gamma") {
  const auto error = [](double x) {
    return bounded_error(dwell::det_log_gamma(x), std::lgamma(static_cast<long double>(x)));
  };
  CHECK(worst_over_magnitudes(-300, 15, error) < 1e-14);
  CHECK(worst_over_magnitudes(-1, 1.5, error) < 1e-14);
  CHECK(dwell::det_log_gamma(5.0) == Approx(std::log(24.0)).epsilon(1e-14));
  CHECK(std::isnan(dwell::det_log_gamma(0.0)));
}

TEST_CASE("det_stirling_error is what Stirling's formula misses") {
  constexpr long double kHalfLogTwoPi = 0.918938533204672741780329736406L;
  for (double x = 1; x < 400; x += 0.37) {
    const auto exact = static_cast<long double>(x);
    const long double missed = std::lgamma(exact + 1) - (exact + 0.5L) * std::log(exact) + exact - kHalfLogTwoPi;
    CAPTURE(x);
    CHECK(std::abs(static_cast<double>(dwell::det_stirling_error(x) - missed)) < 1e-14);
  }
  CHECK(dwell::det_stirling_error(1e9) == Approx(1.0 / 12e9).epsilon(1e-12));
}

TEST_CASE("det_normal_quantile inverts the normal distribution") {
  const boost::math::normal_distribution<long double> normal;
  const auto error = [&](double p) {
    const long double exact = boost::math::quantile(normal, static_cast<long double>(p));
    return static_cast<double>(std::abs(dwell::det_normal_quantile(p) - exact) / std::max(1.0L, std::abs(exact)));
  };
  double worst = 0;
  for (double p = 0.0005; p < 1; p += 0.0005) worst = std::max(worst, error(p));
  CHECK(worst < 1e-15 * 4);
  RandomStream random(dwell::Seed{13}, 0, dwell::purpose("test.math"));
  for (int i = 0; i < 5'000; ++i) worst = std::max(worst, error(std::pow(10.0, -300 * random.uniform() - 0.01)));
  CHECK(worst < 1e-15 * 4);
  CHECK(dwell::det_normal_quantile(0.5) == 0.0);
  CHECK(dwell::det_normal_quantile(0.25) == -dwell::det_normal_quantile(0.75));
  CHECK(dwell::det_normal_quantile(0.0) == -kInfinity);
  CHECK(dwell::det_normal_quantile(1.0) == kInfinity);
  CHECK(std::isnan(dwell::det_normal_quantile(1.5)));
}

TEST_CASE("det_sqrt is correctly rounded") {
  RandomStream random(dwell::Seed{14}, 0, dwell::purpose("test.math"));
  for (int i = 0; i < 10'000; ++i) {
    const double x = std::pow(10.0, -200 + 400 * random.uniform());
    CHECK(dwell::det_sqrt(x) == static_cast<double>(std::sqrt(static_cast<long double>(x))));
  }
}

TEST_CASE("det_sin, det_cos and det_asin") {
  RandomStream random(dwell::Seed{12}, 0, dwell::purpose("test.math.circle"));
  double worst = 0;
  double worst_asin = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = (2 * random.uniform() - 1) * (i % 2 == 0 ? 4 : 1000);
    const auto exact = static_cast<long double>(x);
    worst = std::max({worst, static_cast<double>(std::abs(dwell::det_sin(x) - std::sin(exact))),
                      static_cast<double>(std::abs(dwell::det_cos(x) - std::cos(exact)))});
    const double y = 2 * random.uniform() - 1;
    worst_asin = std::max(worst_asin, relative_error(dwell::det_asin(y), std::asin(static_cast<long double>(y))));
  }
  CHECK(worst < 2e-15);
  CHECK(worst_asin < 4e-15);
  CHECK(dwell::det_sin(0) == 0);
  CHECK(dwell::det_cos(0) == 1);
  CHECK(dwell::det_asin(1) == Approx(1.5707963267948966).epsilon(1e-15));
  CHECK(dwell::det_asin(-1) == -dwell::det_asin(1));
  CHECK(std::isnan(dwell::det_asin(1.0000001)));
}
