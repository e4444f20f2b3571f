// A year of staff and keys: sizes against parameters, and what shards hear of it.

#include "sim/workforce/workforce.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "tests/unit/sim/background/collector.hpp"

using namespace dwell;
using namespace dwell::workforce;
using protocol::KeyChange;
using telemetry::KeyEvent;
using telemetry::StaffEvent;

namespace {

constexpr std::uint32_t kShards = 3;
constexpr std::int64_t kDays = 365;

struct Year {
  protocol::KeyRing ring;
  telemetry::PlatformRows rows;
  test::Mail mail;
};

const Year& year() {
  static const Year value = [] {
    // Without leaks and reviews, which rotate signing keys besides.
    Params params;
    params.leaked_per_year = 0;
    params.orphans_found_per_year = 0;
    Year y;
    y.ring = make_key_ring(params, KeyUseOfInsider::shared_production, true, {11});
    y.mail = test::run(make_workforce(params, y.ring, kShards, {11}, &y.rows), kShards, kDays);
    return y;
  }();
  return value;
}

}  // namespace

TEST_CASE("off-boarding lags have the published tail") {
  const Params params;
  const int n = 200'000;
  int over_1 = 0;
  int over_7 = 0;
  for (int i = 0; i < n; ++i) {
    const Duration lag = offboarding_lag(params, {3}, {static_cast<std::uint32_t>(i + 1)});
    REQUIRE(lag.us >= 0);
    over_1 += lag > Duration::days(1) ? 1 : 0;
    over_7 += lag > Duration::days(7) ? 1 : 0;
  }
  // Five standard deviations are .0055 and .0048.
  CHECK(static_cast<double>(over_1) / n == Approx(.58).margin(.0055));
  CHECK(static_cast<double>(over_7) / n == Approx(.25).margin(.0048));
}

TEST_CASE("as many people leave, join and move as the parameters say") {
  std::map<StaffEvent, int> count;
  const telemetry::WorkforceBatch& rows = year().rows.workforce.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows.time_us[i] >= 0) ++count[static_cast<StaffEvent>(rows.kind[i])];
  }
  const double leavers = 12'203 * .13;
  CHECK(std::abs(count[StaffEvent::left] - leavers) < 5 * std::sqrt(leavers));
  CHECK(std::abs(count[StaffEvent::joined] - leavers) < 5 * std::sqrt(leavers));
  CHECK(std::abs(count[StaffEvent::moved] - 1220.3) < 5 * std::sqrt(1220.3));
  CHECK(count[StaffEvent::deprovisioned] < count[StaffEvent::left] + 10);
  CHECK(count[StaffEvent::deprovisioned] > count[StaffEvent::left] * 0.9);
}

TEST_CASE("the first window holds the inventory of keys and the leavers who own some") {
  const telemetry::KeysBatch& keys = year().rows.keys.rows;
  std::map<std::uint32_t, std::uint32_t> owner;
  for (std::size_t i = 0; i < keys.size() && keys.ingest_us[i] < 60'000'000; ++i) {
    if (static_cast<KeyEvent>(keys.kind[i]) == KeyEvent::created && keys.time_us[i] < 0)
      owner[keys.key[i]] = keys.owner[i];
  }
  CHECK(owner.size() == year().ring.keys.size());
  std::map<std::uint32_t, std::set<StaffEvent>> gone;
  const telemetry::WorkforceBatch& staff = year().rows.workforce.rows;
  for (std::size_t i = 0; i < staff.size() && staff.ingest_us[i] < 60'000'000; ++i) {
    gone[staff.staff[i]].insert(static_cast<StaffEvent>(staff.kind[i]));
  }
  for (const protocol::Key& key : year().ring.keys) {
    CHECK(owner.at(key.id.value) == key.owner.value);
    CHECK(gone.count(key.owner.value) == (key.owner_left ? 1 : 0));
    if (key.owner_left) CHECK(gone[key.owner.value].count(StaffEvent::left) == 1);
  }
}

TEST_CASE("rows are emitted in the order in which they arrive, none before it happened") {
  const telemetry::WorkforceBatch& rows = year().rows.workforce.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows.time_us[i] <= rows.ingest_us[i]);
    if (i != 0) REQUIRE(rows.ingest_us[i - 1] <= rows.ingest_us[i]);
  }
}

TEST_CASE("every shard hears of a new key just before the rotation it replaces") {
  const test::Mail& mail = year().mail;
  REQUIRE(mail.changes.size() % kShards == 0);
  std::set<std::uint32_t> known;
  for (const protocol::Key& key : year().ring.keys) known.insert(key.id.value);
  int rotations = 0;
  int revocations = 0;
  int replaced = 0;
  for (std::size_t i = 0; i < mail.changes.size(); ++i) {
    const KeyChange& change = mail.changes[i].message;
    CHECK(change.key != year().ring.keys.at(year().ring.insider()).id);
    if (mail.changes[i].shard != 0) continue;
    if (change.kind == KeyChange::Kind::created) CHECK(known.insert(change.key.value).second);
    if (change.use != protocol::KeyUse::token_signing) {
      replaced += change.kind == KeyChange::Kind::revoked ? 1 : 0;
      continue;
    }
    if (change.kind == KeyChange::Kind::revoked) ++revocations;
    if (change.kind != KeyChange::Kind::rotated) continue;
    ++rotations;
    REQUIRE(i > 0);
    CHECK(mail.changes[i - 1].message.kind == KeyChange::Kind::created);
    CHECK(mail.changes[i - 1].at == mail.changes[i].at);
    CHECK(known.count(change.key.value) == 1);
  }
  // Four keys of twelve, twice a year each.
  CHECK(rotations == 8);
  CHECK(revocations <= rotations);
  CHECK(revocations >= rotations - 1);
  // Machine identities with an owner are replaced at the rate that keeps their ages: 255 of them.
  const double expected = 255 * replaced_per_year({});
  CHECK(std::abs(replaced - expected) < 5 * std::sqrt(expected));
}

TEST_CASE("keys are handed over when their owner goes, but not all of them") {
  int handed_over = 0;
  int runs = 0;
  Params params;
  params.service_keys = 2000;
  params.machine_sample = 0;
  params.orphans_found_per_year = 0;
  params.staff = 3000;
  params.attrition_per_year = 1;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    telemetry::PlatformRows rows;
    const protocol::KeyRing ring = make_key_ring(params, KeyUseOfInsider::exclusive, true, {seed});
    (void)test::run(make_workforce(params, ring, 1, {seed}, &rows), 1, 60);
    std::set<std::uint32_t> ended;
    for (std::size_t i = 0; i < rows.workforce.rows.size(); ++i) {
      if (rows.workforce.rows.time_us[i] <= 0) continue;
      if (static_cast<StaffEvent>(rows.workforce.rows.kind[i]) == StaffEvent::left) continue;
      ended.insert(rows.workforce.rows.staff[i]);
    }
    for (const protocol::Key& key : ring.keys) runs += !key.owner_left && ended.count(key.owner.value) != 0 ? 1 : 0;
    for (std::size_t i = 0; i < rows.keys.rows.size(); ++i) {
      handed_over += static_cast<KeyEvent>(rows.keys.rows.kind[i]) == KeyEvent::owner_changed ? 1 : 0;
    }
  }
  REQUIRE(runs > 300);
  CHECK(static_cast<double>(handed_over) / runs == Approx(params.handed_over).margin(.15));
}
