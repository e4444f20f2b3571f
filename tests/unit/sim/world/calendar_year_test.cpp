// Calendars as data: what ships is sound, what is broken is refused in one sentence, what a scenario names becomes its
// own dates.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/commerce/calendar.hpp"
#include "sim/world/calendar_year.hpp"
#include "sim/world/scenario.hpp"
#include "sim/world/scenario_check.hpp"

namespace dwell::world {
namespace {

namespace fs = std::filesystem;
const std::string kFolder = std::string(DWELL_SOURCE_DIR) + "/scenarios/calendars";

const std::string kScenario = R"({
  "schema": "dwell.scenario/1", "name": "t",
  "baselines": [{"name": "one", "start": "2025-06-24", "days": 10}],
  "networks": [
    {"name": "a", "kind": "mobile"}, {"name": "b", "kind": "fixed"}, {"name": "c", "kind": "foreign"},
    {"name": "d", "kind": "vpn"}, {"name": "e", "kind": "hosting"}, {"name": "f", "kind": "contractor"},
    {"name": "g", "kind": "internal"}, {"name": "h", "kind": "partner"}
  ],
  "campaign": {"on": false},
  "platform": {"calendar": )";

/// A scenario whose calendar stands on line 10, from column 28 on.
Result<Scenario> with_calendar(const std::string& calendar) {
  const std::vector<std::string> folders = {kFolder};
  return parse_scenario(kScenario + calendar + "}\n}", "s.json", folders);
}

std::string refusal(const Result<Scenario>& read) {
  REQUIRE_FALSE(read.ok());
  return read.error().message();
}

bool is_day_off(const CalendarYear& calendar, Date date) {
  const auto same = [&](const Holiday& h) { return h.day == date; };
  return commerce::weekday(date) == 6 || std::any_of(calendar.holidays.begin(), calendar.holidays.end(), same);
}

TEST_CASE("every calendar that ships is sound, and its holidays are credited") {
  const std::vector<std::string> folders = {kFolder};
  const std::vector<std::string> names = calendar_names(folders);
  CHECK(names == std::vector<std::string>{"kr-2025", "kr-2026"});
  for (const std::string& name : names) {
    const auto read = read_calendar(kFolder + "/" + name + ".json");
    if (!read.ok()) FAIL(read.error().message());
    const CalendarYear& calendar = read.value();
    CHECK_FALSE(calendar.source.empty());
    for (const auto* list : {&calendar.promotions, &calendar.surges}) {
      for (const NamedFactor& factor : *list) CHECK_FALSE(factor.source.empty());
    }
    for (const Holiday& holiday : calendar.holidays) {
      if (!holiday.substitute) continue;
      INFO(to_string(holiday.day));
      // The first working day after what it stands in for.
      CHECK(commerce::weekday(holiday.day) < 5);
      CHECK(is_day_off(calendar, Date{holiday.day.days - 1}));
    }
  }
}

TEST_CASE("the calendars hold the published holidays of Korea") {
  const auto count = [](const std::string& name) {
    const CalendarYear calendar = read_calendar(kFolder + "/" + name + ".json").value();
    long free_weekdays = 0, substitutes = 0;
    for (const Holiday& holiday : calendar.holidays) {
      free_weekdays += commerce::weekday(holiday.day) < 5 ? 1 : 0;
      substitutes += holiday.substitute ? 1 : 0;
    }
    return std::pair(free_weekdays, substitutes);
  };
  // 2026: 118 days off for a week of five days were published, Constitution Day came later; 104 are Saturdays and
  // Sundays.
  CHECK(count("kr-2026") == std::pair(118L - 104 + 1, 4L));
  // 2025: 119 were published; the temporary holiday and the presidential election came later.
  CHECK(count("kr-2025") == std::pair(119L - 104 + 2, 3L));
}

TEST_CASE("dates of calendars are the scenario's own, in order, beside those in place") {
  const auto read = with_calendar(R"({"years": ["kr-2026", "kr-2025"], "holidays": ["2025-12-31", "2025-12-25"],
    "promotions": [{"first": "2025-06-20", "last": "2025-06-21"}]})");
  if (!read.ok()) FAIL(read.error().message());
  const commerce::CalendarParams& calendar = read.value().platform.calendar;
  CHECK(calendar.holidays.size() == 19 + 21 + 1);
  CHECK(std::is_sorted(calendar.holidays.begin(), calendar.holidays.end()));
  CHECK(to_string(calendar.holidays.front()) == "2025-01-01");
  CHECK(to_string(calendar.holidays.back()) == "2026-12-25");
  REQUIRE(calendar.promotions.size() == 9);
  CHECK(to_string(calendar.promotions.at(1).first) == "2025-06-20");
  CHECK(calendar.promotions.at(0).visits == 2.0);
  CHECK(calendar.surges.size() == 1);
  CHECK(calendar.outages.size() == 2);
  // Results hold the dates, not the names: they can be read without the calendars.
  const std::string text = to_json(read.value());
  CHECK(text.find("\"years\"") == std::string::npos);
  CHECK(to_json(parse_scenario(text, "canonical").value()) == text);
}

TEST_CASE("dated parts have a switch each, wherever their dates come from") {
  const std::string dates = R"("years": ["kr-2025"], "holidays": ["2025-12-31"],
    "promotions": [{"first": "2025-06-20", "last": "2025-06-21"}])";
  const auto sizes = [&](const std::string& switches) {
    const auto read = with_calendar("{" + dates + switches + "}");
    if (!read.ok()) FAIL(read.error().message());
    const commerce::CalendarParams calendar = read.value().platform.calendar.in_force();
    return std::array{calendar.holidays.size(), calendar.promotions.size(), calendar.surges.size(),
                      calendar.outages.size()};
  };
  const auto all = sizes("");
  for (const std::size_t size : all) REQUIRE(size > 0);
  const char* const names[] = {"holidays_on", "promotions_on", "surges_on", "outages_on"};
  for (std::size_t off = 0; off < all.size(); ++off) {
    auto expected = all;
    expected[off] = 0;
    INFO(names[off]);
    CHECK(sizes(std::string(", \"") + names[off] + "\": false") == expected);
  }
}

TEST_CASE("a calendar that a scenario names is found beside it") {
  const fs::path folder = fs::temp_directory_path() / "dwell_calendar_year_test";
  fs::create_directories(folder / "calendars");
  std::ofstream(folder / "calendars" / "mine.json")
      << R"({"schema": "dwell.calendar/1", "name": "mine", "country": "JP", "year": 2025, "source": "us",
             "holidays": [{"day": "2025-06-25", "name": "Ours"}]})";
  std::ofstream(folder / "s.json") << kScenario << R"({"years": ["mine", "kr-2025"]}}})";
  const std::vector<std::string> folders = {kFolder};
  const auto read = read_scenario((folder / "s.json").string(), folders);
  if (!read.ok()) FAIL(read.error().message());
  CHECK(read.value().platform.calendar.holidays.size() == 20);
  const auto alone = read_scenario((folder / "s.json").string());
  CHECK(refusal(alone) == (folder / "s.json").string() +
                              ": /platform/calendar/years/1 (line 10, column 47): there is no calendar \"kr-2025\"; "
                              "accepted: \"mine\"; calendars lie in " +
                              (folder / "calendars").string());
  fs::remove_all(folder);
}

TEST_CASE("calendars that are missing, named twice or no names") {
  const std::string at = "s.json: /platform/calendar/years";
  CHECK(refusal(with_calendar(R"({"years": ["kr-2025", "kr-1999"]})")) ==
        at +
            "/1 (line 10, column 50): there is no calendar \"kr-1999\"; accepted: \"kr-2025\" or \"kr-2026\"; "
            "calendars lie in " +
            kFolder);
  CHECK(refusal(with_calendar(R"({"years": ["kr-2025", "kr-2025"]})")) ==
        at + "/1 (line 10, column 50): a second \"kr-2025\"; accepted: every calendar once");
  CHECK(refusal(with_calendar(R"({"years": "kr-2025"})")) ==
        at + " (line 10, column 38): found the string \"kr-2025\"; accepted: an array of 0 to 64 names of calendars");
  CHECK(refusal(with_calendar(R"({"years": ["../scenario"]})")) ==
        at + "/0 (line 10, column 39): found the string \"../scenario\"; accepted: the name of a calendar: "
             "letters, digits, dots, dashes and underscores");
  CHECK(refusal(parse_scenario(kScenario + R"({"years": ["kr-2025"]}}})", "s.json")) ==
        at + "/0 (line 10, column 39): there is no calendar \"kr-2025\"; accepted: dates in place");
}

TEST_CASE("broken calendars: the place in the calendar, not in the scenario") {
  const auto broken = [](const std::string& head, const std::string& more) {
    const auto read = parse_calendar(
        "{\n" + head + ",\n\"country\": \"KR\", \"year\": 2025, \"source\": \"us\",\n" + more + "}", "x/mine.json");
    REQUIRE_FALSE(read.ok());
    return read.error().message();
  };
  const std::string head = R"("schema": "dwell.calendar/1", "name": "mine")";
  const std::string none = R"("holidays": [])";
  CHECK(parse_calendar("{" + head + R"(, "country": "KR", "year": 2025, "source": "us", "holidays": []})", "mine.json")
            .ok());
  CHECK(broken(R"("schema": "dwell.calendar/1", "name": "yours")", none) ==
        "x/mine.json: /name (line 2, column 31): found \"yours\"; accepted: the name of the file, \"mine\"");
  CHECK(broken(R"("schema": "dwell.scenario/1", "name": "mine")", none) ==
        "x/mine.json: /schema (line 2, column 1): found \"dwell.scenario/1\"; accepted: \"dwell.calendar/1\"");
  CHECK(broken(head, R"("holidays": [{"day": "2024-12-31", "name": "a"}])") ==
        "x/mine.json: /holidays/0/day (line 4, column 15): found 2024-12-31; accepted: a day of 2025");
  CHECK(broken(head, R"("holidays": [{"day": "2025-02-30", "name": "a"}])") ==
        "x/mine.json: /holidays/0/day (line 4, column 22): found the string \"2025-02-30\"; accepted: a calendar day "
        "from "
        "1970-01-01 to 2199-12-31, such as \"2025-06-24\"");
  CHECK(broken(head, R"("holidays": [{"day": "2025-05-05", "name": "a"}, {"day": "2025-05-05", "name": "b"}])") ==
        "x/mine.json: /holidays/1/day (line 4, column 51): 2025-05-05 after 2025-05-05; accepted: holidays in order of "
        "date, every day once");
  CHECK(broken(head, none + R"(, "surges": [{"first": "2025-05-05", "last": "2025-05-04", "name": "a"}])") ==
        "x/mine.json: /surges/0/last (line 4, column 52): the end 2025-05-04 is before the start; accepted: 2025-05-05 "
        "or "
        "later");
  CHECK(broken(head, none + R"(, "outages": [{"day": "2026-05-05", "from": "3 h", "name": "a"}])") ==
        "x/mine.json: /outages/0/day (line 4, column 30): found 2026-05-05; accepted: a day of 2025");
  CHECK(broken(head, R"("holidays": [{"day": "2025-05-05"}])") ==
        "x/mine.json: /holidays/0 (line 4, column 14): missing key \"name\"; accepted: an object with \"day\" and "
        "\"name\"");
  CHECK(broken(head, none + R"(, "promotion": [])").find("unknown key \"promotion\"") != std::string::npos);
}

}  // namespace
}  // namespace dwell::world
