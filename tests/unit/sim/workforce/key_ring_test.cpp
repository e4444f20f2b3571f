#include <catch2/catch.hpp>
#include <set>

#include "sim/workforce/workforce.hpp"

using namespace dwell;
using namespace dwell::workforce;
using protocol::Key;
using protocol::KeyRing;
using protocol::KeyUse;

namespace {

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
    REQUIRE(ring.keys.size() == params.signing_keys + params.service_keys + params.partner_keys);
    for (const KeyUse of : {KeyUse::token_signing, KeyUse::service, KeyUse::partner}) {
      CHECK(share_of(ring, of) == Approx(1));
    }
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
    CHECK(std::abs(old - 0.6 * 43) <= 2);
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
  params.staff = 1;
  const KeyRing ring = make_key_ring(params, KeyUseOfInsider::exclusive, true, {3});
  CHECK(ring.keys.size() == 4);
  CHECK(share_of(ring, KeyUse::token_signing) == Approx(1));
}
