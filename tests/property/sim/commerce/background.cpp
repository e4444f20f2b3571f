#include <algorithm>
#include <catch2/catch.hpp>
#include <tuple>
#include <vector>

#include "sim/core/random.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;
using protocol::KeyChange;
using protocol::LoginAttempt;
using protocol::Priority;
using protocol::Request;
using protocol::Visit;

namespace {

constexpr Origin kStranger{42};

/// Requests, visits and log-ins from outside all through the day, several thousand of each.
std::vector<testing::Sent> storm(std::uint32_t shards) {
  std::vector<testing::Sent> messages;
  RandomStream random(Seed{99}, 0, purpose("test.storm"));
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const Time at{Duration::minutes(1).us + static_cast<std::int64_t>(random.next64() % 86'000'000'000ULL)};
    const MemberId member{random.below(8000)};
    Request request;
    request.member = member;
    request.origin = kStranger;
    request.page = static_cast<Page>(random.below(kPages));
    request.key = KeyId{900};
    request.token = TokenId{random.next64()};
    request.issued = i % 2 == 0;
    const std::uint32_t shard = member.value % shards;
    messages.push_back(testing::sent(shard, at, Priority::request, request));
    messages.push_back(testing::sent(random.below(shards), at, Priority::visit, Visit{i, kStranger}));
    messages.push_back(testing::sent(shard, at, Priority::login, LoginAttempt{member, kStranger, {}, i % 3 == 0}));
  }
  return messages;
}

using Row = std::tuple<std::uint32_t, std::int64_t, std::int64_t, std::uint64_t, std::uint8_t, std::uint16_t>;

std::vector<Row> background_rows(const testing::Setup& setup, ShardStats* stats = nullptr) {
  testing::Platform platform(setup);
  std::vector<Row> result;
  platform.run([&](const telemetry::PartitionRows& rows) {
    const auto& access = rows.access.rows;
    const auto& auth = rows.auth.rows;
    for (std::size_t i = 1; i < auth.size(); ++i) REQUIRE(auth.ingest_us[i - 1] <= auth.ingest_us[i]);
    for (std::size_t i = 0; i < access.size(); ++i) {
      if (i != 0) REQUIRE(access.ingest_us[i - 1] <= access.ingest_us[i]);
      if (rows.access.origins[i] != kBackground) continue;
      result.emplace_back(access.member[i], access.time_us[i], access.ingest_us[i], access.token[i], access.page[i],
                          access.records[i]);
    }
  });
  if (stats != nullptr) *stats = platform.total();
  return result;
}

}  // namespace

TEST_CASE("whatever comes from outside, the background is the same bit for bit", "[commerce]") {
  testing::Setup setup;
  ShardStats quiet, stormy;
  const auto without = background_rows(setup, &quiet);
  setup.messages = storm(setup.shards);
  const auto with = background_rows(setup, &stormy);
  CHECK(without.size() > 20'000);
  CHECK(without == with);
  CHECK(quiet.background_digest == stormy.background_digest);
  CHECK(quiet.foreign_digest != stormy.foreign_digest);
  CHECK(quiet.rows.foreign_access == 0);
  CHECK(stormy.rows.foreign_access > 20'000);
}

TEST_CASE("a revocation among late rows and strangers leaves the background as it is, in order of ingestion",
          "[commerce]") {
  testing::Setup setup;
  setup.scale = 1e-3;
  setup.params.logs = {0, .3, 0, .3, 1.6, .5};  // a third of the rows arrive some five seconds late
  const Time noon{Duration::hours(12).us};
  const auto revoke = [&] {
    for (std::uint32_t s = 0; s < setup.shards; ++s) {
      for (const std::uint32_t key : {901U, 902U}) {
        setup.messages.push_back(testing::sent(s, noon + Duration::seconds(20), Priority::key_change,
                                               KeyChange{KeyId{key}, KeyChange::Kind::revoked, {}}));
      }
    }
  };
  revoke();
  ShardStats quiet, stormy;
  const auto without = background_rows(setup, &quiet);
  setup.messages.clear();
  for (std::uint32_t i = 0; i < 1200; ++i) {  // ten a second in the two minutes around
    Request request;
    request.member = MemberId{i};
    request.origin = kStranger;
    request.token = TokenId{9000 + i};
    setup.messages.push_back(testing::sent(i % setup.shards, noon + Duration{i * 100'000}, Priority::request, request));
  }
  revoke();
  const auto with = background_rows(setup, &stormy);
  CHECK(without == with);
  CHECK(quiet.background_digest == stormy.background_digest);
  CHECK(stormy.rows.foreign_access > 1000);
  setup.serial = true;
  CHECK(background_rows(setup, &stormy) == with);
  CHECK(quiet.background_digest == stormy.background_digest);
}

TEST_CASE("members behave the same in whatever shard they live", "[commerce]") {
  testing::Setup setup;
  auto eight = background_rows(setup);
  setup.shards = 3;
  auto three = background_rows(setup);
  std::sort(eight.begin(), eight.end());
  std::sort(three.begin(), three.end());
  CHECK(eight == three);
}

TEST_CASE("every engine and number of threads gives the same rows", "[commerce]") {
  testing::Setup setup;
  setup.messages = storm(setup.shards);
  ShardStats one, other;
  const auto rows = background_rows(setup, &one);
  for (const std::size_t threads : {2U, 3U}) {
    setup.threads = threads;
    CHECK(background_rows(setup, &other) == rows);
    CHECK(one.background_digest == other.background_digest);
    CHECK(one.foreign_digest == other.foreign_digest);
  }
  setup.threads = 1;
  setup.serial = true;
  CHECK(background_rows(setup, &other) == rows);
  CHECK(one.foreign_digest == other.foreign_digest);
}

TEST_CASE("rows of a window lie within it, in order of ingestion, ties by a hash that ignores the sender",
          "[commerce]") {
  testing::Setup setup;
  // Many requests at the same microsecond.
  for (std::uint32_t i = 0; i < 40; ++i) {
    Request request;
    request.member = MemberId{8 * i};
    request.origin = Origin{i % 2 + 1};
    request.token = TokenId{5000 + i};
    setup.messages.push_back(testing::sent(0, Time{Duration::hours(9).us}, Priority::request, request));
  }
  std::vector<std::uint64_t> tokens;
  std::vector<std::uint32_t> origins;
  for (int turn = 0; turn < 2; ++turn) {
    testing::Platform platform(setup);
    std::vector<std::uint64_t> seen;
    std::int64_t window = 0;
    std::uint32_t shard = 0;
    platform.run([&](const telemetry::PartitionRows& rows) {
      const auto& access = rows.access.rows;
      REQUIRE(rows.shards.size() == 1);
      REQUIRE(rows.shards[0].shard.value == shard);
      REQUIRE(rows.shards[0].access_begin == 0);
      REQUIRE(rows.shards[0].access_end == access.size());
      REQUIRE(rows.shards[0].auth_end == rows.auth.rows.size());
      for (std::size_t i = 0; i < access.size(); ++i) {
        REQUIRE(access.ingest_us[i] >= window * 60'000'000);
        REQUIRE(access.ingest_us[i] < (window + 1) * 60'000'000);
        REQUIRE(access.time_us[i] <= access.ingest_us[i]);
        if (i != 0) REQUIRE(access.ingest_us[i - 1] <= access.ingest_us[i]);
        if (rows.access.origins[i] != kBackground) {
          seen.push_back(access.token[i]);
          if (turn == 0) origins.push_back(rows.access.origins[i].value);
        }
      }
      if (++shard == 8) {
        shard = 0;
        ++window;
      }
    });
    if (turn == 0) tokens = seen;
    // The second time they are sent in the opposite order.
    if (turn == 1) CHECK(seen == tokens);
    std::reverse(setup.messages.begin(), setup.messages.end());
  }
  CHECK(tokens.size() >= 38);
  CHECK_FALSE(std::is_sorted(tokens.begin(), tokens.end()));
  CHECK_FALSE(std::is_sorted(origins.begin(), origins.end()));
}
