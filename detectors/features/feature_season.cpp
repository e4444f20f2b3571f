#include "detectors/features/feature_season.hpp"

#include <algorithm>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr double kMost = 8;        // standard deviations handed out
constexpr double kMostLearnt = 6;  // standard deviations learnt
constexpr double kLeastVariance = 1e-6;
constexpr double kDaysUntilReady = 3;
constexpr double kWeeksWithout = 4;

double rate(double blocks) { return -det_expm1(-1 / blocks); }

}  // namespace

FeatureSeason::FeatureSeason(double blocks_per_day)
    : blocks_per_day_(blocks_per_day),
      // An hour of the day is visited by a 24th of the blocks, an hour of the week by a 168th.
      day_rate_(rate(14 * blocks_per_day / 24)),
      week_rate_(rate(56 * blocks_per_day / 168)),
      variance_rate_(rate(28 * blocks_per_day)),
      day_(24),
      week_(168) {}

bool FeatureSeason::ready() const { return blocks_ >= kDaysUntilReady * blocks_per_day_; }

void FeatureSeason::compare(std::uint32_t hour_of_week, FeatureVector& features) const {
  for (std::size_t f = 0; f < kFeatures; ++f) {
    const double r = features.value[f] - usual(hour_of_week, f);
    features.residual[f] = std::clamp(r / det_sqrt(std::max(variance_[f], kLeastVariance)), -kMost, kMost);
  }
}

void FeatureSeason::learn(std::uint32_t hour_of_week, const FeatureVector& features) {
  const std::uint32_t hour = hour_of_week % 24;
  const bool first_visit = day_seen_[hour] == 0;
  const double a = std::max(day_rate_, 1 / (day_seen_[hour] += 1));
  const bool weekly = blocks_ >= 7 * blocks_per_day_;
  const double b = weekly ? std::max(week_rate_, 1 / (kWeeksWithout + (week_seen_[hour_of_week] += 1))) : 0;
  // The first day says nothing of the variance.
  const double c = first_visit ? 0 : std::max(variance_rate_, 1 / std::max(1.0, blocks_ - blocks_per_day_ + 1));
  const bool winsorise = ready();
  for (std::size_t f = 0; f < kFeatures; ++f) {
    double r = features.value[f] - usual(hour_of_week, f);
    if (winsorise) {
      const double most = kMostLearnt * det_sqrt(std::max(variance_[f], kLeastVariance));
      r = std::clamp(r, -most, most);
    }
    day_[hour][f] += a * r;
    week_[hour_of_week][f] += b * (1 - a) * r;
    variance_[f] += c * (r * r - variance_[f]);
  }
  blocks_ += 1;
}

void FeatureSeason::save(ByteWriter& writer) const {
  writer.put(blocks_);
  for (const double seen : day_seen_) writer.put(seen);
  for (const double seen : week_seen_) writer.put(seen);
  for (const auto* rows : {&day_, &week_}) {
    for (const Row& row : *rows) {
      for (const double value : row) writer.put(value);
    }
  }
  for (const double value : variance_) writer.put(value);
}

void FeatureSeason::restore(ByteReader& reader) {
  blocks_ = reader.get<double>();
  for (double& seen : day_seen_) seen = reader.get<double>();
  for (double& seen : week_seen_) seen = reader.get<double>();
  for (auto* rows : {&day_, &week_}) {
    for (Row& row : *rows) {
      for (double& value : row) value = reader.get<double>();
    }
  }
  for (double& value : variance_) value = reader.get<double>();
}

}  // namespace dwell::detect
