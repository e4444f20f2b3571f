#include "detectors/statistics/seasonal_baseline.hpp"

#include <algorithm>

#include "sim/core/math.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::int64_t kMinutesPerDay = 1440;
constexpr double kLearningMinutes = 7 * 1440;
constexpr double kLeastMean = 0.01;        // a page that nobody visits still expects a visit now and then
constexpr double kPriorPerBin = 0.5;       // counts
constexpr double kPriorPerHour = 200;      // counts by which an hour of the week is shrunk to its weekday
constexpr double kPriorPerWeekday = 50;    // counts by which a weekday is shrunk to 1
constexpr double kFirstDispersion = 0.01;  // squared coefficient of variation beyond Poisson, until it is measured
constexpr double kMostDispersion = 4;

std::int64_t floor_mod(std::int64_t a, std::int64_t n) { return (a % n + n) % n; }

/// What remains of a sum after `minutes`, with a time constant in days.
double keep(double minutes, double days) { return det_exp(-minutes / (days * static_cast<double>(kMinutesPerDay))); }

}  // namespace

BlockClock::BlockClock(double block_minutes) : block_us_(static_cast<std::int64_t>(block_minutes) * kMinuteUs) {
  DWELL_DEMAND(block_us_ > 0, "a block lasts at least one minute");
}

void BlockClock::begin_block(std::int64_t begin_us) {
  const std::int64_t day_us = kMinutesPerDay * kMinuteUs;
  const std::int64_t of_week = floor_mod(begin_us, 7 * day_us);
  const std::int64_t minute_of_week = of_week / kMinuteUs;
  place_.minute_of_day = static_cast<std::uint32_t>(minute_of_week % kMinutesPerDay);
  place_.hour_of_week = static_cast<std::uint32_t>(minute_of_week / 60);
  // Blocks start afresh at midnight, so that lengths that do not divide a day keep their places too.
  const std::int64_t of_day = of_week % day_us;
  left_us_ = std::min(day_us - of_day, block_us_ - of_day % block_us_);
}

void BlockClock::save(ByteWriter& writer) const {
  writer.put(place_.minute_of_day);
  writer.put(place_.hour_of_week);
  writer.put(place_.minutes);
  writer.put(left_us_);
}

void BlockClock::restore(ByteReader& reader) {
  place_.minute_of_day = reader.get<std::uint32_t>() % static_cast<std::uint32_t>(kMinutesPerDay);
  place_.hour_of_week = reader.get<std::uint32_t>() % 168;
  place_.minutes = reader.get<double>();
  left_us_ = reader.get<std::int64_t>();
}

SeasonalBaseline::SeasonalBaseline(const SeasonalOptions& options)
    : clip_(options.clip),
      level_days_(options.level_days),
      keep_level_(keep(options.block_minutes, options.level_days)),
      // A bin of the day is visited once a day by bin / block blocks, an hour of the week once a week by 60 / block.
      keep_day_(keep(1440 * options.block_minutes / std::max(10.0, options.block_minutes), options.profile_days)),
      keep_week_(keep(168 * std::min(60.0, options.block_minutes), options.profile_days)),
      keep_weekday_(keep(7 * options.block_minutes, options.profile_days)),
      keep_dispersion_(keep(options.block_minutes, options.dispersion_days)),
      bin_minutes_(static_cast<std::uint32_t>(std::max(10.0, options.block_minutes))),
      day_((static_cast<std::size_t>(kMinutesPerDay) + bin_minutes_ - 1) / bin_minutes_) {}

double SeasonalBaseline::week_factor(std::uint32_t hour_of_week) const {
  const Ratio& weekday = weekday_[hour_of_week / 24];
  const double prior = (weekday.counted + kPriorPerWeekday) / (weekday.expected + kPriorPerWeekday);
  const Ratio& hour = week_[hour_of_week];
  return (hour.counted + kPriorPerHour * prior) / (hour.expected + kPriorPerHour);
}

Expectation SeasonalBaseline::expect(const BlockPlace& place) const {
  DWELL_ASSERT(ready_);
  const double shape = day_[bin(place.minute_of_day)].value() * week_factor(place.hour_of_week) * place.minutes;
  const double mean = std::max(kLeastMean, level_.value() * shape);
  const double dispersion = std::clamp(dispersion_.value(), 0.0, kMostDispersion);
  return {mean, std::max(1.0, mean + dispersion * mean * mean)};
}

void SeasonalBaseline::learn(const BlockPlace& place, double count, const Expectation& expected) {
  Ratio& day = day_[bin(place.minute_of_day)];
  Ratio& hour = week_[place.hour_of_week];
  if (!ready_) {
    day.add(count, place.minutes, 1);
    hour.add(count, place.minutes, 1);
    minutes_seen_ += place.minutes;
    if (minutes_seen_ >= kLearningMinutes) open_season();
    return;
  }
  const double learnt = std::min(count, expected.mean + clip_ * det_sqrt(expected.variance));
  const double level = level_.value();
  const double per_day = day.value();
  const double factor = week_factor(place.hour_of_week);
  level_.add(learnt, per_day * factor * place.minutes, keep_level_);
  day.add(learnt, level * factor * place.minutes, keep_day_);
  hour.add(learnt, level * per_day * place.minutes, keep_week_);
  weekday_[place.hour_of_week / 24].add(learnt, level * per_day * place.minutes, keep_weekday_);
  const double residual = learnt - expected.mean;
  // Not through `add`: the excess over Poisson may be negative.
  dispersion_.counted = dispersion_.counted * keep_dispersion_ + residual * residual - expected.mean;
  dispersion_.expected = dispersion_.expected * keep_dispersion_ + expected.mean * expected.mean;
}

void SeasonalBaseline::open_season() {
  double per_day = 0;
  for (Ratio& ratio : day_) {
    ratio.counted += kPriorPerBin;
    per_day += ratio.value() * bin_minutes_;
  }
  for (std::uint32_t h = 0; h < kHours; ++h) {
    double expected = 0;
    for (std::uint32_t minute = 0; minute < 60; ++minute) expected += day_[bin(h % 24 * 60 + minute)].value();
    // Blocks may start in one hour and end in the next; counts go where the block starts.
    expected *= week_[h].expected / 60;
    week_[h].expected = expected;
    weekday_[h / 24].counted += week_[h].counted;
    weekday_[h / 24].expected += expected;
  }
  // As if the level had been 1 for ever, and the dispersion measured for a day.
  level_.expected = per_day * level_days_;
  level_.counted = level_.expected;
  const double blocks = static_cast<double>(day_.size());
  const double mean = std::max(kLeastMean, per_day / blocks);
  dispersion_.expected = mean * mean * blocks;
  dispersion_.counted = kFirstDispersion * dispersion_.expected;
  ready_ = true;
}

void SeasonalBaseline::save(ByteWriter& writer) const {
  const auto put = [&writer](const Ratio& ratio) {
    writer.put(ratio.counted);
    writer.put(ratio.expected);
  };
  writer.put(static_cast<std::uint8_t>(ready_));
  writer.put(minutes_seen_);
  put(level_);
  put(dispersion_);
  for (const Ratio& ratio : day_) put(ratio);
  for (const Ratio& ratio : week_) put(ratio);
  for (const Ratio& ratio : weekday_) put(ratio);
}

void SeasonalBaseline::restore(ByteReader& reader) {
  const auto get = [&reader](Ratio& ratio) {
    ratio.counted = reader.get<double>();
    ratio.expected = reader.get<double>();
  };
  ready_ = reader.get<std::uint8_t>() != 0;
  minutes_seen_ = reader.get<double>();
  get(level_);
  get(dispersion_);
  for (Ratio& ratio : day_) get(ratio);
  for (Ratio& ratio : week_) get(ratio);
  for (Ratio& ratio : weekday_) get(ratio);
}

}  // namespace dwell::detect
