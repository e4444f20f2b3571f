#include "sim/commerce/calendar.hpp"
#include "sim/commerce/rate_factor.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace dwell;
using namespace dwell::commerce;

namespace {
constexpr Date kMonday{20192};  // 2025-04-14
}

TEST_CASE("weekdays are counted from Monday, before 1970 too", "[calendar]") {
  CHECK(weekday(Date{0}) == 3);  // a Thursday
  CHECK(weekday(kMonday) == 0);
  CHECK(weekday(Date{kMonday.days + 6}) == 6);
  CHECK(weekday(Date{-4}) == 6);
}

TEST_CASE("a day's factor is the product of what falls on it", "[calendar]") {
  CalendarParams params;
  params.holidays = {Date{kMonday.days + 1}};
  params.promotions = {{Date{kMonday.days + 1}, Date{kMonday.days + 2}, 2.0, 1.5}};
  params.surges = {{Date{kMonday.days + 2}, Date{kMonday.days + 2}, 1.13, 1}};
  CHECK(visit_factor(params, kMonday) == Approx(1.03));
  CHECK(visit_factor(params, Date{kMonday.days + 1}) == Approx(1.03 * .92 * 2));
  CHECK(visit_factor(params, Date{kMonday.days + 2}) == Approx(1.02 * 2 * 1.13));
  CHECK(visit_factor(params, Date{kMonday.days + 3}) == Approx(1.01));
  CHECK(order_factor(params, Date{kMonday.days + 1}) == Approx(1.15 * 1.5));
  CHECK(order_factor(params, Date{kMonday.days + 5}) == Approx(.82));
}

TEST_CASE("rates follow the hours and average to the day's factor", "[calendar]") {
  const CalendarParams params;
  const Calendar calendar(params, FactorCvs{}, kMonday, 7, Seed{1});
  REQUIRE(calendar.days() == 7);
  double week = 0;
  for (std::int64_t day = 0; day < 7; ++day) {
    CHECK(calendar.visits(day) == Approx(params.weekday_visits[static_cast<std::size_t>(day)]).epsilon(1e-5));
    week += calendar.visits(day) / 7;
    for (std::int64_t hour = 0; hour < 24; ++hour) {
      CHECK(calendar.rate(day * kMinutesPerDay + hour * 60 + 30) ==
            Approx(params.hour[static_cast<std::size_t>(hour)] * params.weekday_visits[static_cast<std::size_t>(day)])
                .epsilon(1e-5));
    }
  }
  CHECK(week == Approx(1).epsilon(1e-5));
  CHECK(calendar.rate(-1) == calendar.rate(kMinutesPerDay - 1));
  CHECK(calendar.rate(7 * kMinutesPerDay) == calendar.rate(6 * kMinutesPerDay));
}

TEST_CASE("hours are drawn in proportion to their rate", "[calendar]") {
  const CalendarParams params;
  const Calendar calendar(params, FactorCvs{}, kMonday, 1, Seed{1});
  std::array<double, 24> share{};
  constexpr std::uint32_t kDraws = 1U << 18;
  for (std::uint32_t i = 0; i < kDraws; ++i) share[calendar.hours(0).draw(i << 14)] += 1.0 / kDraws;
  for (std::size_t hour = 0; hour < 24; ++hour) CHECK(share[hour] == Approx(params.hour[hour] / 24).margin(1e-4));
}

TEST_CASE("an outage takes its share of the minutes it lasts", "[calendar]") {
  CalendarParams params;
  params.outages = {{kMonday, Duration::hours(10), Duration::minutes(30), 0.8}};
  const Calendar with(params, FactorCvs{.1, .07, .05}, kMonday, 2, Seed{1});
  params.outages.clear();
  const Calendar without(params, FactorCvs{.1, .07, .05}, kMonday, 2, Seed{1});
  for (std::int64_t minute = 0; minute < 2 * kMinutesPerDay; ++minute) {
    const double expected = minute >= 600 && minute < 630 ? 0.2 : 1.0;
    REQUIRE(with.rate(minute) == Approx(expected * without.rate(minute)).epsilon(1e-6));
  }
  CHECK(with.visits(0) < without.visits(0));
  CHECK(with.visits(1) == without.visits(1));
}
