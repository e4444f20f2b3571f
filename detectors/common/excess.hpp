#pragma once
// How much a count exceeds what was learnt, in nats, so that entities of very different size share one threshold.

#include <cstdint>

namespace dwell::detect {

/// Half the deviance of a negative binomial count `x` above its mean `mu` > 0 with the given shape (variance
/// mu + mu²/shape): 0 when x <= mu, else
///   x ln(x / mu) - (x + shape) ln((x + shape) / (mu + shape)).
/// Tends to the Poisson x ln(x / mu) - (x - mu) as the shape grows. About ln(1 / p) of so large a count. Two
/// logarithms.
double excess_nats(double x, double mu, double shape);

/// Exponential forgetting with a time constant in windows, applied when something is next touched.
class Forgetting {
 public:
  explicit Forgetting(double windows);
  /// e^(-elapsed / windows); 0 beyond 60 time constants, so that nothing decays into denormal numbers.
  [[nodiscard]] double keep(std::int64_t elapsed) const;

 private:
  double windows_;
  double one_;
};

}  // namespace dwell::detect
