// What is switched off does not happen, though its dates stand in the parameters.

#include <catch2/catch.hpp>

#include "tests/property/sim/commerce/platform.hpp"

namespace {

using namespace dwell;
using namespace dwell::commerce;

TEST_CASE("dates that are switched off are days like any other") {
  commerce::testing::Setup dated;
  dated.days = 4;
  dated.params = commerce::testing::steady();
  CalendarParams& calendar = dated.params.calendar;
  const auto day = [&](std::int32_t n) { return Date{dated.first_day.days + n}; };
  calendar.holidays = {day(0)};
  calendar.promotions = {{day(1), day(1), 2.0, 2.0}};
  calendar.surges = {{day(2), day(2), 1.5, 1.5}};
  commerce::testing::Setup plain = dated;
  plain.params.calendar.holidays.clear();
  plain.params.calendar.promotions.clear();
  plain.params.calendar.surges.clear();
  const auto visits = [](const commerce::testing::Setup& setup, std::int64_t n) {
    return commerce::testing::Platform(setup).model().calendar().visits(n);
  };
  for (std::int64_t n = 0; n < 3; ++n) REQUIRE(visits(dated, n) != visits(plain, n));
  calendar.holidays_on = calendar.promotions_on = calendar.surges_on = false;
  for (std::int64_t n = 0; n < 3; ++n) CHECK(visits(dated, n) == visits(plain, n));
}

TEST_CASE("a release that is switched off changes no page") {
  commerce::testing::Setup dated;
  dated.days = 4;
  CalendarParams& calendar = dated.params.calendar;
  calendar.releases = {{Date{dated.first_day.days + 1}, Duration::days(1), {{Page::mypage, 2}}}};
  commerce::testing::Setup plain = dated;
  plain.params.calendar.releases.clear();
  const auto my_page = [](const commerce::testing::Setup& setup) {
    return commerce::testing::Platform(setup).model().page_share(Page::mypage, 3);
  };
  REQUIRE(my_page(dated) > my_page(plain));
  calendar.releases_on = false;
  CHECK(my_page(dated) == my_page(plain));
}

}  // namespace
