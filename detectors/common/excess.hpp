#pragma once
// How much a count exceeds what was learnt, in nats, so that entities of very different size share one threshold.

#include <array>
#include <cstddef>
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
  [[nodiscard]] double keep(std::int64_t elapsed) const {
    return static_cast<std::uint64_t>(elapsed) < kShort ? short_[static_cast<std::size_t>(elapsed)]
                                                        : keep_long(elapsed);
  }

 private:
  static constexpr std::size_t kShort = 64;  // spans looked up
  [[nodiscard]] double keep_long(std::int64_t elapsed) const;
  double windows_;
  std::array<double, kShort> short_;
};

}  // namespace dwell::detect
