// What one pass over clicks keeps, against sums done by hand.

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "bench/validate/collector.hpp"
#include "bench/validate/sampled_table.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

constexpr std::int64_t kMonday = 20'000 - (20'000 + 3) % 7;  // a Monday as days since 1970-01-01

Click click(std::int64_t at_s, std::uint64_t user, Kind kind = Kind::view) {
  Click out;
  out.time_us = kMonday * kDayUs + at_s * kSecondUs;
  out.user = mix(user) | 1U;
  out.kind = kind;
  return out;
}

CollectorOptions by_gap() {
  CollectorOptions options;
  options.columns.user = options.columns.event = true;
  return options;
}

DayEvidence all_days(const Observed& seen) {
  DayEvidence sum;
  for (const DayEvidence& block : seen.by_day) sum.add(block, 1);
  return sum;
}
UserEvidence all_users(const Observed& seen) {
  UserEvidence sum;
  for (const UserEvidence& block : seen.by_user) sum.add(block, 1);
  return sum;
}

}  // namespace

TEST_CASE("sessions end after half an hour of silence", "[validate]") {
  Collector collector(by_gap());
  collector.add(click(50, 2, Kind::buy));
  for (const std::int64_t at_s : {0, 10, 1810, 3611, 3700})
    REQUIRE(collector.add(click(at_s, 1)) == Collector::Taken::yes);
  const Observed seen = collector.finish();
  const DayEvidence sums = all_days(seen);
  CHECK(seen.clicks == 6);
  CHECK(sums.sessions == 3);
  CHECK(sums.lengths[3] == 1);
  CHECK(sums.lengths[2] == 1);
  CHECK(sums.lengths[1] == 1);
  CHECK(sums.ordering == 1);
  CHECK(sums.gaps == 3);
  CHECK(sums.gap_sum_s == Approx(10 + 1800 + 89));
  CHECK(sums.hours[0] == 4);
  CHECK(sums.hours[1] == 2);
  CHECK(sums.starts[1] == 1);
}

TEST_CASE("a session column overrules silence up to four hours", "[validate]") {
  CollectorOptions options = by_gap();
  options.columns.session = true;
  Collector collector(options);
  for (const std::int64_t at_s : {0, 3000, 3100, 20'000}) {
    Click c = click(at_s, 1);
    c.session = name_hash("a");
    collector.add(c);
  }
  const Observed seen = collector.finish();
  const DayEvidence sums = all_days(seen);
  CHECK(sums.sessions == 2);
  CHECK(sums.lengths[3] == 1);
  CHECK(sums.gaps == 1);
  CHECK(seen.long_gaps == 1);
}

TEST_CASE("clicks out of order within the slack change nothing; later ones are refused", "[validate]") {
  const auto run = [](const std::vector<std::int64_t>& order) {
    Collector collector(by_gap());
    for (const std::int64_t at_s : order) CHECK(collector.add(click(at_s, 1)) == Collector::Taken::yes);
    return all_days(collector.finish());
  };
  const DayEvidence sorted = run({0, 60, 130, 250, 3700}), mixed = run({60, 0, 250, 3700, 130});
  CHECK((mixed.log_gaps == sorted.log_gaps));
  CHECK(mixed.sessions == sorted.sessions);
  Collector collector(by_gap());
  collector.add(click(0, 1));
  collector.add(click(5300, 1));
  collector.add(click(9000, 1));
  CHECK(collector.add(click(5200, 2)) == Collector::Taken::late);
  CHECK(collector.add(click(9000 + kMostDays * 86'400 + 86'400, 2)) == Collector::Taken::far);
}

TEST_CASE("users of 28 days", "[validate]") {
  Collector collector(by_gap());
  // User 1 comes every day, user 2 on one day, user 3 twice with two orders each time.
  for (std::int64_t day = 0; day < 29; ++day) {
    for (std::int64_t hour = 0; hour < 24; hour += 4) collector.add(click(day * 86'400 + hour * 3600, 1));
    if (day == 5) collector.add(click(day * 86'400 + 75'000, 2, Kind::buy));
    if (day == 7 || day == 20) {
      collector.add(click(day * 86'400 + 80'000, 3, Kind::buy));
      collector.add(click(day * 86'400 + 80'001, 3, Kind::buy));
    }
  }
  const Observed seen = collector.finish();
  CHECK(seen.spans == 1);
  const UserEvidence sums = all_users(seen);
  CHECK(sums.monthly == 3);
  CHECK(sums.daily == Approx((28 + 1 + 2) / 28.0));
  // Windows of seven days that begin on days 0 to 21: user 2 is in those of 0 … 5, user 3 in 1 … 7 and 14 … 20.
  CHECK(sums.weekly == Approx((22 + 6 + 14) / 22.0));
  CHECK(sums.event_counts[count_bin(168)] == 1);
  CHECK(sums.event_counts[4] == 1);
  CHECK(sums.order_counts[1] == 1);
  CHECK(sums.order_counts[4] == 1);
  CHECK(sums.visits[2] == 1);
}

TEST_CASE("days without any click are in no span of 28 days", "[validate]") {
  const auto read = [](std::int64_t days) {
    Collector collector(by_gap());
    for (std::int64_t day = 0; day < days; ++day) {
      if (day >= 10 && day < 17) continue;
      for (std::int64_t hour = 0; hour < 24; hour += 4) collector.add(click(day * 86'400 + hour * 3600, 1));
    }
    return collector.finish();
  };
  CHECK(read(10 + 7 + 27).spans == 0);
  const Observed seen = read(10 + 7 + 29);
  CHECK(seen.spans == 1);
  CHECK(all_users(seen).daily == Approx(1));
}

TEST_CASE("silences are kept, and their days are not whole", "[validate]") {
  Collector collector(by_gap());
  for (std::int64_t hour = 0; hour < 24 * 6; ++hour) {
    if (hour > 40 && hour < 80) continue;
    collector.add(click(hour * 3600, 1));
  }
  const Observed seen = collector.finish();
  REQUIRE(seen.silences.size() == 1);
  CHECK(seen.silences[0].length_us == 40 * kHourUs);
  REQUIRE(seen.days.size() == 6);
  const std::vector<bool> whole = {true, false, false, false, true, true};
  for (std::size_t d = 0; d < 6; ++d) CHECK(seen.days[d].whole == whole[d]);
}

TEST_CASE("quiet nights are no gaps of the log, and a longer silence still is one", "[validate]") {
  Collector collector(by_gap());
  // Eight hours without a click in every night, and one of twenty: the afternoon of the fifth day is missing.
  for (std::int64_t hour = 0; hour < 24 * 10; ++hour) {
    if (hour % 24 < 8 || (hour >= 4 * 24 + 12 && hour < 5 * 24 + 8)) continue;
    collector.add(click(hour * 3600, 1));
  }
  const Observed seen = collector.finish();
  CHECK(seen.quiet_us == 9 * kHourUs);
  CHECK(seen.silences_seen == 1);
  REQUIRE(seen.silences.size() == 1);
  CHECK(seen.silences[0].length_us == 21 * kHourUs);
  REQUIRE(seen.days.size() == 10);
  // The first day begins at eight, which is later than three.
  for (std::size_t d = 0; d < 10; ++d) CHECK(seen.days[d].whole == (d != 0 && d != 4 && d != 5));
}

TEST_CASE("of fewer than seven nights a gap is no quiet night", "[validate]") {
  // Open from eight to midnight.
  const auto read = [](std::int64_t days) {
    Collector collector(by_gap());
    for (std::int64_t hour = 0; hour < 24 * days; ++hour) {
      if (hour % 24 >= 8) collector.add(click(hour * 3600, 1));
    }
    return collector.finish();
  };
  for (const std::int64_t days : {1, 2, 3, 7}) {
    INFO(days);
    const Observed seen = read(days);
    CHECK_FALSE(tells_nights(seen));
    CHECK(seen.quiet_us == 0);
    CHECK(seen.silences_seen == static_cast<std::uint64_t>(days - 1));
    for (std::size_t d = 1; d < seen.days.size(); ++d) CHECK_FALSE(seen.days[d].whole);
  }
  CHECK(tells_nights(read(8)));
  CHECK(read(8).quiet_us == 9 * kHourUs);
  CHECK(read(8).silences_seen == 0);
  // A day with nothing from three to thirteen has a gap, and no habit.
  Collector collector(by_gap());
  for (std::int64_t hour = 0; hour < 24; ++hour) {
    if (hour <= 3 || hour >= 13) collector.add(click(hour * 3600, 1));
  }
  const Observed seen = collector.finish();
  CHECK(seen.quiet_us == 0);
  CHECK(seen.silences_seen == 1);
  CHECK_FALSE(seen.days[0].whole);
}

TEST_CASE("any number of holidays, in any order and more than once, costs a day a look-up", "[validate]") {
  // If every day walked its run of holidays through the list this would not end: 2,000 days times 400,000 squared.
  constexpr std::int64_t kHolidays = 400'000, kDays = 2'000;
  CollectorOptions options = by_gap();
  for (std::int64_t day = kHolidays; day > 0; --day) options.holidays.push_back(kMonday + day);
  options.holidays.insert(options.holidays.end(), {kMonday + 5, kMonday - 2});
  Collector collector(options);
  for (std::int64_t day = -3; day < kDays; ++day) collector.add(click(day * 86'400 + 3600, 1));
  const Observed seen = collector.finish();
  REQUIRE(seen.days.size() == static_cast<std::size_t>(kDays) + 3);
  for (std::size_t d = 0; d < seen.days.size(); ++d) {
    CHECK(seen.days[d].holiday == (d == 1 || d >= 4));
    CHECK(seen.days[d].feast == (d >= 4));
  }
}

TEST_CASE("sessions of a user are counted where they begin", "[validate]") {
  Collector collector(by_gap());
  // User 1: two sessions on every day of 28. User 2: one, on two days. Hours without anybody are filled by user 3.
  for (std::int64_t hour = 0; hour < 29 * 24; ++hour) {
    collector.add(click(hour * 3600, 3));
    const std::int64_t day = hour / 24;
    if (hour % 24 == 9 || hour % 24 == 20) collector.add(click(hour * 3600 + 60, 1));
    if ((day == 3 || day == 4) && hour % 24 == 12) collector.add(click(hour * 3600 + 70, 2));
  }
  const UserEvidence sums = all_users(collector.finish());
  CHECK(sums.sessions == 2 * 28 + 2 + 24 * 28);
  CHECK(sums.day_squares == 28 * 28 + 4 + 28 * 28);
  CHECK(sums.extra_squares == 28 * 28 + 0 + (23 * 28) * (23 * 28));
  CHECK(sums.extra_days == 28 * 28 + 0 + (23 * 28) * 28);
}

TEST_CASE("a session across midnight is a visit on the day it begins", "[validate]") {
  Collector collector(by_gap());
  // User 1: one session on every other evening, which ends after midnight. User 3 fills the hours.
  for (std::int64_t hour = 0; hour < 29 * 24; ++hour) {
    collector.add(click(hour * 3600, 3));
    if (hour % 48 != 23) continue;
    for (std::int64_t minute = 50; minute < 80; minute += 10) collector.add(click(hour * 3600 + minute * 60, 1));
  }
  const UserEvidence sums = all_users(collector.finish());
  CHECK(sums.daily == Approx((28 + 28) / 28.0));
  CHECK(sums.visit_days == 14 + 28);
  CHECK(sums.sessions == 14 + 24 * 28);
  CHECK(sums.visits[14] == 1);
  CHECK(sums.extra_squares == (23 * 28) * (23 * 28));
}

TEST_CASE("holidays on end are a feast", "[validate]") {
  CollectorOptions options = by_gap();
  options.holidays = {kMonday + 1, kMonday + 3, kMonday + 4, kMonday + 5};
  options.promotions = {kMonday + 6};
  Collector collector(options);
  for (std::int64_t hour = 0; hour < 24 * 7; ++hour) collector.add(click(hour * 3600, 1));
  const Observed seen = collector.finish();
  REQUIRE(seen.days.size() == 7);
  for (std::size_t d = 0; d < 7; ++d) {
    CHECK(seen.days[d].holiday == (d == 1 || (d >= 3 && d <= 5)));
    CHECK(seen.days[d].feast == (d >= 3 && d <= 5));
    CHECK(seen.days[d].promotion == (d == 6));
  }
  CHECK(all_days(seen).hours[0] == 6);
}

TEST_CASE("bins of counts", "[validate]") {
  for (const std::uint64_t count :
       {0ULL, 1ULL, 127ULL, 128ULL, 129ULL, 255ULL, 256ULL, 1000ULL, 123'456ULL, 1'000'000ULL}) {
    const double middle = count_of_bin(count_bin(count));
    CHECK(middle == Approx(static_cast<double>(count)).epsilon(.012));
    CHECK(count_bin(count) <= count_bin(count + 1));
  }
  CHECK(count_bin(UINT64_MAX) == kCountBins - 1);
}

TEST_CASE("a full table keeps whole keys of an even sample", "[validate]") {
  SampledTable<std::uint64_t> table(1000);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t user = 1; user <= 50'000; ++user) {
      bool fresh = false;
      if (auto* count = table.find_or_add(mix(user) | 1U, fresh)) ++*count;
    }
  }
  CHECK(table.size() <= 1000);
  CHECK(table.share() == Approx(1.0 / 64));
  CHECK(static_cast<double>(table.size()) / table.share() == Approx(50'000).epsilon(.15));
  bool complete = true;
  table.erase_if([&](std::uint64_t, std::uint64_t count) {
    complete = complete && count == 3;
    return true;
  });
  CHECK(complete);
  CHECK(table.size() == 0);
}

TEST_CASE("a user with a million clicks is one user", "[validate]") {
  Collector collector(by_gap());
  for (std::int64_t i = 0; i < 1'000'000; ++i) collector.add(click(i / 40, 7));
  collector.add(click(30 * 86'400, 8));
  const Observed seen = collector.finish();
  const DayEvidence sums = all_days(seen);
  CHECK(sums.lengths[kLengths - 1] == 1);
  CHECK(sums.pages == 1'000'001);
  CHECK(seen.zero_gaps == 1'000'000 - 25'000);
}
