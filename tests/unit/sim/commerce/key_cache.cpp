#include "sim/commerce/key_cache.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "sim/core/check.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;
using Kind = protocol::KeyChange::Kind;

namespace {

std::map<std::uint32_t, double> shares(const KeyCache& cache, Time now) {
  std::map<std::uint32_t, double> result;
  for (std::uint32_t a = 0; a < 600; ++a) {
    for (std::uint32_t b = 0; b < 100; ++b)
      result[cache.pick(a * 7'158'278U, b * 42'949'672U + 21'474'836U, now).value] += 1.0 / 60'000;
  }
  return result;
}

KeyCache fresh() { return {testing::keys(), 0.10, Duration::hours(36)}; }

}  // namespace

TEST_CASE("tokens are signed by keys in proportion to their shares", "[keys]") {
  auto share = shares(fresh(), Time{});
  CHECK(share.size() == 3);
  CHECK(share[900] == Approx(1.0 / 6).margin(.005));
  CHECK(share[902] == Approx(3.0 / 6).margin(.005));
}

TEST_CASE("a rotation hands the share to the key created before, with stragglers that die out", "[keys]") {
  KeyCache cache = fresh();
  const Time now{Duration::hours(5).us};
  cache.apply({KeyId{950}, Kind::created, {}}, now);
  CHECK(shares(cache, now).count(950) == 0);
  cache.apply({KeyId{902}, Kind::rotated, {}}, now);
  auto at_once = shares(cache, now);
  CHECK(at_once[950] == Approx(.45).margin(.005));
  CHECK(at_once[902] == Approx(.05).margin(.005));
  CHECK(shares(cache, now + Duration::hours(18))[902] == Approx(.025).margin(.005));
  CHECK(shares(cache, now + Duration::hours(36)).count(902) == 0);
  CHECK_FALSE(cache.refused(KeyId{902}));
}

TEST_CASE("rotating a key that signs nothing uses up its successor and changes nothing", "[keys]") {
  KeyCache cache = fresh();
  cache.apply({KeyId{950}, Kind::created, {}}, Time{});
  cache.apply({KeyId{903}, Kind::rotated, {}}, Time{});
  cache.apply({KeyId{902}, Kind::rotated, {}}, Time{});
  cache.apply({KeyId{902}, Kind::owner_changed, StaffId{4}}, Time{});
  CHECK(shares(cache, Time{}) == shares(fresh(), Time{}));
}

TEST_CASE("a revoked key is refused and signs nothing more", "[keys]") {
  KeyCache cache = fresh();
  const std::uint32_t before = cache.revocations();
  cache.apply({KeyId{902}, Kind::revoked, {}}, Time{});
  CHECK(cache.revocations() == before + 1);
  CHECK(cache.refused(KeyId{902}));
  CHECK_FALSE(cache.refused(KeyId{901}));
  CHECK(shares(cache, Time{}).count(902) == 0);
  cache.apply({KeyId{902}, Kind::revoked, {}}, Time{});
  CHECK(cache.revocations() == before + 1);

  cache.apply({KeyId{960}, Kind::created, {}}, Time{});
  cache.apply({KeyId{901}, Kind::revoked, {}}, Time{});
  CHECK(shares(cache, Time{})[960] == Approx(2.0 / 6).margin(.005));
}

TEST_CASE("other keys come and go without touching who signs", "[keys]") {
  KeyCache cache = fresh();
  cache.apply({KeyId{950}, Kind::created, {}}, Time{});
  cache.apply({KeyId{970}, Kind::created, {}, protocol::KeyUse::database}, Time{});
  cache.apply({KeyId{971}, Kind::rotated, {}, protocol::KeyUse::service}, Time{});
  cache.apply({KeyId{972}, Kind::revoked, {}, protocol::KeyUse::cloud_role}, Time{});
  CHECK(shares(cache, Time{}) == shares(fresh(), Time{}));
  CHECK(cache.refused(KeyId{972}));
  cache.apply({KeyId{902}, Kind::rotated, {}}, Time{});
  CHECK(shares(cache, Time{}).count(950) == 1);
}

TEST_CASE("what a key reaches follows from what it was announced for", "[keys]") {
  protocol::KeyRing ring = testing::keys();
  ring.keys.push_back({{920}, protocol::KeyUse::partner, {1}, {}, 1});
  KeyCache cache(ring, 0.10, Duration::hours(36));
  CHECK(cache.reaches(KeyId{900}, Page::profile));
  CHECK_FALSE(cache.reaches(KeyId{920}, Page::profile));
  CHECK(cache.reaches(KeyId{920}, Page::address));
  cache.apply({KeyId{980}, Kind::created, {}, protocol::KeyUse::cloud_role}, Time{});
  CHECK_FALSE(cache.reaches(KeyId{980}, Page::profile));
  ByteWriter writer;
  cache.save(writer);
  KeyCache again(ring, 0.10, Duration::hours(36));
  ByteReader reader(writer.bytes());
  again.restore(reader);
  CHECK_FALSE(reader.failed());
  CHECK_FALSE(again.reaches(KeyId{980}, Page::profile));
  CHECK(again.reaches(KeyId{920}, Page::address));
}

TEST_CASE("a key ring that signs nothing is refused", "[keys]") {
  protocol::KeyRing ring = testing::keys();
  for (auto& key : ring.keys) key.use = protocol::KeyUse::service;
  CHECK_THROWS_AS(KeyCache(ring, .1, Duration::hours(36)), InvariantError);
}
