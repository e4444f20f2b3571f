#pragma once
// Additive Holt–Winters smoothing with deviations per place of the season (Winters 1960; Brutlag 2000). With m points a
// season, the forecast of y_t and what is learnt once y_t is known:
//   forecast  f_t = a + b + c_(t-m)
//   level     a'  = alpha (y_t - c_(t-m)) + (1 - alpha)(a + b)
//   trend     b'  = beta (a' - a) + (1 - beta) b
//   season    c_t = gamma (y_t - a') + (1 - gamma) c_(t-m)
//   deviation d_t = gamma |y_t - f_t| + (1 - gamma) d_(t-m)
// The first season gives a (its mean), c (differences from it) and b = 0. No deviation is known then: the second season
// sets d of its places to the mean of its residuals so far, and is not judged.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

struct SmoothingOptions {
  std::uint32_t season = 144;  ///< points
  double alpha = 0.1;
  double beta = 0.0035;
  double gamma = 0.1;
};

/// State: 16 bytes a point of the season. A step costs about 10 ns.
class SeasonalSmoothing {
 public:
  struct Judgement {
    bool judged = false;
    double residual = 0;   ///< y - forecast
    double deviation = 0;  ///< of this place of the season, as it was before y
  };
  explicit SeasonalSmoothing(const SmoothingOptions& options);
  /// Judges y, then learns it.
  Judgement step(double y);
  [[nodiscard]] double level() const { return level_; }
  [[nodiscard]] double trend() const { return trend_; }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const {
    return (season_.capacity() + deviation_.capacity()) * sizeof(double);
  }

 private:
  void learn_first(double y);

  SmoothingOptions options_;
  std::uint64_t seen_ = 0;
  std::uint32_t at_ = 0;  ///< place of the season
  double level_ = 0;
  double trend_ = 0;
  double residuals_ = 0;  ///< sum of |residual| of the second season
  std::vector<double> season_, deviation_;
};

}  // namespace dwell::detect
