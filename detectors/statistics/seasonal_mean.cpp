#include "detectors/statistics/seasonal_mean.hpp"

#include <algorithm>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kClip = 4;
constexpr double kLeastVariance = 1e-12;
}  // namespace

SeasonalMean::SeasonalMean(double season_days, double level_days)
    : season_rate_(-det_expm1(-1 / season_days)),
      level_rate_(-det_expm1(-1 / (24 * level_days))),
      variance_rate_(-det_expm1(-1 / (24 * season_days))) {}

double SeasonalMean::standardise(std::uint32_t hour_of_day, double x, double weight) const {
  const double residual = (x - season_[hour_of_day] - level_) * det_sqrt(weight);
  return residual / det_sqrt(std::max(variance_, kLeastVariance));
}

void SeasonalMean::learn(std::uint32_t hour_of_day, double x, double weight) {
  const double root = det_sqrt(weight);
  double residual = x - season_[hour_of_day] - level_;
  const bool judged = ready(hour_of_day);
  if (judged) {
    const double most = kClip * det_sqrt(std::max(variance_, kLeastVariance)) / root;
    residual = std::clamp(residual, -most, most);
  }
  double& visits = visits_[hour_of_day];
  visits += 1;
  hours_seen_ += 1;
  // Exponential averages that start as plain ones. The first visit of an hour says nothing of the variance.
  season_[hour_of_day] += std::max(season_rate_, 1 / visits) * residual;
  if (judged) level_ += level_rate_ * residual;
  if (visits > 1) {
    const double rate = std::max(variance_rate_, 1 / std::max(1.0, hours_seen_ - kHours));
    variance_ += rate * (residual * residual * weight - variance_);
  }
}

void SeasonalMean::save(ByteWriter& writer) const {
  writer.put(hours_seen_);
  writer.put(level_);
  writer.put(variance_);
  for (const double value : season_) writer.put(value);
  for (const double value : visits_) writer.put(value);
}

void SeasonalMean::restore(ByteReader& reader) {
  hours_seen_ = reader.get<double>();
  level_ = reader.get<double>();
  variance_ = reader.get<double>();
  for (double& value : season_) value = reader.get<double>();
  for (double& value : visits_) value = reader.get<double>();
}

}  // namespace dwell::detect
