#pragma once
// What a real-valued statistic of the coming hour ought to be, learnt only from hours already seen:
//   mean = season[hour of day] + level,   variance of the scaled residual (x - mean) · sqrt(weight).
// Season, level and variance are exponential averages; residuals are winsorised at four standard deviations before they
// are learnt. The first 168 hours learnt, and the first three of each hour of the day, are plain averages; `ready` is
// false until then.

#include <array>
#include <cstdint>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class SeasonalMean {
 public:
  /// Time constants: of the season and the variance, and of the level.
  SeasonalMean(double season_days, double level_days);
  [[nodiscard]] bool ready(std::uint32_t hour_of_day) const {
    return hours_seen_ >= kLearningHours && visits_[hour_of_day] >= kLeastVisits;
  }
  /// (x - mean) · sqrt(weight) / sd; `weight` is proportional to 1 / variance of x, for a mean of observations their
  /// number. Only when `ready`.
  [[nodiscard]] double standardise(std::uint32_t hour_of_day, double x, double weight) const;
  void learn(std::uint32_t hour_of_day, double x, double weight);
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  static constexpr double kLearningHours = 168;
  static constexpr double kLeastVisits = 3;
  static constexpr std::uint32_t kHours = 24;
  double season_rate_, level_rate_, variance_rate_;
  double hours_seen_ = 0;
  double level_ = 0;
  double variance_ = 0;
  std::array<double, kHours> season_{};
  std::array<double, kHours> visits_{};
};

}  // namespace dwell::detect
