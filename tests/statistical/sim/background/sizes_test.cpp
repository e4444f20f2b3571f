// Every confuser's size against its parameter. Tolerances are five standard deviations or wider.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/background/background.hpp"
#include "tests/unit/sim/background/collector.hpp"

using namespace dwell;
using namespace dwell::background;
using protocol::Key;
using protocol::KeyUse;

namespace {

constexpr std::uint32_t kShards = 4;
constexpr std::int64_t kDays = 60;
constexpr double kScale = 0.001;

const protocol::KeyRing& ring() {
  static const protocol::KeyRing value{{
      {{101}, KeyUse::token_signing, {1}, Time{-Duration::days(500).us}, 0.6, false, false},
      {{102}, KeyUse::token_signing, {2}, Time{-Duration::days(20).us}, 0.4, false, false},
      {{201}, KeyUse::service, {3}, Time{-Duration::days(500).us}, 0.7, false, false},
      {{202}, KeyUse::service, {4}, Time{-Duration::days(700).us}, 0.3, true, false},
      {{301}, KeyUse::partner, {5}, Time{-Duration::days(500).us}, 0.5, false, false},
      {{302}, KeyUse::partner, {6}, Time{-Duration::days(500).us}, 0.5, false, false},
  }};
  return value;
}

const Surroundings& around() {
  static const protocol::NetworkTable networks(test::networks(), {31});
  static const Surroundings value = [] {
    Surroundings a;
    a.shards = kShards;
    a.ids = 77'700;
    a.scale = kScale;
    a.networks = &networks;
    a.keys = &ring();
    a.hour = test::hours();
    a.seed = {31};
    a.days = kDays;
    a.exists = test::exists;
    return a;
  }();
  return value;
}

void check_size(double found, double expected, double variance_factor = 1) {
  INFO("found " << found << ", expected " << expected);
  CHECK(std::abs(found - expected) < 5 * std::sqrt(expected * variance_factor) + 1);
}

protocol::NetworkKind kind_of(const protocol::Subscriber& from) {
  return around().networks->all()[from.network.value].kind;
}

}  // namespace

TEST_CASE("support reads member pages as often as tickets say, with a token issued for each ticket") {
  telemetry::PlatformRows rows;
  const SupportParams params;
  const test::Mail mail = test::run(make_support(params, around(), &rows), kShards, kDays);
  const double tickets = params.tickets_per_day * kScale * kDays;
  std::set<std::uint64_t> tokens;
  double issued = 0;
  double stale = 0;
  std::set<std::uint16_t> countries;
  for (const auto& r : mail.requests) {
    REQUIRE(r.shard == r.message.member.value % kShards);
    REQUIRE(is_member_data(r.message.page));
    REQUIRE(r.message.key == KeyId{201});
    REQUIRE(r.message.from.client == Client::service);
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::contractor);
    issued += r.message.issued ? 1 : 0;
    stale += test::exists(r.message.member) ? 0 : 1;
    tokens.insert(r.message.token.value);
    countries.insert(r.message.from.country.value);
  }
  // The working week of five agents leaves some unevenness over 60 days.
  CHECK(issued == Approx(tickets).epsilon(.08));
  CHECK(static_cast<double>(tokens.size()) == issued);
  CHECK(static_cast<double>(mail.requests.size()) / issued == Approx(params.reads_per_ticket).epsilon(.03));
  CHECK(stale / static_cast<double>(mail.requests.size()) == Approx(params.stale).margin(.008));
  CHECK(countries.size() >= 1);
  // The audit has every read of the past, shipped within ten minutes.
  CHECK(rows.audit.rows.size() <= mail.requests.size());
  CHECK(rows.audit.rows.size() + 20 >= mail.requests.size());
  for (std::size_t i = 0; i < rows.audit.rows.size(); ++i) {
    REQUIRE(rows.audit.rows.ingest_us[i] > rows.audit.rows.time_us[i]);
    REQUIRE(rows.audit.rows.ingest_us[i] <= rows.audit.rows.time_us[i] + Duration::minutes(11).us);
    REQUIRE(tokens.count(rows.audit.rows.token[i]) == 1);
    REQUIRE(rows.audit.rows.agent[i] != 0);
  }
}

TEST_CASE("a large support desk keeps the tickets of an agent and has agents overseas") {
  Surroundings large = around();
  large.scale = 0.05;
  telemetry::PlatformRows rows;
  const SupportParams params;
  (void)test::run(make_support(params, large, &rows), kShards, 14);
  std::map<std::uint32_t, std::set<std::uint32_t>> tickets;
  for (std::size_t i = 0; i < rows.audit.rows.size(); ++i) {
    tickets[rows.audit.rows.agent[i]].insert(rows.audit.rows.ticket[i]);
  }
  CHECK(tickets.size() == 245);  // 10,500 tickets a day, 60 an agent, 7 days for 5
  double sum = 0;
  for (const auto& [agent, of] : tickets) sum += static_cast<double>(of.size());
  CHECK(sum / 245 / 10 == Approx(60).epsilon(.03));  // ten working days in two weeks
}

TEST_CASE("exports walk the ids upwards at night, partners and forgotten jobs read by chance") {
  telemetry::PlatformRows rows;
  const BatchParams params;
  Surroundings with_honey = around();
  with_honey.honey = [](MemberId id) { return id.value % 50 == 0; };
  const test::Mail mail = test::run(make_batch(params, with_honey, &rows), kShards, kDays);
  double nightly = 0;
  double monthly = 0;
  double partners = 0;
  double forgotten = 0;
  double stale = 0;
  std::map<std::int64_t, std::map<Time, std::uint32_t>> nights;
  for (const auto& r : mail.requests) {
    stale += test::exists(r.message.member) ? 0 : 1;
    if (r.message.key == KeyId{201}) {
      const bool night = r.message.page == Page::address;
      (night ? nightly : monthly) += 1;
      REQUIRE(r.message.issued);
      REQUIRE(r.at.hour() % 24 >= 1);
      REQUIRE(r.at.hour() % 24 < 5);
      if (night) nights[r.at.day()][r.at] = r.message.member.value;
      if (night) REQUIRE(r.message.member.value % 50 != 0);
    } else if (r.message.key == KeyId{202}) {
      forgotten += 1;
      REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::internal);
    } else {
      partners += 1;
      REQUIRE_FALSE(r.message.issued);
      REQUIRE(r.message.token_issued <= r.at);
      REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::partner);
    }
  }
  CHECK(nightly == params.nightly_reads * kScale * kDays);
  CHECK(monthly == params.monthly_reads * kScale * 2);
  check_size(partners, params.partner_reads_per_day * kScale * kDays);
  check_size(forgotten, params.orphaned_key_reads_per_day * kScale * kDays);
  check_size(stale, static_cast<double>(mail.requests.size()) * params.stale);
  CHECK(nights.size() == kDays);
  int descents = 0;
  std::uint32_t last = 0;
  for (const auto& [day, reads] : nights) {
    CHECK(reads.size() == 60);
    for (const auto& [at, member] : reads) {
      descents += member < last ? 1 : 0;
      last = member;
    }
  }
  CHECK(descents <= 1);  // where the ids begin again
  CHECK(rows.audit.rows.size() >= mail.requests.size() - 20);
}

TEST_CASE("bots make their share of requests, on product pages, from hosting networks, split over parts") {
  const BotParams params;
  const double human = 302'000;
  double requests = 0;
  double member_pages = 0;
  std::map<std::uint32_t, std::map<std::int64_t, double>> by_source;
  std::set<std::uint32_t> first_part;
  for (std::uint32_t part = 0; part < 2; ++part) {
    const test::Mail mail = test::run(make_bots(params, around(), human, part, 2), kShards, 14);
    for (const auto& r : mail.requests) {
      requests += 1;
      REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::hosting);
      REQUIRE_FALSE(test::exists(r.message.member));
      const bool member = is_member_data(r.message.page);
      member_pages += member ? 1 : 0;
      REQUIRE((r.message.token.value != 0) == member);
      REQUIRE((r.message.key == KeyId{101}) == member);  // the settled key
      REQUIRE(r.message.issued == member);
      if (part == 0) first_part.insert(r.message.from.source.value);
      if (part == 1) REQUIRE(first_part.count(r.message.from.source.value) == 0);
      by_source[r.message.from.source.value][r.at.day()] += 1;
    }
  }
  const double expected = human * params.share / (1 - params.share) * 14;
  CHECK(requests == Approx(expected).epsilon(.01));
  check_size(member_pages, expected * params.member_pages);
  CHECK(by_source.size() == 7);  // 26,261 a day at 4,000 each
  for (const auto& [source, days] : by_source) {
    for (const auto& [day, n] : days) {
      if (day != 13) CHECK(n == Approx(expected / 14 / 7).epsilon(.15));
    }
  }
}

TEST_CASE("credential stuffing has its share of logins, in waves, and rarely succeeds") {
  StuffingParams params;
  params.wave_every = Duration::days(1);
  Surroundings long_run = around();
  long_run.days = 1000;
  const double logins = 2000;
  const test::Mail mail = test::run(make_stuffing(params, long_run, logins), kShards, 1000);
  // About 1,000 waves of exponential size: the sum has a relative SD of sqrt(2 / 1000).
  const double expected = logins * .03 / .97 * 1000;
  const auto attempts = static_cast<double>(mail.logins.size());
  CHECK(attempts == Approx(expected).epsilon(5 * std::sqrt(2.0 / 1000)));
  double correct = 0;
  double known = 0;
  std::set<std::int64_t> hours;
  for (const auto& l : mail.logins) {
    correct += l.message.correct ? 1 : 0;
    known += test::exists(l.message.member) ? 1 : 0;
    hours.insert(l.at.hour());
    if (l.message.correct) REQUIRE(test::exists(l.message.member));
  }
  check_size(correct, attempts * params.succeed);
  CHECK(known / attempts == Approx(params.known + (1 - params.known) * params.succeed).margin(.012));
  CHECK(static_cast<double>(mail.requests.size()) == Approx(3 * correct).margin(3));
  CHECK(static_cast<double>(hours.size()) < 0.6 * 24'000);  // quiet between waves
}

TEST_CASE("complaints come at their rate, more of them by day") {
  Surroundings long_run = around();
  long_run.days = 1000;
  long_run.scale = 0.05;
  telemetry::PlatformRows rows;
  (void)test::run(make_complaints({}, long_run, &rows), kShards, 1000);
  const auto n = static_cast<double>(rows.complaints.rows.size());
  check_size(n, 2 * 1000);
  double night = 0;
  for (std::size_t i = 0; i < rows.complaints.rows.size(); ++i) {
    REQUIRE(test::exists({rows.complaints.rows.member[i]}));
    const std::int64_t hour = Time{rows.complaints.rows.time_us[i]}.hour() % 24;
    night += hour >= 2 && hour < 6 ? 1 : 0;
  }
  check_size(night, n * (.32 + .22 + .18 + .22) / 24);
}

TEST_CASE("honey accounts are dormant accounts, announced once, at least one") {
  Surroundings some = around();
  some.dormant = [](MemberId id) { return id.value % 7 == 0; };
  some.scale = 0.05;
  const std::vector<MemberId> accounts = honey_accounts({}, some);
  CHECK(accounts.size() == 10);
  for (const MemberId id : accounts) {
    CHECK(test::exists(id));
    CHECK(id.value % 7 == 0);
  }
  telemetry::PlatformRows rows;
  (void)test::run(make_deception({}, some, &rows), kShards, 2);
  REQUIRE(rows.deception.rows.size() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(rows.deception.rows.member[i] == accounts[i].value);
    CHECK(rows.deception.rows.ingest_us[i] < 60'000'000);
  }
  some.scale = 1e-4;
  CHECK(honey_accounts({}, some).size() == 1);
  CHECK(honey_accounts({.honey_accounts = 0}, some).empty());
}
