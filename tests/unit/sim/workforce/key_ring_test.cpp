#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "sim/workforce/workforce.hpp"

using namespace dwell;
using namespace dwell::workforce;
using protocol::Key;
using protocol::KeyRing;
using protocol::KeyUse;

namespace {

constexpr KeyUse kAllUses[] = {KeyUse::token_signing, KeyUse::service,  KeyUse::partner,
                               KeyUse::support,       KeyUse::database, KeyUse::cloud_role};

double share_of(const KeyRing& ring, KeyUse use) {
  double sum = 0;
  for (const Key& key : ring.keys) sum += key.use == use ? key.share : 0;
  return sum;
}

const Key& insider_of(const KeyRing& ring) { return ring.keys.at(ring.insider()); }

constexpr KeyUseOfInsider kUses[] = {KeyUseOfInsider::shared_production, KeyUseOfInsider::trusted_unused,
                                     KeyUseOfInsider::exclusive};

}  // namespace

TEST_CASE("shares of each use sum to one and ids are distinct") {
  const Params params;
  for (const KeyUseOfInsider use : kUses) {
    const KeyRing ring = make_key_ring(params, use, true, {5});
    const MachineIdentities machines = machine_identities(params);
    REQUIRE(ring.keys.size() == params.signing_keys + params.service_keys + params.partner_keys + params.support_keys +
                                    machines.databases + machines.cloud_roles);
    for (const KeyUse of : kAllUses) CHECK(share_of(ring, of) == Approx(1));
    std::set<std::uint32_t> ids;
    for (const Key& key : ring.keys) {
      CHECK(key.id.value != 0);
      CHECK(key.owner.value != 0);
      CHECK(key.created < Time{});
      ids.insert(key.id.value);
    }
    CHECK(ids.size() == ring.keys.size());
  }
}

TEST_CASE("the insider's key is used as the scenario says") {
  const Params params;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Key shared = insider_of(make_key_ring(params, kUses[0], true, {seed}));
    const Key unused = insider_of(make_key_ring(params, kUses[1], true, {seed}));
    const Key exclusive = insider_of(make_key_ring(params, kUses[2], true, {seed}));
    CHECK(shared.share > 0.005);
    CHECK(shared.share < 0.5);
    CHECK(unused.share == 0);
    CHECK(exclusive.share == 0);
    CHECK(shared.owner_left);
    CHECK(shared.created == Time{} - Duration::days(174 + 250));
    CHECK(unused.created == shared.created);
    CHECK(exclusive.created == Time{} - Duration::days(174 + 30));
    CHECK(shared.owner == exclusive.owner);
  }
  const KeyRing without = make_key_ring(params, kUses[0], false, {1});
  CHECK(without.insider() == without.keys.size());
}

TEST_CASE("the insider's key is of the use the scenario says, and no other key is the insider's") {
  for (const KeyUse of : {KeyUse::token_signing, KeyUse::service, KeyUse::partner, KeyUse::support}) {
    Params params;
    params.insider_key = of;
    const KeyRing ring = make_key_ring(params, KeyUseOfInsider::shared_production, true, {3});
    int insiders = 0;
    for (const Key& key : ring.keys) insiders += key.insider ? 1 : 0;
    CHECK(insiders == 1);
    CHECK(insider_of(ring).use == of);
    CHECK(insider_of(ring).owner_left);
    CHECK(insider_of(ring).share > 0);
    CHECK(share_of(ring, of) == Approx(1));
  }
}

TEST_CASE("the insider's key is never the only odd one") {
  const Params params;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const KeyRing ring = make_key_ring(params, KeyUseOfInsider::trusted_unused, true, {seed});
    int orphaned_in_use = 0;
    int orphaned_services = 0;
    int idle = 0;
    int old = 0;
    for (const Key& key : ring.keys) {
      if (key.insider) continue;
      if (key.owner_left && key.share > 0) ++(key.use == KeyUse::service ? orphaned_services : orphaned_in_use);
      if (key.use == KeyUse::token_signing && key.share <= 0) ++idle;
      if (key.created < Time{} - Duration::days(365)) ++old;
    }
    CHECK(orphaned_in_use >= 2);
    CHECK(orphaned_services >= 1);
    CHECK(idle >= 1);
    // Rounded for each of the six uses.
    CHECK(std::abs(old - 0.6 * static_cast<double>(ring.keys.size() - 1)) <= 3.5);
  }
}

TEST_CASE("of a million machine identities the inventory lists a stated sample") {
  const Params params;
  const MachineIdentities machines = machine_identities(params);
  CHECK(machines.in_all == 12'203 * 82);
  CHECK(machines.databases + machines.cloud_roles == 300);  // 3 in 10,000
  CHECK(machines.databases == 120);
  const KeyRing ring = make_key_ring(params, KeyUseOfInsider::shared_production, true, {9});
  std::map<KeyUse, int> count, idle, orphaned;
  for (const Key& key : ring.keys) {
    ++count[key.use];
    if (key.share <= 0) ++idle[key.use];
    if (key.owner_left) ++orphaned[key.use];
  }
  CHECK(count[KeyUse::database] == 120);
  CHECK(count[KeyUse::cloud_role] == 180);
  CHECK(idle[KeyUse::database] == 36);
  CHECK(idle[KeyUse::cloud_role] == 54);
  CHECK(orphaned[KeyUse::database] == 18);
  CHECK(orphaned[KeyUse::support] == 1);
  Params crowded = params;
  crowded.machine_sample = 1;
  const MachineIdentities most = machine_identities(crowded);
  CHECK(most.databases + most.cloud_roles == 100'000);
}

TEST_CASE("the keys of the gateway are the same whatever else the inventory lists") {
  Params more;
  more.machine_sample = 1e-3;
  more.support_keys = 20;
  const KeyRing a = make_key_ring({}, KeyUseOfInsider::shared_production, true, {5});
  const KeyRing b = make_key_ring(more, KeyUseOfInsider::shared_production, true, {5});
  const auto gateway = [](const KeyRing& ring) {
    std::vector<Key> keys;
    for (const Key& key : ring.keys) {
      if (key.use <= KeyUse::partner) keys.push_back(key);
    }
    return keys;
  };
  const std::vector<Key> x = gateway(a), y = gateway(b);
  REQUIRE(x.size() == 44);
  REQUIRE(y.size() == 44);
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(x[i].id == y[i].id);
    CHECK(x[i].owner == y[i].owner);
    CHECK(x[i].created == y[i].created);
    CHECK(x[i].share == y[i].share);
  }
}

TEST_CASE("every seed has key numbers of its own") {
  const KeyRing a = make_key_ring({}, KeyUseOfInsider::shared_production, true, {1});
  const KeyRing b = make_key_ring({}, KeyUseOfInsider::shared_production, true, {2});
  std::set<std::uint32_t> ids;
  for (const Key& key : a.keys) ids.insert(key.id.value);
  int common = 0;
  for (const Key& key : b.keys) common += ids.count(key.id.value) != 0 ? 1 : 0;
  CHECK(common <= 2);
  CHECK(insider_of(a).id != insider_of(b).id);
}

TEST_CASE("a small platform has a ring too") {
  Params params;
  params.signing_keys = 2;
  params.service_keys = 1;
  params.partner_keys = 1;
  params.support_keys = 1;
  params.machine_sample = 0;
  params.staff = 1;
  const KeyRing ring = make_key_ring(params, KeyUseOfInsider::exclusive, true, {3});
  CHECK(ring.keys.size() == 5);
  CHECK(share_of(ring, KeyUse::token_signing) == Approx(1));
}
