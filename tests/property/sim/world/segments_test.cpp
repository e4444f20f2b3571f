// What a key reaches and what a page returns, in whole runs: who is let through, and what the campaign takes.

#include <catch2/catch.hpp>
#include <map>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

struct Outcome {
  std::array<std::uint64_t, kDataFields> exposed{};
  std::uint64_t exposed_in_all = 0;
  std::map<std::uint16_t, std::uint64_t> campaign_statuses[kPages];
  std::uint64_t forbidden_background = 0, forbidden_people_and_services = 0, service_reads = 0,
                records_where_forbidden = 0;
  std::uint64_t background_digest = 0;
  [[nodiscard]] std::uint64_t of(DataField field) const { return exposed[static_cast<std::size_t>(field)]; }
};

Outcome attack(const Scenario& scenario) {
  const auto world = make_world({.scale = {1, 4000}, .seed = {7}, .campaign = true}, scenario);
  Outcome outcome;
  while (world->step()) {
    for (const auto& partition : world->partitions()) {
      const telemetry::AccessBatch& rows = partition.access.rows;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool forbidden = rows.status[i] == telemetry::kStatusForbidden;
        if (forbidden) outcome.records_where_forbidden += rows.records[i];
        if (world->label(partition.access.origins[i]) == 1) {
          ++outcome.campaign_statuses[rows.page[i]][rows.status[i]];
          continue;
        }
        outcome.forbidden_background += forbidden ? 1 : 0;
        const bool script = static_cast<Client>(rows.client[i]) == Client::script;
        outcome.forbidden_people_and_services += forbidden && !script ? 1 : 0;
        outcome.service_reads += static_cast<Client>(rows.client[i]) == Client::service && rows.records[i] > 0 ? 1 : 0;
      }
    }
  }
  outcome.exposed_in_all = world->campaign().exposed();
  for (std::uint32_t f = 0; f < kDataFields; ++f)
    outcome.exposed[f] = world->campaign().exposed(static_cast<DataField>(f));
  outcome.background_digest = world->background_digest();
  return outcome;
}

const Outcome& as_in_the_case() {
  static const Outcome outcome = attack(tiny());
  return outcome;
}

}  // namespace

TEST_CASE("by default nobody with a right to a page is turned away, and the campaign takes what the case says") {
  const Outcome& usual = as_in_the_case();
  CHECK(usual.forbidden_background == 0);
  CHECK(usual.service_reads > 500);
  for (const auto& statuses : usual.campaign_statuses) CHECK(statuses.count(telemetry::kStatusForbidden) == 0);
  for (const DataField field : {DataField::name, DataField::email, DataField::phone, DataField::address,
                                DataField::door_code, DataField::order_lines}) {
    INFO(kDataFieldNames[static_cast<std::size_t>(field)]);
    CHECK(usual.of(field) > 0);
  }
  CHECK(usual.of(DataField::partial_card) == 0);
  CHECK(usual.of(DataField::name) == usual.exposed_in_all);
  CHECK(usual.of(DataField::door_code) < usual.of(DataField::address) / 100);
}

TEST_CASE("without door codes on any page harm by door code is none, and the rest stays") {
  Scenario scenario = tiny();
  scenario.segments.removed = {DataField::door_code};
  const Outcome less = attack(scenario);
  const Outcome& usual = as_in_the_case();
  CHECK(less.of(DataField::door_code) == 0);
  for (std::uint32_t f = 0; f < kDataFields; ++f) {
    if (static_cast<DataField>(f) != DataField::door_code) CHECK(less.exposed[f] == usual.exposed[f]);
  }
  CHECK(less.exposed_in_all == usual.exposed_in_all);
  CHECK(less.background_digest == usual.background_digest);
}

TEST_CASE("encrypted fields are no harm, and an account of which nothing can be read is not exposed") {
  Scenario scenario = tiny();
  scenario.segments.encrypted = {DataField::name, DataField::phone, DataField::address, DataField::door_code};
  const Outcome less = attack(scenario);
  CHECK(less.of(DataField::address) == 0);
  CHECK(less.of(DataField::email) == as_in_the_case().of(DataField::email));
  CHECK(less.exposed_in_all < as_in_the_case().exposed_in_all);
  CHECK(less.exposed_in_all >= less.of(DataField::email));
}

TEST_CASE("a signing key that does not reach addresses reads none of them") {
  Scenario scenario = tiny();
  for (protocol::Reach& reach : scenario.segments.reach) {
    if (reach.key == protocol::KeyUse::token_signing) std::erase(reach.segments, Segment::addresses);
  }
  const Outcome narrow = attack(scenario);
  CHECK(narrow.records_where_forbidden == 0);
  for (const Page page : {Page::address, Page::address_edit}) {
    const auto& statuses = narrow.campaign_statuses[static_cast<std::size_t>(page)];
    CHECK(statuses.size() == 1);
    CHECK(statuses.count(telemetry::kStatusForbidden) == 1);
  }
  const auto& profile = narrow.campaign_statuses[static_cast<std::size_t>(Page::profile)];
  CHECK(profile.count(telemetry::kStatusOk) == 1);
  CHECK(profile.count(telemetry::kStatusForbidden) == 0);
  CHECK(narrow.of(DataField::address) == 0);
  CHECK(narrow.of(DataField::door_code) == 0);
  CHECK(narrow.of(DataField::email) == as_in_the_case().of(DataField::email));
  CHECK(narrow.service_reads == as_in_the_case().service_reads);
}

TEST_CASE("a stolen key of the support desk reads cards with the orders, and minimisation takes them away") {
  Scenario scenario = tiny();
  scenario.workforce.insider_key = protocol::KeyUse::support;
  const Outcome desk = attack(scenario);
  for (const auto& statuses : desk.campaign_statuses) CHECK(statuses.count(telemetry::kStatusForbidden) == 0);
  CHECK(desk.of(DataField::partial_card) > 0);
  CHECK(desk.of(DataField::partial_card) == desk.of(DataField::order_lines));
  CHECK(desk.of(DataField::email) > 0);
  scenario.segments.removed = {DataField::partial_card};
  const Outcome less = attack(scenario);
  CHECK(less.of(DataField::partial_card) == 0);
  CHECK(less.of(DataField::order_lines) == desk.of(DataField::order_lines));
  CHECK(less.background_digest == desk.background_digest);
}

TEST_CASE("a stolen key of a partner reads what is on a parcel, and is turned away from the rest") {
  Scenario scenario = tiny();
  scenario.workforce.insider_key = protocol::KeyUse::partner;
  const Outcome parcels = attack(scenario);
  for (const Page page : {Page::profile, Page::address_edit}) {
    const auto& statuses = parcels.campaign_statuses[static_cast<std::size_t>(page)];
    CHECK(statuses.size() == 1);
    CHECK(statuses.count(telemetry::kStatusForbidden) == 1);
  }
  CHECK(parcels.of(DataField::door_code) > 0);
  CHECK(parcels.of(DataField::door_code) == parcels.of(DataField::address));
  CHECK(parcels.of(DataField::order_lines) > 0);
  CHECK(parcels.of(DataField::email) == 0);
  CHECK(parcels.of(DataField::partial_card) == 0);
  CHECK(parcels.records_where_forbidden == 0);
}

TEST_CASE("with zero trust the insider's key reads at most one segment of member data") {
  Scenario scenario = tiny();
  scenario.segments.zero_trust = true;
  const Outcome bound = attack(scenario);
  std::map<Segment, std::uint64_t> answered;
  const protocol::ReachTable table(scenario.segments);
  for (std::uint32_t p = 0; p < kPages; ++p) {
    const auto& statuses = bound.campaign_statuses[p];
    if (const auto ok = statuses.find(telemetry::kStatusOk); ok != statuses.end())
      answered[table.segment_of(static_cast<Page>(p))] += ok->second;
  }
  CHECK(answered.size() <= 1);
  CHECK(bound.exposed_in_all < as_in_the_case().exposed_in_all + (answered.empty() ? 0 : 1));
}

TEST_CASE("with zero trust members and services have a credential for every page they ask for") {
  Scenario scenario = tiny();
  scenario.segments.zero_trust = true;
  // Whoever got in with a leaked password is not honest.
  scenario.background.stuffing.on = false;
  const Outcome bound = attack(scenario);
  CHECK(bound.forbidden_people_and_services == 0);
  CHECK(bound.service_reads == as_in_the_case().service_reads);
  // Bots present tokens from outside, as the insider does.
  CHECK(bound.forbidden_background > 0);
  // Members: each page of theirs lies in a segment that tokens can be exchanged for.
  const protocol::ReachTable table(scenario.segments);
  std::array<bool, kSegments> exchanged{};
  for (const protocol::Reach& reach : scenario.segments.reach) {
    if (reach.key != protocol::KeyUse::token_signing) continue;
    for (const Segment segment : reach.segments) exchanged[static_cast<std::size_t>(segment)] = true;
  }
  for (std::uint32_t page = 0; page < kPages; ++page) {
    INFO(kPageNames[page]);
    CHECK(exchanged[static_cast<std::size_t>(table.segment_of(static_cast<Page>(page)))]);
  }
  // Services: whichever key of their use they hold. Partners read addresses and orders of what they deliver.
  using protocol::KeyUse;
  for (std::uint32_t key = 1; key < 200; ++key) {
    for (const Page page : {Page::mypage, Page::profile, Page::address, Page::address_edit, Page::order_list}) {
      CHECK(table.reaches(KeyUse::support, KeyId{key}, page));
      CHECK(table.reaches(KeyUse::service, KeyId{key}, page));
    }
    for (const Page page : {Page::address, Page::order_list}) CHECK(table.reaches(KeyUse::partner, KeyId{key}, page));
  }
}

}  // namespace dwell::world::test
