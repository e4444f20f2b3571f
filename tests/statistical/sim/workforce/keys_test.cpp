// What becomes of keys in years: ages, orphans, leaks, rotation by each policy, use.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "sim/workforce/workforce.hpp"
#include "tests/unit/sim/background/collector.hpp"

using namespace dwell;
using namespace dwell::workforce;
using protocol::KeyUse;
using telemetry::KeyEvent;
using telemetry::StaffEvent;

namespace {

struct Life {
  protocol::KeyRing ring;
  telemetry::PlatformRows rows;
};

Life live(const Params& params, std::int64_t days, std::uint64_t seed = 3,
          KeyUseOfInsider use = KeyUseOfInsider::shared_production) {
  Life life;
  life.ring = make_key_ring(params, use, true, {seed});
  static_cast<void>(test::run(make_workforce(params, life.ring, 1, {seed}, &life.rows), 1, days));
  return life;
}

/// What the rows of the two topics say of each key at `now`: the view of somebody who reads nothing else.
struct Seen {
  std::uint32_t owner = 0;
  KeyUse use = KeyUse::service;
  std::int64_t made_us = 0;
  bool gone = false;
};

std::map<std::uint32_t, Seen> inventory_at(const telemetry::PlatformRows& rows, Time now) {
  std::map<std::uint32_t, Seen> keys;
  const telemetry::KeysBatch& batch = rows.keys.rows;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.ingest_us[i] > now.us) continue;
    Seen& key = keys[batch.key[i]];
    key.owner = batch.owner[i];
    key.use = static_cast<KeyUse>(batch.use[i]);
    const auto event = static_cast<KeyEvent>(batch.kind[i]);
    const bool signing = key.use == KeyUse::token_signing;
    if (event == KeyEvent::created || (event == KeyEvent::rotated && !signing)) key.made_us = batch.time_us[i];
    if (event == KeyEvent::revoked || (event == KeyEvent::rotated && signing)) key.gone = true;
  }
  std::erase_if(keys, [](const auto& entry) { return entry.second.gone; });
  return keys;
}

std::set<std::uint32_t> people_gone_at(const telemetry::PlatformRows& rows, Time now) {
  std::set<std::uint32_t> gone;
  const telemetry::WorkforceBatch& batch = rows.workforce.rows;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.ingest_us[i] <= now.us && static_cast<StaffEvent>(batch.kind[i]) == StaffEvent::left)
      gone.insert(batch.staff[i]);
  }
  return gone;
}

struct Shares {
  double old = 0, orphaned = 0;
};
Shares shares_at(const telemetry::PlatformRows& rows, Time now) {
  const auto keys = inventory_at(rows, now);
  const auto gone = people_gone_at(rows, now);
  Shares shares;
  for (const auto& [id, key] : keys) {
    shares.old += key.made_us < (now - Duration::days(365)).us ? 1 : 0;
    shares.orphaned += gone.count(key.owner) != 0 ? 1 : 0;
  }
  shares.old /= static_cast<double>(keys.size());
  shares.orphaned /= static_cast<double>(keys.size());
  return shares;
}

std::map<std::uint32_t, std::vector<std::int64_t>> times_of(const telemetry::PlatformRows& rows, KeyEvent event) {
  std::map<std::uint32_t, std::vector<std::int64_t>> times;
  for (std::size_t i = 0; i < rows.keys.rows.size(); ++i) {
    if (static_cast<KeyEvent>(rows.keys.rows.kind[i]) == event)
      times[rows.keys.rows.key[i]].push_back(rows.keys.rows.time_us[i]);
  }
  return times;
}

/// Enough machine identities for shares to be told.
Params many() {
  Params params;
  params.machine_sample = 3e-3;
  return params;
}

}  // namespace

TEST_CASE("over-age and orphaned keys keep their shares for two years without any attack", "[statistical][workforce]") {
  const Life life = live(many(), 730);
  for (const std::int64_t day : {0, 180, 365, 729}) {
    const Shares shares = shares_at(life.rows, Time{} + Duration::days(day));
    INFO("day " << day << ": " << shares.old << " older than a year, " << shares.orphaned << " orphaned");
    // 3,000 keys: five standard deviations are .045 and .033.
    CHECK(shares.old == Approx(.60).margin(.045));
    CHECK(shares.orphaned == Approx(.15).margin(.033));
  }
}

TEST_CASE("as many people are there after two years as before", "[statistical][workforce]") {
  const Life life = live({}, 730);
  double balance = 0;
  const telemetry::WorkforceBatch& batch = life.rows.workforce.rows;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.time_us[i] < 0) continue;
    if (static_cast<StaffEvent>(batch.kind[i]) == StaffEvent::joined) ++balance;
    if (static_cast<StaffEvent>(batch.kind[i]) == StaffEvent::left) --balance;
  }
  // The difference of two Poisson numbers of mean 3,173.
  CHECK(std::abs(balance) < 5 * std::sqrt(2 * 12'203 * .13 * 2));
}

TEST_CASE("leavers are deprovisioned with the published lag", "[statistical][workforce]") {
  Params params;
  params.attrition_per_year = 2;
  const Life life = live(params, 365);
  std::map<std::uint32_t, std::int64_t> left;
  double over_1 = 0, over_7 = 0, all = 0;
  const telemetry::WorkforceBatch& batch = life.rows.workforce.rows;
  const std::int64_t seen_until = Duration::days(300).us;  // those who left later may wait beyond the run
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto event = static_cast<StaffEvent>(batch.kind[i]);
    if (event == StaffEvent::left && batch.time_us[i] >= 0 && batch.time_us[i] < seen_until) {
      left[batch.staff[i]] = batch.time_us[i];
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto of = left.find(batch.staff[i]);
    if (of == left.end() || static_cast<StaffEvent>(batch.kind[i]) != StaffEvent::deprovisioned) continue;
    const std::int64_t lag = batch.time_us[i] - of->second;
    ++all;
    over_1 += lag > Duration::days(1).us ? 1 : 0;
    over_7 += lag > Duration::days(7).us ? 1 : 0;
  }
  const auto leavers = static_cast<double>(left.size());
  // Those who wait still are over seven days. Five standard deviations of 20,000.
  CHECK((over_1 + leavers - all) / leavers == Approx(.58).margin(.018));
  CHECK((over_7 + leavers - all) / leavers == Approx(.25).margin(.016));
}

TEST_CASE("of keys that leak, seven of ten are valid years later", "[statistical][workforce]") {
  Params params;
  params.service_keys = 4000;
  params.machine_sample = 0;
  params.leaked_per_year = 0.2;
  const Life life = live(params, 730);
  const auto leaks = times_of(life.rows, KeyEvent::leaked);
  const auto rotations = times_of(life.rows, KeyEvent::rotated);
  double leaked = 0, valid = 0;
  for (const auto& [key, times] : leaks) {
    // Before the run the ring holds the valid ones only. Two leaks are two chances.
    if (times.size() != 1 || times[0] < 0 || times[0] > Duration::days(365).us) continue;
    ++leaked;
    valid += rotations.count(key) == 0 ? 1 : 0;
  }
  REQUIRE(leaked > 400);
  CHECK(valid / leaked == Approx(.70).margin(5 * std::sqrt(.21 / leaked)));
  // A key of age a leaked with probability 1 - e^(-ra) and was rotated in three cases of ten.
  double expected = 0, before = 0;
  for (const protocol::Key& key : life.ring.keys) {
    if (key.insider) continue;
    const double ever = 1 - std::exp(-.2 * (Time{} - key.created).as_days() / 365);
    expected += .7 * ever / (.7 * ever + 1 - ever);
  }
  for (const auto& [key, times] : leaks) before += times[0] < 0 ? 1 : 0;
  CHECK(std::abs(before - expected) < 5 * std::sqrt(expected));
  params.rotation_on_leak = false;
  CHECK(times_of(live(params, 60).rows, KeyEvent::rotated).size() <= 4);  // signing keys, by age
}

TEST_CASE("rotation by age is a switch, and keeps keys under it younger than the interval", "[workforce]") {
  Params params;
  params.leaked_per_year = 0;
  params.orphans_found_per_year = 0;
  params.others_rotated_by_policy = 1;
  params.machine_sample = 0;
  const Life life = live(params, 400);
  for (const auto& [id, key] : inventory_at(life.rows, Time{} + Duration::days(399))) {
    if (key.use == KeyUse::token_signing) continue;
    CHECK(key.made_us >= (Time{} + Duration::days(399) - params.rotation_every).us);
  }
  params.rotation_by_age = false;
  CHECK(times_of(live(params, 400).rows, KeyEvent::rotated).empty());
}

TEST_CASE("rotation on departure leaves no orphans, but for the insider's key as long as it is exempt", "[workforce]") {
  Params params;
  params.rotation_on_departure = true;
  params.leaked_per_year = 0;
  params.orphans_found_per_year = 0;
  for (const bool exempt : {true, false}) {
    params.insider_key_exempt = exempt;
    const Life life = live(params, 200);
    const protocol::Key& insider = life.ring.keys.at(life.ring.insider());
    const Time now = Time{} + Duration::days(199);
    const auto keys = inventory_at(life.rows, now);
    std::set<std::uint32_t> ended;
    for (std::size_t i = 0; i < life.rows.workforce.rows.size(); ++i) {
      if (static_cast<StaffEvent>(life.rows.workforce.rows.kind[i]) == StaffEvent::deprovisioned)
        ended.insert(life.rows.workforce.rows.staff[i]);
    }
    int orphans = 0;
    for (const auto& [id, key] : keys) orphans += ended.count(key.owner) != 0 && id != insider.id.value ? 1 : 0;
    CHECK(orphans == 0);
    CHECK(keys.count(insider.id.value) == (exempt ? 1 : 0));
    CHECK(times_of(life.rows, KeyEvent::revoked).count(insider.id.value) == (exempt ? 0 : 1));
  }
}

TEST_CASE("a policy that covers all signing keys covers the insider's unless it is exempt", "[workforce]") {
  Params params;
  params.rotated_by_policy = 1;
  for (const bool exempt : {true, false}) {
    params.insider_key_exempt = exempt;
    const Life life = live(params, 10);
    const std::uint32_t insider = life.ring.keys.at(life.ring.insider()).id.value;
    CHECK(times_of(life.rows, KeyEvent::rotated).count(insider) == (exempt ? 0 : 1));
  }
}

TEST_CASE("frequent reviews of access leave hardly an orphan", "[workforce]") {
  Params params = many();
  params.orphans_found_per_year = 52;
  params.rotation_on_leak = false;
  const Life life = live(params, 120);
  CHECK(shares_at(life.rows, Time{}).orphaned > .10);
  CHECK(shares_at(life.rows, Time{} + Duration::days(119)).orphaned < .02);
}

TEST_CASE("uses are recorded of keys in use and of no others", "[workforce]") {
  for (const KeyUseOfInsider use : {KeyUseOfInsider::shared_production, KeyUseOfInsider::trusted_unused}) {
    const Life life = live({}, 100, 4, use);
    const auto uses = times_of(life.rows, KeyEvent::used);
    double machines = 0, machine_days = 0;
    for (const protocol::Key& key : life.ring.keys) {
      const auto of = uses.find(key.id.value);
      const std::size_t days = of == uses.end() ? 0 : of->second.size();
      if (key.use == KeyUse::token_signing && key.share <= 0) CHECK(days == 0);
      if (key.use == KeyUse::support) CHECK(days >= 99);
      if (key.use != KeyUse::database || key.share <= 0) continue;
      ++machines;
      machine_days += static_cast<double>(days);
    }
    CHECK(uses.count(life.ring.keys.at(life.ring.insider()).id.value) ==
          (use == KeyUseOfInsider::shared_production ? 1 : 0));
    // Used on a uniform share of days; some are replaced meanwhile, a sixth of those with an owner.
    CHECK(machine_days / machines / 100 == Approx(.45).margin(.12));
  }
}
