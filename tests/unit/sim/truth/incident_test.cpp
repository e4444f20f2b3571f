#include "sim/truth/incident.hpp"

#include <catch2/catch.hpp>

#include "sim/core/check.hpp"
#include "sim/truth/causes.hpp"

using namespace dwell;
using namespace dwell::truth;

namespace {

Touch touch(std::uint32_t member, Page page, std::uint16_t records, std::int64_t second) {
  return {{member}, page, records, {100}, {3}, {2}, {77}, Time{} + Duration::seconds(second)};
}

}  // namespace

TEST_CASE("an account is exposed once, when a page first returned a record") {
  Incident incident;
  incident.observe(touch(5, Page::address, 0, 10));  // a miss
  CHECK(incident.exposed() == 0);
  incident.observe(touch(6, Page::address, 2, 20));
  incident.observe(touch(6, Page::address, 2, 70));
  incident.observe(touch(6, Page::profile, 1, 130));
  incident.observe(touch(7, Page::profile, 1, 200));
  incident.observe(touch(8, Page::home, 1, 210));  // no member data
  CHECK(incident.requests() == 6);
  CHECK(incident.exposed() == 2);
  CHECK(incident.exposed(Page::address) == 1);
  CHECK(incident.exposed(Page::profile) == 2);
  CHECK(incident.exposed_until(Time{}) == 1);  // the window of the first touch counts whole
  CHECK(incident.exposed_until(Time{} + Duration::seconds(179)) == 1);
  CHECK(incident.exposed_until(Time{} + Duration::seconds(180)) == 2);
  CHECK(incident.exposed_until(Page::profile, Time{} + Duration::seconds(179)) == 1);
  CHECK(incident.exposed_until(Page::home, kNever) == 0);
  CHECK(incident.exposed_until(kNever) == 2);
  incident.observe(touch(9, Page::order_list, 1, 30));  // an early one that arrived late
  CHECK(incident.exposed_until(Time{} + Duration::seconds(59)) == 2);
}

TEST_CASE("windows count as touched whatever the page and the answer, each once") {
  Incident incident;
  CHECK(incident.windows() == 0);
  CHECK(incident.windows_until(kNever) == 0);
  incident.observe(touch(5, Page::home, 0, 10));
  incident.observe(touch(6, Page::address, 2, 59));
  incident.observe(touch(7, Page::profile, 1, 200));
  CHECK(incident.windows() == 2);
  CHECK(incident.windows_until(Time{}) == 1);
  CHECK(incident.windows_until(Time{} + Duration::seconds(179)) == 1);
  CHECK(incident.windows_until(Time{} + Duration::seconds(180)) == 2);
  incident.observe(touch(5, Page::home, 0, 70));  // one that arrived late
  CHECK(incident.windows_until(Time{} + Duration::seconds(179)) == 2);
  CHECK(incident.windows() == 3);
}

TEST_CASE("harm counts by field, each account once however many pages return the field") {
  Incident incident;
  incident.observe(touch(6, Page::address, 2, 20));
  incident.observe(touch(6, Page::profile, 1, 130));
  incident.observe(touch(7, Page::profile, 1, 200));
  incident.observe(touch(8, Page::address_edit, 1, 250));
  incident.observe(touch(8, Page::address, 3, 260));
  incident.observe(touch(9, Page::order_list, 4, 300));
  CHECK(incident.exposed() == 4);
  CHECK(incident.exposed(DataField::name) == 3);
  CHECK(incident.exposed(DataField::phone) == 3);
  CHECK(incident.exposed(DataField::email) == 2);
  CHECK(incident.exposed(DataField::address) == 2);
  CHECK(incident.exposed(DataField::door_code) == 1);
  CHECK(incident.exposed(DataField::order_lines) == 1);
  CHECK(incident.exposed(DataField::partial_card) == 0);
  CHECK(incident.exposed_until(DataField::phone, Time{} + Duration::seconds(120)) == 1);
  CHECK(incident.exposed_until(DataField::email, Time{} + Duration::seconds(179)) == 1);
  CHECK(incident.exposed_until(DataField::email, kNever) == 2);
}

TEST_CASE("what cannot be read is not exposed") {
  PageFields legible = kReturnedFields;
  legible[static_cast<std::size_t>(Page::profile)] = {};
  legible[static_cast<std::size_t>(Page::address)].remove({DataField::phone});
  Incident incident(Duration::seconds(60), legible);
  incident.observe(touch(6, Page::profile, 1, 20));
  CHECK(incident.exposed() == 0);
  CHECK(incident.exposed(Page::profile) == 1);
  incident.observe(touch(6, Page::address, 1, 80));
  CHECK(incident.exposed() == 1);
  CHECK(incident.exposed(DataField::phone) == 0);
  CHECK(incident.exposed(DataField::address) == 1);
  ByteWriter writer;
  incident.save(writer);
  Incident again;
  ByteReader reader(writer.bytes());
  again.restore(reader);
  CHECK_FALSE(reader.failed());
  again.observe(touch(7, Page::address, 1, 90));
  CHECK(again.exposed(DataField::phone) == 0);
  CHECK(again.exposed(DataField::address) == 2);
}

TEST_CASE("entities belong from their earliest touch on") {
  Incident incident;
  CHECK(incident.first() == kNever);
  CHECK_FALSE(incident.belongs(Kind::key, 77, kNever));
  incident.observe(touch(6, Page::address, 2, 500));
  incident.observe(touch(6, Page::address, 2, 300));
  const Time before = Time{} + Duration::seconds(299);
  const Time after = Time{} + Duration::seconds(300);
  const std::pair<Kind, std::uint64_t> touched[] = {
      {Kind::key, 77},    {Kind::source, 100}, {Kind::network, 3},
      {Kind::country, 2}, {Kind::account, 6},  {Kind::page, static_cast<std::uint64_t>(Page::address)}};
  for (const auto& [kind, id] : touched) {
    INFO(kKindNames[static_cast<std::size_t>(kind)]);
    CHECK_FALSE(incident.belongs(kind, id, before));
    CHECK(incident.belongs(kind, id, after));
    CHECK(incident.first_touch(kind, id) == after);
    CHECK_FALSE(incident.belongs(kind, id + 1, kNever));
    CHECK_FALSE(incident.belongs(kind, id + (std::uint64_t{1} << 32), kNever));
    CHECK(incident.entities(kind) == 1);
  }
  CHECK(incident.first() == after);
  CHECK(incident.last() == Time{} + Duration::seconds(500));
}

TEST_CASE("origins are given out by the world and the background has number 0") {
  Causes causes;
  CHECK(causes.of(kBackground).label == Label::background);
  const Origin campaign = causes.add({0}, Label::campaign, "case");
  const Origin placebo = causes.add({1}, Label::placebo, "placebo");
  CHECK(campaign != placebo);
  CHECK(causes.of(campaign).incident == IncidentId{0});
  CHECK(label_name(causes.of(placebo).label) == "placebo");
  CHECK_THROWS_AS(causes.of({9}), InvariantError);
  CHECK_THROWS_AS(causes.add({2}, Label::background, ""), InvariantError);
}
