#include "sim/commerce/releases.hpp"

#include <catch2/catch.hpp>

#include "sim/commerce/calendar.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {
constexpr Date kFirst{20'000};
}

TEST_CASE("without releases every phone has version 0", "[commerce]") {
  const Releases none({}, kFirst, 3, Seed{1});
  CHECK(none.versions() == 1);
  CHECK(none.version(MemberId{5}, 1) == 0);
  CHECK(none.share(0, 2) == 1);
  CHECK(none.weights(0) == kCardWeights);
}

TEST_CASE("phones take releases in order, never give one back, and in the shares that are told", "[commerce]") {
  // Given out of order; the second begins while the first is still being rolled out.
  const std::vector<Release> dated = {
      {Date{kFirst.days + 4}, Duration::days(2), {{Page::mypage, 3}}},
      {Date{kFirst.days + 1}, Duration::days(5), {{Page::mypage, 2}, {Page::cart, .5}}}};
  const Releases releases(dated, kFirst, 10, Seed{1});
  REQUIRE(releases.versions() == 3);
  CHECK(releases.weights(1)[static_cast<std::size_t>(Page::mypage)] == 2);
  CHECK(releases.weights(2)[static_cast<std::size_t>(Page::mypage)] == 6);
  CHECK(releases.weights(2)[static_cast<std::size_t>(Page::cart)] == .5);
  constexpr std::uint32_t kMembers = 20'000;
  std::vector<std::uint32_t> before(kMembers);
  const double second[] = {0, 0, 0, 0, .5, 1, 1, 1, 1, 1}, any[] = {0, .2, .4, .6, .8, 1, 1, 1, 1, 1};
  for (std::int64_t day = 0; day < 10; ++day) {
    double count[3] = {};
    for (std::uint32_t m = 0; m < kMembers; ++m) {
      const std::uint32_t version = releases.version(MemberId{m + 1}, day);
      REQUIRE(version >= before[m]);
      before[m] = version;
      count[version] += 1.0 / kMembers;
    }
    INFO("day " << day);
    CHECK(count[2] == Approx(second[day]).margin(.015));
    CHECK(count[1] == Approx(any[day] - second[day]).margin(.015));
    double sum = 0;
    for (std::uint32_t v = 0; v < 3; ++v) {
      CHECK(releases.share(v, day) == Approx(count[v]).margin(.015));
      sum += releases.share(v, day);
    }
    CHECK(sum == Approx(1));
  }
}

TEST_CASE("three free days on end around a holiday are a long break", "[calendar]") {
  constexpr Date kFriday{20364};  // 2025-10-03
  CalendarParams params;
  CHECK_FALSE(in_long_break(params, Date{kFriday.days + 1}));  // a weekend
  params.holidays = {kFriday};
  for (std::int32_t d = 0; d < 3; ++d) CHECK(in_long_break(params, Date{kFriday.days + d}));
  CHECK_FALSE(in_long_break(params, Date{kFriday.days + 3}));
  params.holidays = {Date{kFriday.days - 1}};  // Thursday alone
  CHECK_FALSE(in_long_break(params, Date{kFriday.days - 1}));
}
