// Broken scenarios: each gives one error with its place, what was found and what is accepted, in these very words.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

const std::string kNetworks = R"("networks": [
    {"name": "a", "kind": "mobile"},
    {"name": "b", "kind": "fixed"},
    {"name": "c", "kind": "foreign", "country": "JP"},
    {"name": "d", "kind": "vpn", "country": "US"},
    {"name": "e", "kind": "hosting", "country": "US"},
    {"name": "f", "kind": "contractor", "country": "PH"},
    {"name": "g", "kind": "internal"},
    {"name": "h", "kind": "partner"}
  ])";
const std::string kHead = R"({
  "schema": "dwell.scenario/1", "name": "t",
  "baselines": [{"name": "one", "start": "2025-06-24", "days": 10}],
  )" + kNetworks;
const std::string kQuiet = R"(, "campaign": {"on": false})";

/// A sound scenario with this text on line 14, before a campaign that is off; columns count from there.
std::string with(const std::string& more) { return kHead + ",\n" + more + kQuiet + "\n}"; }
std::string with_campaign(const std::string& campaign) { return kHead + ",\n\"campaign\": " + campaign + "\n}"; }

struct Broken {
  std::string text;
  std::string message;
};

void check_all(const std::vector<Broken>& cases) {
  for (const Broken& broken : cases) {
    INFO(broken.text);
    const auto read = parse_scenario(broken.text, "s.json");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().message() == "s.json: " + broken.message);
  }
}

TEST_CASE("the scenario the broken ones are made from is sound") {
  const auto read = parse_scenario(with("\"title\": \"sound\""), "s.json");
  if (!read.ok()) FAIL(read.error().message());
  CHECK(read.value().baseline == "one");
  CHECK(read.value().campaign.length == Duration::days(10));
  CHECK(read.value().platform.population.accounts == 33'700'000);
  CHECK(read.value().background.support.tickets_per_order == 0.05);
}

TEST_CASE("keys: unknown, duplicate, missing") {
  check_all({
      {with(R"("warmup": "3 d")"),
       R"(/warmup (line 14, column 1): unknown key "warmup"; accepted: nearest known keys are "warm_up", "name" or "schema")"},
      {with(R"("platform": {"population": {"acounts": 3}})"),
       R"(/platform/population/acounts (line 14, column 29): unknown key "acounts"; accepted: nearest known keys are "accounts", "ids" or "eras")"},
      {with(R"("title": "x", "title": "y")"),
       R"(/title (line 14, column 15): duplicate key "title"; accepted: every key once)"},
      {with(R"("workforce": {"staff": 3, "staff": 3})"),
       R"(/workforce/staff (line 14, column 27): duplicate key "staff"; accepted: every key once)"},
      {R"({"schema": "dwell.scenario/1", "name": "t"})",
       R"(top level (line 1, column 1): missing key "baselines"; accepted: an object with "schema", "name", "baselines" and "networks")"},
      {with(R"("timeline": [{"what": "x"}])"),
       R"(/timeline/0 (line 14, column 14): missing key "day"; accepted: an object with "day" and "what")"},
  });
}

TEST_CASE("values: type, range, unit") {
  check_all({
      {with(R"("workforce": {"staff": "many"})"),
       R"(/workforce/staff (line 14, column 24): found the string "many"; accepted: a whole number, 1 to 10000000 (people))"},
      {with(R"("workforce": {"staff": 1.5})"),
       R"(/workforce/staff (line 14, column 24): found the number 1.5; accepted: a whole number, 1 to 10000000 (people))"},
      {with(R"("workforce": {"staff": 0})"),
       R"(/workforce/staff (line 14, column 24): found the number 0; accepted: a whole number, 1 to 10000000 (people))"},
      {with(R"("background": {"support": {"tickets_per_order": -5}})"),
       R"(/background/support/tickets_per_order (line 14, column 49): found the number -5; accepted: a number, 0 to 10 (tickets))"},
      {with(R"("background": {"logs": {"gaps": [{"topic": "web", "first": "2025-06-01", "last": "2025-06-02"}]}})"),
       R"(/background/logs/gaps/0/topic (line 14, column 44): found the string "web"; accepted: "access", "auth", "keys", "workforce", "audit", "complaints" or "deception")"},
      {with(R"("background": {"bots": {"share": 1.2}})"),
       R"(/background/bots/share (line 14, column 34): found the number 1.2; accepted: a probability, 0 to 1)"},
      {with(R"("background": {"bots": {"on": 1}})"),
       R"(/background/bots/on (line 14, column 31): found the number 1; accepted: true or false)"},
      {with(R"("background": {"bots": []})"),
       R"(/background/bots (line 14, column 24): found an array of 0; accepted: an object)"},
      {with(R"("warm_up": 28)"),
       R"(/warm_up (line 14, column 12): found the number 28; accepted: a string holding a duration with its unit (us, ms, s, min, h, d), 1 d to 1157.41 d)"},
      {with(R"("warm_up": "28")"),
       R"(/warm_up (line 14, column 12): found the string "28"; accepted: a duration with its unit (us, ms, s, min, h, d), 1 d to 1157.41 d)"},
      {with(R"("warm_up": "28 weeks")"),
       R"(/warm_up (line 14, column 12): found the string "28 weeks"; accepted: a duration with its unit (us, ms, s, min, h, d), 1 d to 1157.41 d)"},
      {with(R"("warm_up": "20 h")"),
       R"(/warm_up (line 14, column 12): found the string "20 h"; accepted: a duration with its unit (us, ms, s, min, h, d), 1 d to 1157.41 d)"},
      {with(R"("key_use": "shared")"),
       R"(/key_use (line 14, column 12): found the string "shared"; accepted: "shared_production", "trusted_unused" or "exclusive")"},
      {with(R"("platform": {"calendar": {"holidays": ["2025-02-30"]}})"),
       R"(/platform/calendar/holidays/0 (line 14, column 40): found the string "2025-02-30"; accepted: a calendar day from 1970-01-01 to 2199-12-31, such as "2025-06-24")"},
      {with(R"("platform": {"calendar": {"weekday_visits": [1, 1]}})"),
       R"(/platform/calendar/weekday_visits (line 14, column 45): found an array of 2; accepted: an array of 7 numbers)"},
      {with("\"title\": \"two\\nlines\""),
       R"(/title (line 14, column 10): found the string "two\nlines"; accepted: a string of one line, without control characters)"},
      {with(R"("title": null)"),
       R"(/title (line 14, column 10): found null; accepted: a string of 0 to 200 characters)"},
      {with(R"("scale": "5")"),
       R"(/scale (line 14, column 10): found the string "5"; accepted: a string holding a share above 0 and at most 1, such as "1/1000", "0.01" or "1")"},
      {R"({"schema": "dwell.scenario/1", "name": "t", "baselines": [], "networks": []})",
       R"(/baselines (line 1, column 58): found an array of 0; accepted: an array of 1 to 16 elements)"},
      {with_campaign(R"({"phases": [{"name": "p", "pages": [{"page": "adress", "views": 1}]}]})"),
       R"(/campaign/phases/0/pages/0/page (line 14, column 58): found the string "adress"; accepted: "home", "search", "pdp", "cart", "checkout", "done", "mypage", "profile", "address", "address-edit" or "order-list")"},
  });
}

TEST_CASE("parts that do not fit each other") {
  check_all({
      {with(R"("baseline": "two")"), R"(/baseline (line 14, column 1): no baseline is named "two"; accepted: "one")"},
      {with(R"("scale": "1/40000")"),
       R"(/scale (line 14, column 1): a scale of 1/40000 leaves 843 of 33700000 accounts; accepted: at least 1/33700, which leaves 1000 accounts)"},
      {with(R"("platform": {"population": {"accounts": 5, "ids": 9}})"),
       R"(/scale (line 1, column 1): a scale of 1/1000 leaves 0 of 5 accounts; accepted: a scenario of at least 1000 accounts)"},
      {with(R"("platform": {"population": {"accounts": 9000, "ids": 8000}})"),
       R"(/platform/population/accounts (line 14, column 29): 9000 accounts among 8000 ids; accepted: at most as many accounts as ids)"},
      {with(R"("platform": {"calendar": {"promotions": [{"first": "2025-08-31", "last": "2025-08-25"}]}})"),
       R"(/platform/calendar/promotions/0/last (line 14, column 66): the end 2025-08-25 is before the start; accepted: 2025-08-31 or later)"},
      {with(
           R"("platform": {"calendar": {"promotions": [{"first": "2025-08-25", "last": "2025-08-31"}, {"first": "2025-08-25", "last": "2025-08-31", "visits": 2}]}})"),
       R"(/platform/calendar/promotions/1 (line 14, column 89): a second promotion of the same days, as at /platform/calendar/promotions/0; accepted: every one once)"},
      {with(
           R"("platform": {"calendar": {"releases": [{"day": "2025-08-06", "pages": [{"page": "mypage"}]}, {"day": "2025-08-06", "pages": [{"page": "cart"}]}]}})"),
       R"(/platform/calendar/releases/1 (line 14, column 94): a second release on the same day, as at /platform/calendar/releases/0; accepted: every one once)"},
      {with(
           R"("platform": {"calendar": {"outages": [{"day": "2025-08-06", "from": "3 h"}, {"day": "2025-08-06", "from": "3 h"}]}})"),
       R"(/platform/calendar/outages/1 (line 14, column 77): a second outage at the same time, as at /platform/calendar/outages/0; accepted: every one once)"},
      {with(R"("workforce": {"offboarding_over_7_days": 0.7})"),
       R"(/workforce/offboarding_over_7_days (line 14, column 15): more off-boardings take over 7 days than take over 1 day; accepted: at most offboarding_over_1_day, 0.58)"},
      {with_campaign("{}"),
       R"(/campaign/phases (line 14, column 1): the campaign is on and has no phases; accepted: at least one phase, or "on": false)"},
      {with_campaign(R"({"phases": [{"name": "p", "pages": [{"page": "address", "views": 0}]}]})"),
       R"(/campaign/phases/0/pages (line 14, column 39): the phase reads nothing; accepted: views that add up to more than 0)"},
      {with_campaign(R"({"phases": [{"name": "p", "target": "found", "pages": [{"page": "profile", "views": 9}]}]})"),
       R"(/campaign/phases/0/target (line 14, column 39): "found" before any phase has looked for accounts; accepted: an earlier phase with the target "every_id")"},
      {with_campaign(R"({"length": "11 d", "phases": [{"name": "p", "pages": [{"page": "address", "views": 9}]}]})"),
       R"(/campaign/length (line 14, column 14): the campaign lasts 11 d; accepted: at most the 10 d of baseline "one")"},
  });
}

TEST_CASE("networks: every kind, plain countries, names once") {
  std::string text = with("\"title\": \"\"");
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string copy = text;
    copy.replace(copy.find(from), from.size(), to);
    return copy;
  };
  check_all({
      {replaced("\"partner\"", "\"internal\""),
       R"(/networks (line 4, column 3): no network of kind "partner" with a share above 0; accepted: at least one of each: "mobile", "fixed", "foreign", "vpn", "hosting", "contractor", "internal" or "partner")"},
      {replaced("\"JP\"", "\"jp\""),
       R"(/networks/2/country (line 7, column 38): found "jp"; accepted: a country code of two capital letters (ISO 3166), such as "KR")"},
      {replaced("\"b\"", "\"a\""),
       R"(/networks/1/name (line 6, column 6): a second network "a"; accepted: every name once)"},
      {replaced("dwell.scenario/1", "dwell.scenario/9"),
       R"(/schema (line 2, column 3): found "dwell.scenario/9"; accepted: "dwell.scenario/1")"},
      {replaced("\"t\"", "\"a/b\""),
       R"(/name (line 2, column 33): found "a/b"; accepted: letters, digits, dots, dashes and underscores)"},
  });
}

TEST_CASE("segments: every key and every page once, known names only") {
  check_all({
      {with(
           R"("segments": {"reach": [{"key": "partner", "segments": []}, {"key": "partner", "segments": ["orders"]}]})"),
       R"(/segments/reach/1/key (line 14, column 61): a second entry for this key; accepted: every use of a key once)"},
      {with(R"("segments": {"removed": ["door"]})"),
       R"(/segments/removed/0 (line 14, column 26): found the string "door"; accepted: "name", "email", "phone", "address", "door_code", "order_lines" or "partial_card")"},
      {with(R"("segments": {"pages": [{"page": "profile", "segment": "orders"}]})"),
       R"(/segments/pages/0 (line 14, column 24): missing key "fields"; accepted: an object with "page", "segment" and "fields")"},
      {with(
           R"("segments": {"desks": [{"key": "support", "page": "profile", "segment": "support", "fields": []}, {"key": "support", "page": "profile", "segment": "orders", "fields": []}]})"),
       R"(/segments/desks/1/page (line 14, column 118): a second entry for this key and page; accepted: every page once for each use of a key)"},
      {with(R"("workforce": {"insider_key": "database"})"),
       R"(/workforce/insider_key (line 14, column 15): a key that is never presented at the gateway; accepted: "token_signing", "service", "partner" or "support")"},
      {with(R"("workforce": {"insider_key": "support", "insider_key_exempt": false})"),
       R"(/workforce/insider_key_exempt (line 14, column 41): rotation of a key that keeps its number, which would not stop whoever stole it; accepted: true, or the insider_key "token_signing")"},
  });
  const auto read =
      parse_scenario(with(R"("segments": {"zero_trust": true, "encrypted": ["phone", "door_code"]})"), "s.json");
  if (!read.ok()) FAIL(read.error().message());
  CHECK(read.value().segments.zero_trust);
  CHECK(read.value().segments.encrypted == std::vector<DataField>{DataField::phone, DataField::door_code});
  CHECK(read.value().segments.reach.size() == protocol::kKeyUses);
}

TEST_CASE("texts that are no JSON object") {
  check_all({
      {"", "the file is empty; accepted: a JSON object"},
      {" \n\t ", "the file is empty; accepted: a JSON object"},
      {"[]", "top level (line 1, column 1): found an array of 0; accepted: an object"},
      {"\xEF\xBB\xBF[]", "top level (line 1, column 1): found an array of 0; accepted: an object"},
  });
  const auto place = [](const std::string& text) {
    const auto read = parse_scenario(text, "s.json");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().found.find("not JSON: ") == 0);
    CHECK(read.error().accepted == "JSON (RFC 8259) in UTF-8");
    return read.error().place;
  };
  CHECK(place("{\"name\": \"a\",\n \"baselines\": [") == "/baselines (line 2, column 16)");
  CHECK(place("{\n  \"name\": \"a\xFF\"}") == "/name (line 2, column 13)");
  CHECK(place("{\"name\": 1e999}") == "/name (line 1, column 14)");
  CHECK(place("{\"name\": nope}") == "/name (line 1, column 11)");
  CHECK(place("{} {}") == "top level (line 1, column 4)");
  CHECK(parse_scenario("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}", "s.json").error().found ==
        "nested too deeply");
}

TEST_CASE("files that cannot be read") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "dwell_scenario_errors_test";
  fs::create_directories(folder);
  const std::string absent = (folder / "absent.json").string();
  CHECK(read_scenario(absent).error().message() ==
        absent + ": no such file; accepted: a readable JSON file of at most 4 MiB");
  CHECK(read_scenario(folder.string()).error().message() ==
        folder.string() + ": is a directory; accepted: a readable JSON file of at most 4 MiB");
  const std::string large = (folder / "large.json").string();
  std::ofstream(large) << std::string((4U << 20U) + 1, ' ');
  CHECK(read_scenario(large).error().found == "is larger than 4 MiB");
  const std::string empty = (folder / "empty.json").string();
  std::ofstream(empty).flush();
  CHECK(read_scenario(empty).error().message() == empty + ": the file is empty; accepted: a JSON object");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace dwell::world
