// Time, ids, checks, results and digests.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <type_traits>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/failure.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/result.hpp"
#include "sim/core/time.hpp"

using dwell::Duration;
using dwell::Error;
using dwell::Result;
using dwell::Time;

TEST_CASE("time counts microseconds from the first day") {
  const Time t = Time{} + Duration::days(3) + Duration::hours(5) + Duration::minutes(7);
  CHECK(t.us == 277'620'000'000);
  CHECK(t.day() == 3);
  CHECK(t.hour() == 77);
  CHECK(t.minute() == 4627);
  CHECK((t - Time{}) / Duration::minutes(1) == 4627);
  CHECK((t - Time{}) % Duration::hours(1) == Duration::minutes(7));
  CHECK((Time{} - t).us < 0);
  CHECK(t < dwell::kNever);
  CHECK(Duration::hours(36).as_days() == 1.5);
}

TEST_CASE("ids and times of different kinds do not convert into each other") {
  static_assert(!std::is_convertible_v<dwell::MemberId, dwell::SourceId>);
  static_assert(!std::is_constructible_v<dwell::MemberId, dwell::SourceId>);
  static_assert(!std::is_convertible_v<std::uint32_t, dwell::MemberId>);
  static_assert(!std::is_convertible_v<Duration, Time>);
  static_assert(!std::is_convertible_v<std::int64_t, Time>);
  static_assert(!std::is_convertible_v<double, Duration>);
  CHECK(dwell::MemberId{3} < dwell::MemberId{4});
  CHECK(std::hash<dwell::MemberId>{}(dwell::MemberId{3}) == std::hash<std::uint32_t>{}(3));
}

TEST_CASE("a demand that does not hold throws and names condition, file and line") {
  CHECK_NOTHROW([] { DWELL_DEMAND(1 < 2, "fine"); }());
  try {
    DWELL_DEMAND(2 < 1, std::string("the order of numbers"));
    FAIL("did not throw");
  } catch (const dwell::InvariantError& error) {
    const std::string text = error.what();
    CHECK(text.find("the order of numbers") != std::string::npos);
    CHECK(text.find("2 < 1") != std::string::npos);
    CHECK(text.find("values.cpp:") != std::string::npos);
  }
}

TEST_CASE("a result is a value or an error, and reading the wrong one throws") {
  Result<int> good = 4;
  CHECK(good.ok());
  CHECK(static_cast<bool>(good));
  CHECK(good.value() == 4);
  good.value() = 5;
  CHECK(good.value() == 5);
  CHECK_THROWS_AS(good.error(), dwell::InvariantError);

  const Result<int> bad = Error{"a.json", "/days", "-1", "a whole number from 1"};
  CHECK_FALSE(bad.ok());
  CHECK(bad.error().message() == "a.json: /days: -1; accepted: a whole number from 1");
  CHECK_THROWS_AS(static_cast<void>(bad.value()), dwell::InvariantError);
  CHECK_THROWS_WITH(static_cast<void>(bad.value()), Catch::Matchers::Contains("/days"));

  Result<std::unique_ptr<int>> owner = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(owner).value();
  CHECK(*taken == 7);
  CHECK(dwell::success().ok());
}

TEST_CASE("an error message leaves out what is empty") {
  CHECK(Error{"", "", "no input", ""}.message() == "no input");
  CHECK(Error{"f", "", "x", ""}.message() == "f: x");
  CHECK(Error{"", "--seed", "x", "a number"}.message() == "--seed: x; accepted: a number");
}

TEST_CASE("a digest depends on order within a chain and not on the order of chains") {
  dwell::Digest ab, ba;
  ab.add(1), ab.add(2);
  ba.add(2), ba.add(1);
  CHECK_FALSE(ab == ba);
  CHECK(dwell::Digest::sum(dwell::Digest::sum(0, 0, ab), 1, ba) ==
        dwell::Digest::sum(dwell::Digest::sum(0, 1, ba), 0, ab));
  CHECK(dwell::Digest::sum(0, 0, ab) != dwell::Digest::sum(0, 1, ab));
  CHECK(dwell::mix64(1) != dwell::mix64(2));
  CHECK(dwell::mix64(0) == 0);
}

TEST_CASE("what runs out of memory says what would help, and other failures speak for themselves") {
  const std::bad_alloc memory;
  CHECK(dwell::failure_text(memory, "fewer things need less") == "out of memory; fewer things need less");
  CHECK(dwell::failure_text(memory, "") == "out of memory");
  CHECK(dwell::failure_text(std::bad_array_new_length(), "") == "out of memory");
  CHECK(dwell::failure_text(std::runtime_error("the well is dry"), "rain") == "the well is dry");
}
