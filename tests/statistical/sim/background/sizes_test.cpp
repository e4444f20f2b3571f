// Every confuser's size against its parameter. Tolerances are four or five standard deviations, some wider.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/background/background.hpp"
#include "tests/statistical/sim/background/surroundings.hpp"

using namespace dwell;
using namespace dwell::background;
using namespace dwell::test;

TEST_CASE("exports walk the ids upwards at night, without honey accounts") {
  telemetry::PlatformRows rows;
  const BatchParams params;
  Surroundings with_honey = around();
  with_honey.honey = [](MemberId id) { return id.value % 50 == 0; };
  const test::Mail mail = test::run(make_batch(params, with_honey, &rows), kShards, kDays);
  double nightly = 0, monthly = 0, stale = 0;
  std::map<std::int64_t, std::map<Time, std::uint32_t>> nights;
  for (const auto& r : mail.requests) {
    stale += test::exists(r.message.member) ? 0 : 1;
    REQUIRE(r.message.key == KeyId{201});
    const bool night = r.message.page == Page::address;
    (night ? nightly : monthly) += 1;
    REQUIRE(r.message.issued);
    REQUIRE(r.at.hour() % 24 >= 1);
    REQUIRE(r.at.hour() % 24 < 5);
    if (night) nights[r.at.day()][r.at] = r.message.member.value;
    if (night) REQUIRE(r.message.member.value % 50 != 0);
  }
  CHECK(nightly == params.nightly_reads * kScale * kDays);
  CHECK(monthly == params.monthly_reads * kScale * 2);
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
  CHECK(rows.audit.rows.size() == mail.requests.size());
}

TEST_CASE("partners mint their tokens offline: no issuance, old tokens, at their rate over the day's rhythm") {
  telemetry::PlatformRows rows;
  const PartnerParams params;
  const test::Mail mail = test::run(make_partners(params, around(), &rows), kShards, kDays);
  const auto reads = static_cast<double>(mail.requests.size());
  check_size(reads, params.reads_per_day * kScale * kDays);
  double stale = 0, age_s = 0, night = 0;
  for (const auto& r : mail.requests) {
    REQUIRE_FALSE(r.message.issued);
    REQUIRE(r.message.token_issued <= r.at);
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::partner);
    REQUIRE((r.message.key == KeyId{301} || r.message.key == KeyId{302}));
    stale += test::exists(r.message.member) ? 0 : 1;
    age_s += static_cast<double>((r.at - r.message.token_issued).us) * 1e-6;
    night += r.at.hour() % 24 >= 2 && r.at.hour() % 24 < 6 ? 1 : 0;
  }
  check_size(stale, reads * params.stale);
  check_size(night, reads * (.32 + .22 + .18 + .22) / 24.1);  // the curve adds up to 24.1
  // Uniform over an hour: mean 1,800 s, SD 1,039 s.
  CHECK(age_s / reads == Approx(1800).margin(5 * 1039 / std::sqrt(reads)));
}

TEST_CASE("forgotten jobs read with keys whose owner has left, and with no others") {
  telemetry::PlatformRows rows;
  const ForgottenParams params;
  const test::Mail mail = test::run(make_forgotten_jobs(params, around(), &rows), kShards, kDays);
  check_size(static_cast<double>(mail.requests.size()), params.reads_per_day * kScale * kDays);
  double stale = 0;
  for (const auto& r : mail.requests) {
    REQUIRE(r.message.key == KeyId{202});
    REQUIRE(r.message.issued);
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::internal);
    stale += test::exists(r.message.member) ? 0 : 1;
  }
  check_size(stale, static_cast<double>(mail.requests.size()) * params.stale);
  protocol::KeyRing tidy = ring();
  for (Key& key : tidy.keys) key.owner_left = false;
  Surroundings without = around();
  without.keys = &tidy;
  CHECK(test::run(make_forgotten_jobs(params, without, &rows), kShards, 5).requests.empty());
}

TEST_CASE("mailings read on their days, in working hours, every member once, in no order") {
  telemetry::PlatformRows rows;
  MarketingParams params;
  const std::int32_t first = around().first_day.days;
  params.mailings = {{{first + 3}, {first + 5}, 2'000'000}, {{first + 20}, {first + 20}, 900'000}};
  const test::Mail mail = test::run(make_marketing(params, around(), &rows), kShards, kDays);
  std::map<std::int64_t, double> days;
  std::map<Time, std::uint32_t> order;
  std::set<std::uint32_t> members;
  double stale = 0;
  for (const auto& r : mail.requests) {
    days[r.at.day()] += 1;
    REQUIRE(r.at.hour() % 24 >= 9);
    REQUIRE(r.at.hour() % 24 < 18);
    REQUIRE(r.message.key == KeyId{201});
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::internal);
    stale += test::exists(r.message.member) ? 0 : 1;
    if (r.at.day() > 5) continue;
    order[r.at] = r.message.member.value;
    members.insert(r.message.member.value);
  }
  REQUIRE(days.size() == 4);
  CHECK(days[3] + days[4] + days[5] == 2000);
  CHECK(days[4] == Approx(2000.0 / 3).margin(1));
  CHECK(days[20] == 900);
  CHECK(members.size() == 2000);
  check_size(stale, 2900 * params.stale);
  double descents = 0;
  std::uint32_t last = 0;
  for (const auto& [at, member] : order) {
    descents += member < last ? 1 : 0;
    last = member;
  }
  CHECK(descents == Approx(1000).margin(5 * std::sqrt(2000.0 / 12)));  // of a random order
  CHECK(rows.audit.rows.size() == mail.requests.size());
}

TEST_CASE("bots make their share of requests, on product pages, from hosting networks, split over parts") {
  const BotParams params;
  const double all = 328'000;
  double requests = 0;
  double member_pages = 0;
  std::map<std::uint32_t, std::map<std::int64_t, double>> by_source;
  std::set<std::uint32_t> first_part;
  for (std::uint32_t part = 0; part < 2; ++part) {
    const test::Mail mail = test::run(make_bots(params, around(), all, part, 2), kShards, 14);
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
  const double expected = all * params.share * 14;
  CHECK(requests == Approx(expected).epsilon(.01));
  check_size(member_pages, expected * params.member_pages);
  CHECK(by_source.size() == 5);  // 19,680 a day at 4,000 each
  for (const auto& [source, days] : by_source) {
    for (const auto& [day, n] : days) {
      if (day != 13) CHECK(n == Approx(expected / 14 / 5).epsilon(.15));
    }
  }
}

TEST_CASE("a share of the bots works in bursts of ten to 120 minutes a day, and makes as many requests") {
  BotParams params;
  const double all = 40 * 4'000 / params.share;  // forty addresses
  for (const double share : {0.0, 0.3, 1.0}) {
    params.burst_share = share;
    const test::Mail mail = test::run(make_bots(params, around(), all, 0, 1), kShards, 6);
    std::map<std::uint32_t, std::map<std::int64_t, double>> slots;  // by address: requests by slot of day 2
    double day = 0;
    for (const auto& r : mail.requests) {
      if (r.at.day() != 2) continue;
      day += 1;
      slots[r.message.from.source.value][r.at.minute() / 10] += 1;
    }
    REQUIRE(slots.size() == 40);
    CHECK(day == Approx(all * params.share).epsilon(.02));
    double bursty = 0;
    for (const auto& [source, by_slot] : slots)
      bursty += by_slot.size() <= 15 ? 1 : 0;  // three bursts, five slots of the clock each
    CHECK(bursty == Approx(40 * share).margin(5 * std::sqrt(40 * share * (1 - share))));
  }
}

namespace {

/// What one address requested without a pause of five minutes: one crawl's part.
struct Stay {
  std::int64_t first_us = 0, last_us = 0;
  double requests = 0;
  /// A Poisson process of n requests spans (n - 1) / (n + 1) of the time it ran for, on average.
  [[nodiscard]] double hours() const {
    const auto span = Duration{last_us - first_us};
    return static_cast<double>(span.us) / static_cast<double>(Duration::hours(1).us) * (requests + 1) / (requests - 1);
  }
};
std::vector<Stay> stays_of(const test::Mail& mail) {
  std::map<std::uint32_t, std::vector<std::int64_t>> times;
  for (const auto& r : mail.requests) times[r.message.from.source.value].push_back(r.at.us);
  std::vector<Stay> out;
  for (auto& [source, at] : times) {
    std::sort(at.begin(), at.end());
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (i == 0 || at[i] - at[i - 1] > Duration::minutes(5).us) out.push_back({at[i], at[i], 0});
      out.back().last_us = at[i];
      out.back().requests += 1;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("crawls make their share of requests, from many addresses at once, and are quiet between") {
  ScraperParams params;
  params.crawl_every = Duration::hours(2);
  params.crawl_length = Duration::minutes(15);
  Surroundings long_run = around();
  long_run.days = 300;
  const double all = 328'000;
  const test::Mail mail = test::run(make_scrapers(params, long_run, all), kShards, 300);
  const auto requests = static_cast<double>(mail.requests.size());
  // 3,600 crawls of exponential length: their sum has a relative SD of sqrt(2 / 3,600). An address's rate while it
  // crawls is known better: of 328,000 x .02 / 24 x 8 requests an hour each.
  const double crawls = 300 * 24 / 2.0, rate = all * params.share / 24 * 8;
  CHECK(requests == Approx(all * params.share * 300).epsilon(4 * std::sqrt(2 / crawls)));
  double counted = 0, hours_crawled = 0;
  const std::vector<Stay> stays = stays_of(mail);
  for (const Stay& stay : stays) {
    if (stay.requests < 10) continue;
    counted += stay.requests;
    hours_crawled += stay.hours();
  }
  CHECK(static_cast<double>(stays.size()) == Approx(crawls).margin(4 * std::sqrt(crawls)));
  CHECK(counted / hours_crawled == Approx(rate).epsilon(4 / std::sqrt(counted)));
  std::map<std::int64_t, std::set<std::uint32_t>> hours;
  double pdp = 0;
  for (const auto& r : mail.requests) {
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::hosting);
    REQUIRE_FALSE(test::exists(r.message.member));
    REQUIRE(r.message.token.value == 0);
    hours[r.at.hour()].insert(r.message.from.source.value);
    pdp += r.message.page == Page::pdp ? 1 : 0;
  }
  check_size(static_cast<double>(mail.requests.size()) - pdp, static_cast<double>(mail.requests.size()) * 0.1);
  // P(no crawl at a moment) = exp(-length / every); an hour sees those of an hour's length more. Two neighbours are
  // both without one with a chance of exp(-(length + 2) / every): .15 of an hour's variance, and no others have any.
  const double quiet = std::exp(-(.25 + 1) / 2), variance = quiet * (1 - quiet) * 1.3 / (300 * 24);
  CHECK(static_cast<double>(hours.size()) / (300 * 24) == Approx(1 - quiet).margin(4 * std::sqrt(variance)));
  double sources = 0;
  for (const auto& [hour, of] : hours) sources = std::max(sources, static_cast<double>(of.size()));
  CHECK(sources >= 2);
  params.requests_per_source_hour = 50;
  const test::Mail many = test::run(make_scrapers(params, long_run, all), kShards, 30);
  std::map<std::int64_t, std::set<std::uint32_t>> slots;
  for (const auto& r : many.requests) slots[r.at.minute() / 10].insert(r.message.from.source.value);
  CHECK(slots.size() > 20);
  CHECK(std::max_element(slots.begin(), slots.end(), [](const auto& a, const auto& b) {
          return a.second.size() < b.second.size();
        })->second.size() >= 40);  // 44 addresses of one crawl
}

TEST_CASE("credential stuffing has its share of logins, in waves, and rarely succeeds") {
  StuffingParams params;
  params.wave_every = Duration::hours(4);
  params.wave_length = Duration::minutes(45);
  Surroundings long_run = around();
  long_run.days = 1000;
  const double logins = 2000;
  const test::Mail mail = test::run(make_stuffing(params, long_run, logins), kShards, 1000);
  // 6,000 waves of exponential size: the sum has a relative SD of sqrt(2 / 6,000).
  const double expected = logins * .03 / .97 * 1000;
  const auto attempts = static_cast<double>(mail.logins.size());
  CHECK(attempts == Approx(expected).epsilon(4 * std::sqrt(2.0 / 6000)));
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
  CHECK(static_cast<double>(hours.size()) < 0.4 * 24'000);  // quiet between waves
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
