#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "sim/core/check.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;
using protocol::KeyChange;
using protocol::LoginAttempt;
using protocol::Priority;
using protocol::Request;
using protocol::Visit;
using telemetry::AuthKind;

namespace {

constexpr Origin kStranger{42};
constexpr Time kNoon{Duration::hours(12).us};

/// Nothing is lost, late or empty, so that what comes back is what was asked.
testing::Setup plain() {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.logs = {0, 0, 0, 0, 5.0, 1.2};
  setup.params.sessions.zero_records = 0;
  return setup;
}

Request ask(MemberId member, Page page, std::uint32_t n) {
  Request request;
  request.member = member;
  request.origin = kStranger;
  request.from = {SourceId{77}, NetworkId{3}, CountryId{1}, Client::script};
  request.page = page;
  request.most_records = 1000;
  request.key = KeyId{903};
  request.token = TokenId{1000 + n};
  request.token_issued = Time{5};
  return request;
}

struct Answers {
  std::vector<telemetry::AccessRow> access;
  std::vector<telemetry::AuthRow> auth;
};

Answers strangers(const testing::Setup& setup) {
  testing::Platform platform(setup);
  Answers answers;
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i)
      if (rows.access.origins[i] == kStranger) answers.access.push_back(rows.access.rows.row(i));
    for (std::size_t i = 0; i < rows.auth.rows.size(); ++i)
      if (rows.auth.origins[i] == kStranger) answers.auth.push_back(rows.auth.rows.row(i));
  });
  return answers;
}

/// The first id of shard 0 that names an account, and the first that does not.
std::pair<MemberId, MemberId> known_and_unknown(const testing::Setup& setup) {
  const testing::Platform platform(setup);
  MemberId known, unknown;
  for (std::uint32_t id = 8; known.value == 0 || unknown.value == 0; id += 8) {
    MemberId& which = platform.model().exists(MemberId{id}) ? known : unknown;
    if (which.value == 0) which = MemberId{id};
  }
  return {known, unknown};
}

}  // namespace

TEST_CASE("requests are answered as asked, and with nothing for ids that name nobody", "[gateway]") {
  testing::Setup setup = plain();
  const auto [known, unknown] = known_and_unknown(setup);
  const MemberId beyond{8'000'000};
  std::uint32_t n = 0;
  for (const MemberId member : {known, unknown, beyond}) {
    for (const Page page : {Page::profile, Page::address, Page::address_edit, Page::order_list, Page::pdp}) {
      setup.messages.push_back(testing::sent(0, kNoon + Duration::seconds(n), Priority::request, ask(member, page, n)));
      ++n;
    }
  }
  const Answers answers = strangers(setup);
  REQUIRE(answers.access.size() == 15);
  CHECK(answers.auth.empty());
  for (std::uint32_t i = 0; i < 15; ++i) {
    const auto& row = answers.access[i];
    CHECK(row.status == telemetry::kStatusOk);
    CHECK(row.time_us == (kNoon + Duration::seconds(i)).us);
    CHECK(row.ingest_us == row.time_us);
    CHECK(row.token == 1000 + i);
    CHECK(row.token_issued_us == 5);
    CHECK(row.key == 903);
    CHECK(row.source == 77);
    CHECK(row.client == static_cast<std::uint8_t>(Client::script));
    CHECK(row.log_lines >= 1);
    if (i >= 5) CHECK(row.records == 0);
  }
  CHECK(answers.access[0].records == 1);
  CHECK(answers.access[1].records >= 1);
  CHECK(answers.access[2].records == 1);
  CHECK(answers.access[3].records <= 10);
  CHECK(answers.access[4].records == 0);
}

TEST_CASE("no more records are returned than were asked for", "[gateway]") {
  testing::Setup setup = plain();
  setup.params.population.addresses_mean = 50;
  const MemberId known = known_and_unknown(setup).first;
  Request request = ask(known, Page::address, 0);
  setup.messages.push_back(testing::sent(0, kNoon, Priority::request, request));
  request.most_records = 3;
  setup.messages.push_back(testing::sent(0, kNoon + Duration::seconds(1), Priority::request, request));
  const Answers answers = strangers(setup);
  REQUIRE(answers.access.size() == 2);
  CHECK(answers.access[0].records > 20);
  CHECK(answers.access[1].records == 3);
}

TEST_CASE("a key that does not reach a page's segment is answered 403 and no records", "[gateway]") {
  testing::Setup setup = plain();
  setup.segments.reach = {{protocol::KeyUse::token_signing, {Segment::member_information, Segment::orders}}};
  const MemberId known = known_and_unknown(setup).first;
  std::uint32_t n = 0;
  for (const Page page : {Page::profile, Page::address, Page::address_edit, Page::mypage}) {
    setup.messages.push_back(testing::sent(0, kNoon + Duration::seconds(n), Priority::request, ask(known, page, n)));
    ++n;
  }
  const Answers answers = strangers(setup);
  REQUIRE(answers.access.size() == 4);
  for (const std::size_t i : {0U, 3U}) {
    CHECK(answers.access[i].status == telemetry::kStatusOk);
    CHECK(answers.access[i].records == 1);
  }
  for (const std::size_t i : {1U, 2U}) {
    CHECK(answers.access[i].status == telemetry::kStatusForbidden);
    CHECK(answers.access[i].records == 0);
    CHECK(answers.access[i].log_lines >= 1);
  }
}

TEST_CASE("a revoked key is refused before anybody asks what it reaches", "[gateway]") {
  testing::Setup setup = plain();
  setup.segments.reach = {};
  const MemberId known = known_and_unknown(setup).first;
  setup.messages.push_back(
      testing::sent(0, kNoon, Priority::key_change, KeyChange{KeyId{903}, KeyChange::Kind::revoked, {}}));
  setup.messages.push_back(
      testing::sent(0, kNoon + Duration::minutes(1), Priority::request, ask(known, Page::profile, 1)));
  const Answers answers = strangers(setup);
  REQUIRE(answers.access.size() == 1);
  CHECK(answers.access[0].status == telemetry::kStatusRefused);
}

TEST_CASE("the issuance log records what is said to be issued", "[gateway]") {
  testing::Setup setup = plain();
  Request request = ask(MemberId{8}, Page::profile, 9);
  request.issued = true;
  setup.messages.push_back(testing::sent(0, kNoon, Priority::request, request));
  const Answers answers = strangers(setup);
  REQUIRE(answers.auth.size() == 1);
  CHECK(answers.auth[0].kind == static_cast<std::uint8_t>(AuthKind::service_issue));
  CHECK(answers.auth[0].token == request.token.value);
  CHECK(answers.auth[0].time_us == 5);
  CHECK(answers.auth[0].ingest_us == kNoon.us);
}

TEST_CASE("a revoked key is refused from the announcement on", "[gateway]") {
  testing::Setup setup = plain();
  const MemberId known = known_and_unknown(setup).first;
  setup.messages.push_back(testing::sent(0, kNoon, Priority::request, ask(known, Page::profile, 0)));
  // At the same moment the announcement comes first.
  const Time later = kNoon + Duration::minutes(5);
  setup.messages.push_back(testing::sent(0, later, Priority::request, ask(known, Page::profile, 1)));
  setup.messages.push_back(
      testing::sent(0, later, Priority::key_change, KeyChange{KeyId{903}, KeyChange::Kind::revoked, {}}));
  const Answers answers = strangers(setup);
  REQUIRE(answers.access.size() == 2);
  CHECK(answers.access[0].status == telemetry::kStatusOk);
  CHECK(answers.access[0].records == 1);
  CHECK(answers.access[1].status == telemetry::kStatusRefused);
  CHECK(answers.access[1].records == 0);
}

TEST_CASE("members whose key is revoked see one refusal and go on with another token", "[gateway]") {
  testing::Setup setup = plain();
  for (std::uint32_t s = 0; s < setup.shards; ++s) {
    setup.messages.push_back(
        testing::sent(s, kNoon, Priority::key_change, KeyChange{KeyId{902}, KeyChange::Kind::revoked, {}}));
  }
  testing::Platform platform(setup);
  std::uint64_t refused = 0, renewed = 0;
  bool before = false, after = false;
  std::map<std::uint64_t, int> refusals;  // by token
  platform.run([&](const telemetry::PartitionRows& rows) {
    const auto& access = rows.access.rows;
    for (std::size_t i = 0; i < access.size(); ++i) {
      if (access.status[i] == telemetry::kStatusRefused) {
        ++refused;
        REQUIRE(access.key[i] == 902);
        REQUIRE(++refusals[access.token[i]] == 1);
      } else if (access.key[i] == 902) {
        (access.time_us[i] < kNoon.us ? before : after) = true;
      }
    }
    renewed += rows.auth.rows.size();
  });
  CHECK(before);
  CHECK_FALSE(after);
  CHECK(refused > 0);
  CHECK(renewed > refused);
}

TEST_CASE("a visit is a session of an ordinary member under the visit's label", "[gateway]") {
  testing::Setup setup = plain();
  constexpr std::uint32_t kVisits = 400;
  for (std::uint32_t i = 0; i < kVisits; ++i)
    setup.messages.push_back(testing::sent(i % 8, kNoon + Duration::seconds(i), Priority::visit, Visit{i, kStranger}));
  testing::Platform platform(setup);
  std::uint64_t pages = 0, tokens = 0;
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i) {
      if (rows.access.origins[i] != kStranger) continue;
      ++pages;
      REQUIRE(platform.model().exists(MemberId{rows.access.rows.member[i]}));
      REQUIRE(rows.access.rows.client[i] <= static_cast<std::uint8_t>(Client::desktop));
    }
    for (std::size_t i = 0; i < rows.auth.rows.size(); ++i)
      if (rows.auth.origins[i] == kStranger && rows.auth.rows.token[i] != 0) ++tokens;
  });
  CHECK(platform.total().visits == kVisits);
  CHECK(tokens == kVisits);
  // Mean 8.65, SD 12.5 a session: five standard errors.
  CHECK(static_cast<double>(pages) / kVisits == Approx(8.65).margin(5 * 12.5 / 20));
}

TEST_CASE("log-ins with the right password of an existing member succeed, all others fail", "[gateway]") {
  testing::Setup setup = plain();
  const auto [known, unknown] = known_and_unknown(setup);
  const LoginAttempt base{known, kStranger, {SourceId{9}, NetworkId{1}, CountryId{0}, Client::script}, true};
  LoginAttempt wrong = base, nobody = base;
  wrong.correct = false;
  nobody.member = unknown;
  setup.messages = {testing::sent(0, kNoon, Priority::login, base),
                    testing::sent(0, kNoon + Duration::seconds(1), Priority::login, wrong),
                    testing::sent(0, kNoon + Duration::seconds(2), Priority::login, nobody)};
  const Answers answers = strangers(setup);
  REQUIRE(answers.auth.size() == 3);
  CHECK(answers.auth[0].kind == static_cast<std::uint8_t>(AuthKind::login));
  CHECK(answers.auth[0].token != 0);
  CHECK(answers.auth[0].key != 0);
  for (const std::size_t i : {1U, 2U}) {
    CHECK(answers.auth[i].kind == static_cast<std::uint8_t>(AuthKind::failed_login));
    CHECK(answers.auth[i].token == 0);
    CHECK(answers.auth[i].key == 0);
  }
}

TEST_CASE("a shard outside its model is refused", "[gateway]") {
  const testing::Setup setup = plain();
  const testing::Platform platform(setup);
  telemetry::PartitionRows rows;
  CHECK_THROWS_AS(make_shard(platform.model(), {ShardId{8}, 8, &rows}), InvariantError);
  CHECK_THROWS_AS(make_shard(platform.model(), {ShardId{0}, 4, &rows}), InvariantError);
  CHECK_THROWS_AS(make_shard(platform.model(), {ShardId{0}, 8, nullptr}), InvariantError);
}
