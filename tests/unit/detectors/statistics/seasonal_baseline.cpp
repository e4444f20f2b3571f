#include "detectors/statistics/seasonal_baseline.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

using namespace dwell;
using namespace dwell::detect;

namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

WindowInfo minute(std::int64_t index, std::int64_t shift_weeks = 0) {
  const std::int64_t begin = (index + shift_weeks * 7 * 1440) * kMinuteUs;
  return {index, begin, begin + kMinuteUs};
}

/// Requests a minute: a daily rhythm, quieter at weekends.
double rate(std::int64_t minute_index) {
  const double hour = static_cast<double>(minute_index % 1440) / 60;
  const bool weekend = minute_index / 1440 % 7 >= 5;
  return (20 - 15 * std::cos(hour * 3.14159265 / 12)) * (weekend ? 0.7 : 1.0);
}

/// Feeds `days` days from minute `from` at `factor` times the rate; returns the last block's mean over its count.
double feed(SeasonalBaseline& baseline, BlockClock& clock, std::int64_t& from, std::int64_t days, double factor) {
  double last = 0;
  double count = 0;
  for (const std::int64_t end = from + days * 1440; from < end; ++from) {
    count += factor * rate(from);
    if (!clock.take(minute(from))) continue;
    if (baseline.ready()) last = baseline.expect(clock.place()).mean / count;
    baseline.learn(clock.place(), count);
    clock.restart();
    count = 0;
  }
  return last;
}

}  // namespace

TEST_CASE("blocks end on multiples of their length and at midnight") {
  for (const double block : {1.0, 10.0, 25.0, 60.0}) {
    BlockClock clock(block);
    double minutes = 0;
    for (std::int64_t i = 0; i < 3 * 1440; ++i) {
      const bool ends = clock.take(minute(i));
      const std::int64_t next = (i + 1) % 1440;
      CHECK(ends == (next == 0 || next % static_cast<std::int64_t>(block) == 0));
      if (ends) {
        minutes += clock.place().minutes;
        clock.restart();
      }
    }
    CHECK(minutes == 3 * 1440);
  }
}

TEST_CASE("a block's place is that of its first window, before time 0 too") {
  for (const std::int64_t weeks : {-3, 0, 5}) {
    BlockClock clock(10);
    const std::int64_t at = 2 * 1440 + 13 * 60 + 20;
    for (int i = 0; i < 9; ++i) CHECK_FALSE(clock.take(minute(at + i, weeks)));
    CHECK(clock.take(minute(at + 9, weeks)));
    CHECK(clock.place().minute_of_day == 13 * 60 + 20);
    CHECK(clock.place().hour_of_week == 2 * 24 + 13);
    CHECK(clock.place().minutes == 10);
  }
}

TEST_CASE("windows longer than a block are blocks of their own") {
  BlockClock clock(10);
  const WindowInfo hour{0, 0, 60 * kMinuteUs};
  CHECK(clock.take(hour));
  CHECK(clock.place().minutes == 60);
}

TEST_CASE("the baseline is silent for seven days, then knows day and week") {
  for (const double block : {10.0, 30.0, 60.0}) {
    SeasonalOptions options;
    options.block_minutes = block;
    SeasonalBaseline baseline(options);
    BlockClock clock(block);
    std::int64_t at = 0;
    feed(baseline, clock, at, 6, 1);
    CHECK_FALSE(baseline.ready());
    feed(baseline, clock, at, 1, 1);
    CHECK(baseline.ready());
    feed(baseline, clock, at, 21, 1);
    double worst = 0;
    double count = 0;
    for (const std::int64_t end = at + 7 * 1440; at < end; ++at) {
      count += rate(at);
      if (!clock.take(minute(at))) continue;
      worst = std::max(worst, std::abs(baseline.expect(clock.place()).mean / count - 1));
      baseline.learn(clock.place(), count);
      clock.restart();
      count = 0;
    }
    CHECK(worst < 0.1);  // weekend factor .7: shrinkage is all that is left
  }
}

TEST_CASE("a lasting change of level is followed, and a profile outlasts it") {
  const SeasonalOptions options;
  SeasonalBaseline baseline(options);
  BlockClock clock(10);
  std::int64_t at = 0;
  CHECK(feed(baseline, clock, at, 28, 1) == Approx(1).epsilon(0.05));
  // Far beyond the clip at once, so only winsorised steps lead there.
  CHECK(feed(baseline, clock, at, 5, 8) == Approx(1).epsilon(0.1));
  CHECK(feed(baseline, clock, at, 5, 1) == Approx(1).epsilon(0.1));
}

TEST_CASE("one burst moves the mean by no more than a clipped count") {
  const SeasonalOptions options;
  SeasonalBaseline baseline(options);
  BlockClock clock(10);
  std::int64_t at = 0;
  feed(baseline, clock, at, 28, 1);
  SeasonalBaseline burst = baseline;
  SeasonalBaseline clipped = baseline;
  for (int i = 0; i < 10; ++i) clock.take(minute(at + i));
  const Expectation expected = baseline.expect(clock.place());
  burst.learn(clock.place(), 1e9);
  clipped.learn(clock.place(), expected.mean + options.clip * std::sqrt(expected.variance));
  CHECK(burst.expect(clock.place()).mean == clipped.expect(clock.place()).mean);
  CHECK(burst.expect(clock.place()).mean > expected.mean);
}

TEST_CASE("a page that nobody visits keeps a positive mean and unit variance") {
  const SeasonalOptions options;
  SeasonalBaseline baseline(options);
  BlockClock clock(10);
  for (std::int64_t i = 0; i < 200 * 1440; ++i) {
    if (!clock.take(minute(i))) continue;
    if (baseline.ready()) {
      const Expectation expected = baseline.expect(clock.place());
      REQUIRE(expected.mean > 0);
      REQUIRE(expected.mean < 0.2);
      REQUIRE(expected.variance == 1);
    }
    baseline.learn(clock.place(), 0);
    clock.restart();
  }
}
