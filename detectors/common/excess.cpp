#include "detectors/common/excess.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

double excess_nats(double x, double mu, double shape) {
  DWELL_ASSERT(mu > 0 && shape > 0);
  if (x <= mu) return 0;
  // Rounding can leave a tiny negative difference of two large terms.
  return std::max(0.0, x * det_log(x / mu) - (x + shape) * det_log((x + shape) / (mu + shape)));
}

Forgetting::Forgetting(double windows) : windows_(windows) {
  DWELL_DEMAND(windows > 0, "a time constant must be positive");
  for (std::size_t i = 0; i < kShort; ++i) short_[i] = keep_long(static_cast<std::int64_t>(i));
}

double Forgetting::keep_long(std::int64_t elapsed) const {
  if (elapsed <= 0) return 1;
  const double constants = static_cast<double>(elapsed) / windows_;
  return constants > 60 ? 0 : det_exp(-constants);
}

}  // namespace dwell::detect
