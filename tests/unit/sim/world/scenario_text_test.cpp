// Scales, durations and dates: exact both ways, and refused with words that help.
#include <catch2/catch.hpp>
#include <string>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

TEST_CASE("durations keep every microsecond") {
  CHECK(parse_duration("147 d").value() == Duration::days(147));
  CHECK(parse_duration("36h").value() == Duration::hours(36));
  CHECK(parse_duration("1.5 h").value() == Duration::minutes(90));
  CHECK(parse_duration("250 ms").value() == Duration::microseconds(250'000));
  CHECK(parse_duration("0.000001 s").value() == Duration::microseconds(1));
  CHECK(parse_duration("0 s").value() == Duration{});
}

TEST_CASE("a duration is written in the largest unit that divides it") {
  CHECK(to_string(Duration::days(147)) == "147 d");
  CHECK(to_string(Duration::hours(36)) == "36 h");
  CHECK(to_string(Duration::seconds(90)) == "90 s");
  CHECK(to_string(Duration::microseconds(1'001)) == "1001 us");
  CHECK(to_string(Duration{}) == "0 s");
  CHECK(to_string(Duration::days(-5)) == "-5 d");
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", "147", "d", "-5 d", "147 days", "1e3 s", "1. s", ".5 s", "1  s", " 1 s", "1 s ",
                           "0.5 us", "0.0000001 s", "9999999999999 d", "12345678901234567890 us", "1 D"}) {
    INFO(text);
    const auto read = parse_duration(text);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().found.find("found \"") == 0);
    CHECK_FALSE(read.error().accepted.empty());
  }
}

TEST_CASE("scales are read as ratios in lowest terms") {
  const auto same = [](const char* text, std::uint64_t numerator, std::uint64_t denominator) {
    const Scale scale = parse_scale(text).value();
    return scale.numerator == numerator && scale.denominator == denominator;
  };
  CHECK(same("1/1000", 1, 1000));
  CHECK(same("10/1000", 1, 100));
  CHECK(same("0.01", 1, 100));
  CHECK(same("0.125", 1, 8));
  CHECK(same("1", 1, 1));
  CHECK(same("1.0", 1, 1));
}

TEST_CASE("what is no share above 0 and at most 1 is refused") {
  for (const char* text : {"", "0", "0/5", "1/0", "0/0", "2", "3/2", "1/", "/2", "-1/2", "1/1000/2", "1 / 2", "a",
                           "1e-3", "1/9999999999999999999"}) {
    INFO(text);
    REQUIRE_FALSE(parse_scale(text).ok());
    CHECK(parse_scale(text).error().accepted.find("1/1000") != std::string::npos);
  }
}

TEST_CASE("dates are days since 1970 and follow the calendar") {
  CHECK(parse_date("1970-01-01").value() == Date{0});
  CHECK(parse_date("2025-06-24").value() == Date{20'263});
  CHECK(parse_date("2025-11-18").value().days - parse_date("2025-06-24").value().days == 147);
  CHECK(parse_date("2024-02-29").ok());
  for (const char* text : {"2025-02-29", "2025-13-01", "2025-00-10", "2025-6-24", "24.06.2025", "1969-12-31",
                           "2200-01-01", "2025-06-24 ", "2025/06/24", ""}) {
    INFO(text);
    CHECK_FALSE(parse_date(text).ok());
  }
}

TEST_CASE("every day of two centuries is written as it is read") {
  for (std::int32_t day = 0; day < 84'000; ++day) {
    const auto read = parse_date(to_string(Date{day}));
    if (!read.ok() || read.value() != Date{day}) FAIL("day " << day << " is written " << to_string(Date{day}));
  }
}

}  // namespace
}  // namespace dwell::world
