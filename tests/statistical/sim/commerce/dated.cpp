// What changes from day to day: holidays, promotions, buyers of a quarter, lost and late rows, the wandering rate.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "sim/commerce/rate_factor.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {

std::vector<double> rows_by_day(const testing::Setup& setup) {
  testing::Platform platform(setup);
  std::vector<double> days(static_cast<std::size_t>(setup.days));
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i)
      ++days[static_cast<std::size_t>(Time{rows.access.rows.time_us[i]}.day())];
  });
  return days;
}

}  // namespace

TEST_CASE("holidays and promotions move traffic by their factors", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.calendar.weekday_visits.fill(1);
  setup.scale = 3e-4;
  setup.days = 4;
  const auto usual = rows_by_day(setup);
  setup.params.calendar.holidays = {Date{setup.first_day.days + 1}};
  setup.params.calendar.promotions = {{Date{setup.first_day.days + 2}, Date{setup.first_day.days + 2}, 2.0, 1.0}};
  const auto dated = rows_by_day(setup);
  CHECK(dated[0] == usual[0]);
  // The same members draw the same luck on both sides; sessions that cross midnight blur it.
  CHECK(dated[1] / usual[1] == Approx(.92).margin(.02));
  CHECK(dated[2] / usual[2] == Approx(2.0).margin(.05));
  CHECK(dated[3] / usual[3] == Approx(1.0).margin(.015));
}

TEST_CASE("buyers of a quarter are 24.7 of 33.7 million accounts, give or take 5 %", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.scale = 6e-5;
  setup.days = 91;
  testing::Platform platform(setup);
  std::set<std::uint32_t> buyers;
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i)
      if (static_cast<Page>(rows.access.rows.page[i]) == Page::done) buyers.insert(rows.access.rows.member[i]);
  });
  CHECK(static_cast<double>(buyers.size()) / setup.scale == Approx(24.7e6).epsilon(.05));
}

TEST_CASE("log rows are lost and late as often and as long as the model card says", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.logs = {.02, .05, .04, .10, 5.0, 1.2};
  setup.scale = 3e-4;
  testing::Platform platform(setup);
  std::vector<double> lateness;
  double auth_late = 0;
  platform.run([&](const telemetry::PartitionRows& rows) {
    const auto& access = rows.access.rows;
    for (std::size_t i = 0; i < access.size(); ++i)
      if (access.ingest_us[i] != access.time_us[i])
        lateness.push_back(static_cast<double>(access.ingest_us[i] - access.time_us[i]) * 1e-6);
    for (std::size_t i = 0; i < rows.auth.rows.size(); ++i)
      auth_late += rows.auth.rows.ingest_us[i] - rows.auth.rows.time_us[i] >= 2'000'000;
  });
  const ShardStats total = platform.total();
  const auto written = static_cast<double>(total.rows.access + total.rows.auth + total.rows.lost);
  const double auth = static_cast<double>(total.rows.auth) / .96;
  const double access = written - auth;
  CHECK(static_cast<double>(total.rows.lost) / (.02 * access + .04 * auth) == Approx(1).margin(.1));
  CHECK(static_cast<double>(lateness.size()) / access == Approx(.05).margin(.005));
  CHECK(auth_late / auth == Approx(.10).margin(.015));
  std::sort(lateness.begin(), lateness.end());
  CHECK(lateness[lateness.size() / 2] == Approx(148.4).epsilon(.12));
}

TEST_CASE("the wandering rate has mean 1, its coefficient of variation, and memory", "[statistical][commerce]") {
  // 3 factors of CV c each: variance of the product (1 + c²)³ - 1. Long memory makes the mean of a year uncertain:
  // the 5-day factor has about 36 independent values, so its mean has an error of .07 / 6; five of them are allowed.
  constexpr double kCv = .07;
  constexpr FactorCvs kCvs = {kCv, kCv, kCv};
  const auto values = rate_factors(kCvs, 365 * kMinutesPerDay, Seed{3});
  double mean = 0, variance = 0, lag10 = 0, lag_day = 0;
  const double n = static_cast<double>(values.size());
  for (const float v : values) mean += static_cast<double>(v) / n;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = static_cast<double>(values[i]) - mean;
    variance += d * d / n;
    if (i >= 10) lag10 += d * (static_cast<double>(values[i - 10]) - mean) / n;
    if (i >= 1440) lag_day += d * (static_cast<double>(values[i - 1440]) - mean) / n;
  }
  CHECK(mean == Approx(1).margin(5 * .07 / 6));
  CHECK(std::sqrt(variance) == Approx(std::sqrt(std::pow(1 + kCv * kCv, 3) - 1)).epsilon(.25));
  // e^-1 of the first third, nearly all of the others; then e^(-1/5) of the last third.
  CHECK(lag10 / variance == Approx((std::exp(-1.0) + std::exp(-10. / 360) + std::exp(-10. / 7200)) / 3).margin(.1));
  CHECK(lag_day / variance == Approx((std::exp(-4.0) + std::exp(-.2)) / 3).margin(.12));
  CHECK(rate_factors(kCvs, 100, Seed{3})[99] == values[99]);
  CHECK(rate_factors(kCvs, 100, Seed{4})[99] != values[99]);
  for (const float v : rate_factors({}, 100, Seed{3})) REQUIRE(v == 1.0F);
}

TEST_CASE("each memory of the wandering rate has a coefficient of its own", "[statistical][commerce]") {
  constexpr std::int64_t kMinutes = 60 * kMinutesPerDay;
  // The 10-minute factor alone: daily means hardly move. The 5-day factor alone: constant for six hours.
  const auto quick = rate_factors({.1, 0, 0}, kMinutes, Seed{3});
  double squares = 0;
  for (const float v : quick) squares += std::pow(static_cast<double>(v) - 1, 2) / static_cast<double>(kMinutes);
  CHECK(std::sqrt(squares) == Approx(.1).epsilon(.05));
  const auto slow = rate_factors({0, 0, .1}, kMinutes, Seed{3});
  CHECK(slow[0] == slow[359]);
  CHECK(slow[0] != slow[360]);
  const auto both = rate_factors({.1, 0, .1}, kMinutes, Seed{3});
  for (std::size_t i = 0; i < both.size(); i += 997) CHECK(both[i] == Approx(quick[i] * slow[i]).epsilon(1e-6));
}
