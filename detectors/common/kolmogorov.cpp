#include "detectors/common/kolmogorov.hpp"

#include <algorithm>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kPi = 3.14159265358979323846;
constexpr double kLn2 = 0.69314718055994530942;
}  // namespace

double kolmogorov_tail_nats(double lambda) {
  if (lambda < 0.1) return 0;  // P(D < d) is below e^-120
  const double square = lambda * lambda;
  if (lambda < 1) {
    // 1 - Q by the sum that converges fast where λ is small: √(2π) / λ Σ e^(-(2k-1)² π² / (8 λ²)).
    double below = 0;
    for (int k = 1; k <= 7; k += 2) below += det_exp(-k * k * kPi * kPi / (8 * square));
    below *= det_sqrt(2 * kPi) / lambda;
    return -det_log1p(-std::min(below, 1 - 1e-16));
  }
  // The first term apart, so that great λ do not underflow.
  const double rest = -det_exp(-6 * square) + det_exp(-16 * square) - det_exp(-30 * square);
  return std::max(0.0, 2 * square - kLn2 - det_log1p(rest));
}

double kolmogorov_nats(double n, double d) {
  const double root = det_sqrt(n);
  return kolmogorov_tail_nats((root + .12 + .11 / root) * d);
}

}  // namespace dwell::detect
