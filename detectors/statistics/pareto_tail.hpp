#pragma once
// The generalised Pareto distribution fitted to excesses over a threshold, P(Y > y) = (1 + gamma y / sigma)^(-1/gamma).

#include <span>

namespace dwell::detect {

struct ParetoTail {
  double gamma = 0;  ///< shape; 0 is the exponential distribution of mean sigma
  double sigma = 1;  ///< scale, > 0
  /// ln P(Y > y), y >= 0. Where 1 + gamma y / sigma is below 1e-15 (a tail with gamma < 0 ends there) it falls by 1 per
  /// sigma, so that farther is still less probable.
  [[nodiscard]] double log_survival(double y) const;
};

/// Log-likelihood of excesses > 0.
double log_likelihood(const ParetoTail& tail, std::span<const double> excesses);

/// Maximum likelihood by Grimshaw (1993). With x = gamma / sigma the likelihood equations reduce to one,
///   u(x) v(x) = 1,   u = mean of 1 / (1 + x Y),   v = 1 + mean of ln(1 + x Y),
/// then gamma = v - 1 and sigma = gamma / x. Roots are sought where they can be (Siffer et al. 2017),
///   -1 / max Y < x < 0   and   2 (mean - min) / (mean · min) <= x <= 2 (mean - min) / min²   (here from near 0),
/// by signs at points spaced by constant factors and bisection; the exponential distribution stands for x = 0. The most
/// likely wins. Shapes below -1, where the likelihood has no bound, are not taken. Excesses must be > 0; for none the
/// answer is the default. 32 evaluations of the equation, and 50 for a root.
ParetoTail fit_pareto_tail(std::span<const double> excesses);

}  // namespace dwell::detect
