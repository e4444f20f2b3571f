#include "sim/core/math.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace dwell {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// ln 2 in two parts: the first has 32 significant bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kHalfLnTwoPi = 0.91893853320467274178;

/// 2 atanh(s) = ln((1 + s) / (1 - s)) for |s| < 0.1716, by its Taylor series to s^23 in two interleaved halves.
double twice_atanh(double s) {
  const double z = s * s;
  const double w = z * z;
  const double even = 2.0 / 5 + w * (2.0 / 9 + w * (2.0 / 13 + w * (2.0 / 17 + w * (2.0 / 21))));
  const double odd = 2.0 / 3 + w * (2.0 / 7 + w * (2.0 / 11 + w * (2.0 / 15 + w * (2.0 / 19 + w * (2.0 / 23)))));
  return 2.0 * s + s * (z * (odd + z * even));
}

/// e^r - 1 for |r| < 0.35, by its Taylor series to r^13.
double small_expm1(double r) {
  const double z = r * r;
  const double even =
      1.0 / 2 + z * (1.0 / 24 + z * (1.0 / 720 + z * (1.0 / 40320 + z * (1.0 / 3628800 + z * (1.0 / 479001600)))));
  const double odd =
      1.0 / 6 +
      z * (1.0 / 120 + z * (1.0 / 5040 + z * (1.0 / 362880 + z * (1.0 / 39916800 + z * (1.0 / 6227020800.0)))));
  return r + z * (even + r * odd);
}

/// 2^k for -1022 <= k <= 1023.
double power_of_two(int k) { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52); }

/// a[0] + a[1] x + … + a[N-1] x^(N-1).
template <int N>
double polynomial(const double (&a)[N], double x) {
  double sum = a[N - 1];
  for (int i = N - 2; i >= 0; --i) sum = sum * x + a[i];
  return sum;
}

/// sin(r) and cos(r) for |r| <= pi / 4, by their Taylor series to r^17 and r^18.
double small_sin(double r) {
  static constexpr double kSeries[] = {1.0,
                                       -1.0 / 6,
                                       1.0 / 120,
                                       -1.0 / 5040,
                                       1.0 / 362880,
                                       -1.0 / 39916800,
                                       1.0 / 6227020800.0,
                                       -1.0 / 1307674368000.0,
                                       1.0 / 355687428096000.0};
  return r * polynomial(kSeries, r * r);
}
double small_cos(double r) {
  static constexpr double kSeries[] = {1.0,
                                       -1.0 / 2,
                                       1.0 / 24,
                                       -1.0 / 720,
                                       1.0 / 40320,
                                       -1.0 / 3628800,
                                       1.0 / 479001600,
                                       -1.0 / 87178291200.0,
                                       1.0 / 20922789888000.0,
                                       -1.0 / 6402373705728000.0};
  return polynomial(kSeries, r * r);
}

/// sin(x + quarters · pi / 2).
double shifted_sin(double x, int quarters) {
  // pi / 2 in two parts: the first has 33 significant bits, so that its product with the quarters of x is exact.
  constexpr double kHalfPiHigh = 0x1.921fb544p+0;
  constexpr double kHalfPiLow = 0x1.0b4611a626331p-34;
  const int k = static_cast<int>(x * 0.63661977236758134308 + (x < 0 ? -0.5 : 0.5));
  const double r = (x - k * kHalfPiHigh) - k * kHalfPiLow;
  switch ((k + quarters) & 3) {
    case 0:
      return small_sin(r);
    case 1:
      return small_cos(r);
    case 2:
      return -small_sin(r);
    default:
      return -small_cos(r);
  }
}

/// asin(x) for |x| <= 1/2, by its Taylor series, whose terms fall by a fourth each.
double small_asin(double x) {
  const double z = x * x;
  double term = x;
  double sum = x;
  for (int n = 1; n <= 25; ++n) {
    term *= z * (2 * n - 1) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return sum;
}

}  // namespace

double det_log(double x) {
  if (!(x > 0)) return x == 0 ? -kInfinity : kNan;
  if (x == kInfinity) return x;
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  // x = 2^exponent · m with m in about [sqrt(1/2), sqrt(2)).
  constexpr std::uint64_t kHalfRoot = 0x3fe6a09e667f3bcdULL;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto shift = static_cast<std::int64_t>(bits - kHalfRoot) >> 52;
  exponent += static_cast<int>(shift);
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(shift) << 52));
  const double log_m = twice_atanh((m - 1.0) / (m + 1.0));
  return exponent * kLn2High + (exponent * kLn2Low + log_m);
}

double det_log1p(double x) {
  if (x > -0.25 && x < 0.25) return twice_atanh(x / (2.0 + x));
  return det_log(1.0 + x);
}

double det_exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return kInfinity;
  if (x < -745.2) return 0.0;
  const int k = static_cast<int>(x * 1.44269504088896340736 + (x < 0 ? -0.5 : 0.5));
  const double r = (x - k * kLn2High) - k * kLn2Low;
  const double value = 1.0 + small_expm1(r);
  if (k > 1023) return value * 0x1p1023 * power_of_two(k - 1023);
  if (k < -1022) return value * power_of_two(k + 64) * 0x1p-64;
  return value * power_of_two(k);
}

double det_expm1(double x) {
  if (x > -0.34 && x < 0.34) return small_expm1(x);
  return det_exp(x) - 1.0;
}

double det_pow(double x, double y) { return y == 0 ? 1.0 : det_exp(y * det_log(x)); }

double det_stirling_error(double x) {
  // Bernoulli numbers B(2k) / (2k (2k - 1)), k = 1…8.
  static constexpr double kSeries[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                       1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
  if (x >= 10.0) {
    const double inverse = 1.0 / x;
    return inverse * polynomial(kSeries, inverse * inverse);
  }
  return det_log_gamma(x + 1.0) - (x + 0.5) * det_log(x) + x - kHalfLnTwoPi;
}

double det_log_gamma(double x) {
  if (!(x > 0)) return kNan;
  if (x == kInfinity) return x;
  // Stirling's series wants x >= 10: climb there by Gamma(x + 1) = x Gamma(x).
  double product = 1.0;
  while (x < 10.0) {
    product *= x;
    x += 1.0;
  }
  const double value = (x - 0.5) * (det_log(x) - 1.0) + (kHalfLnTwoPi - 0.5 + det_stirling_error(x));
  return product == 1.0 ? value : value - det_log(product);
}

double det_sin(double x) { return shifted_sin(x, 0); }
double det_cos(double x) { return shifted_sin(x, 1); }

double det_asin(double x) {
  if (!(x >= -1 && x <= 1)) return kNan;
  if (x >= -0.5 && x <= 0.5) return small_asin(x);
  constexpr double kHalfPi = 1.57079632679489661923;
  const double rest = kHalfPi - 2 * small_asin(std::sqrt((1 - (x < 0 ? -x : x)) / 2));
  return x < 0 ? -rest : rest;
}

double det_normal_quantile(double p) {
  if (!(p > 0 && p < 1)) return p == 0 ? -kInfinity : p == 1 ? kInfinity : kNan;
  static constexpr double kA[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                  1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                  3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double kB[] = {1.0,
                                  4.2313330701600911252e+1,
                                  6.8718700749205790830e+2,
                                  5.3941960214247511077e+3,
                                  2.1213794301586595867e+4,
                                  3.9307895800092710610e+4,
                                  2.8729085735721942674e+4,
                                  5.2264952788528545610e+3};
  static constexpr double kC[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kD[] = {1.0,
                                  2.05319162663775882187e0,
                                  1.67638483018380384940e0,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double kE[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kF[] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kA, r) / polynomial(kB, r);
  }
  const double r = det_sqrt(-det_log(q < 0 ? p : 1.0 - p));
  const double magnitude =
      r <= 5.0 ? polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6) : polynomial(kE, r - 5.0) / polynomial(kF, r - 5.0);
  return q < 0 ? -magnitude : magnitude;
}

// The one function of the C library here: IEEE 754 fixes every bit of its result.
double det_sqrt(double x) { return std::sqrt(x); }

}  // namespace dwell
