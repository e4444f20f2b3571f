// The support desk: tickets follow orders with a delay, wait for an agent, and are withdrawn when they wait too long.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/background/background.hpp"
#include "tests/statistical/sim/background/surroundings.hpp"

using namespace dwell;
using namespace dwell::background;
using namespace dwell::test;

namespace {

/// Tickets worked on, by day of their first read, and when each of them was.
std::map<std::int64_t, double> tickets_by_day(const Mail& mail) {
  std::map<std::int64_t, double> days;
  for (const auto& r : mail.requests) days[r.at.day()] += r.message.issued ? 1 : 0;
  return days;
}

/// P(delay <= hours), by the error function of the C library.
double delay_below(const SupportParams& params, double hours) {
  if (hours <= 0) return 0;
  const double median = static_cast<double>(params.delay_median.us) / 3'600e6;
  return 0.5 * std::erfc(-std::log(hours / median) / params.delay_sigma / std::sqrt(2.0));
}

}  // namespace

TEST_CASE("support reads member pages as often as orders say, with a token issued for each ticket") {
  telemetry::PlatformRows rows;
  const SupportParams params;
  const Mail mail = run(make_support(params, around(), &rows), kShards, kDays);
  const double tickets = kOrdersADay * kScale * params.tickets_per_order * kDays;
  std::set<std::uint64_t> tokens;
  double issued = 0, stale = 0;
  for (const auto& r : mail.requests) {
    REQUIRE(r.shard == r.message.member.value % kShards);
    REQUIRE(is_member_data(r.message.page));
    REQUIRE(r.message.key == KeyId{201});
    REQUIRE(r.message.from.client == Client::service);
    REQUIRE(kind_of(r.message.from) == protocol::NetworkKind::contractor);
    issued += r.message.issued ? 1 : 0;
    stale += exists(r.message.member) ? 0 : 1;
    tokens.insert(r.message.token.value);
  }
  check_size(issued, tickets);
  CHECK(static_cast<double>(tokens.size()) == issued);
  CHECK(static_cast<double>(mail.requests.size()) / issued == Approx(params.reads_per_ticket).epsilon(.03));
  CHECK(stale / static_cast<double>(mail.requests.size()) == Approx(params.stale).margin(.008));
  // The audit has every read of the past, shipped within ten minutes.
  CHECK(rows.audit.rows.size() <= mail.requests.size());
  CHECK(rows.audit.rows.size() + 20 >= mail.requests.size());
  for (std::size_t i = 0; i < rows.audit.rows.size(); ++i) {
    REQUIRE(rows.audit.rows.ingest_us[i] > rows.audit.rows.time_us[i]);
    REQUIRE(rows.audit.rows.ingest_us[i] <= rows.audit.rows.time_us[i] + Duration::minutes(11).us);
    REQUIRE(tokens.count(rows.audit.rows.token[i]) == 1);
    REQUIRE(rows.audit.rows.agent[i] != 0);
  }
  SupportParams off = params;
  off.on = false;
  CHECK(run(make_support(off, around(), &rows), kShards, 3).requests.empty());
}

TEST_CASE("a large support desk keeps the tickets of an agent, and the stated share of agents is overseas") {
  Surroundings large = around();
  large.scale = 0.05;
  large.orders.assign(14 * 24, kOrdersADay * .05 / 24);
  telemetry::PlatformRows rows;
  const SupportParams params;
  const Mail mail = run(make_support(params, large, &rows), kShards, 14);
  std::map<std::uint32_t, std::set<std::uint32_t>> tickets;
  for (std::size_t i = 0; i < rows.audit.rows.size(); ++i) {
    tickets[rows.audit.rows.agent[i]].insert(rows.audit.rows.ticket[i]);
  }
  CHECK(tickets.size() == 245);  // 10,500 tickets a day, 60 an agent, 7 days for 5
  double sum = 0;
  for (const auto& [agent, of] : tickets) sum += static_cast<double>(of.size());
  CHECK(sum / 245 / 10 == Approx(60).epsilon(.03));  // ten working days in two weeks
  const CountryId home = large.networks->home_country();
  std::map<std::uint64_t, bool> overseas;  // by token, which names an agent's ticket
  std::set<std::uint32_t> addresses;
  for (const auto& r : mail.requests) {
    overseas[r.message.token.value] = r.message.from.country != home;
    addresses.insert(r.message.from.source.value);
  }
  double abroad = 0;
  for (const auto& [token, is] : overseas) abroad += is ? 1 : 0;
  const double share = abroad / static_cast<double>(overseas.size());
  CHECK(share == Approx(params.overseas).margin(5 * std::sqrt(.3 * .7 / 245)));
  // 245 agents at two contractors, twenty to a floor: seven floors each.
  CHECK(addresses.size() >= 10);
  CHECK(addresses.size() <= 14);
}

TEST_CASE("tickets follow orders with the stated delay") {
  Surroundings sale = around();
  sale.scale = 0.02;
  const double per_hour = kOrdersADay * .02 / 24;
  constexpr std::int64_t kFirst = 20, kEnd = 27;  // a week of twice the orders
  sale.orders.assign(kDays * 24, per_hour);
  for (std::int64_t h = kFirst * 24; h < kEnd * 24; ++h) sale.orders[static_cast<std::size_t>(h)] = 2 * per_hour;
  telemetry::PlatformRows rows;
  const SupportParams params;
  const auto days = tickets_by_day(run(make_support(params, sale, &rows), kShards, kDays));
  const double base = per_hour * 24 * params.tickets_per_order;
  for (std::int64_t d = 15; d < 50; ++d) {
    // Orders of the day around an hour count, and a ticket waits for an agent for some minutes.
    double share = 0;
    for (int k = 0; k < 24; ++k) {
      for (int j = -12; j < 12; ++j) {
        const double now = static_cast<double>(d * 24 + k);
        const double begin = static_cast<double>(kFirst * 24 + j), end = static_cast<double>(kEnd * 24 + j);
        share += (delay_below(params, now - begin) - delay_below(params, now - end)) / (24 * 24);
      }
    }
    INFO("day " << d << ", expected " << base * (1 + share) << ", found " << days.at(d));
    CHECK(days.at(d) == Approx(base * (1 + share)).margin(5 * std::sqrt(2 * base) + 0.02 * base));
  }
}

TEST_CASE("a desk without slack loses the tickets that nobody takes up in time, and a patient customer waits") {
  SupportParams params;
  params.occupancy = 1;
  params.patience = Duration::hours(3);
  Surroundings much = around();
  much.scale = 0.01;
  const double per_hour = kOrdersADay * .01 / 24;
  much.orders.assign(kDays * 24, per_hour);
  telemetry::PlatformRows rows;
  const auto calm = tickets_by_day(run(make_support(params, much, &rows), kShards, 20));
  double served = 0;
  for (const auto& [day, n] : calm) served += n;
  const double opened = per_hour * 24 * params.tickets_per_order * 20;
  CHECK(served < opened);         // at full occupancy some wait for longer than three hours
  CHECK(served > 0.85 * opened);  // but most do not
  params.patience = Duration::days(5);
  const auto patient = tickets_by_day(run(make_support(params, much, &rows), kShards, 20));
  double all = 0;
  for (const auto& [day, n] : patient) all += n;
  CHECK(all > served);
}

TEST_CASE("tickets are of members who buy, but for the share that is anybody's") {
  Surroundings some = around();
  some.scale = 0.01;
  some.orders.assign(30 * 24, kOrdersADay * .01 / 24);
  some.buys = [](MemberId id, double) { return id.value % 4 == 0; };  // a quarter of the members buys
  telemetry::PlatformRows rows;
  const SupportParams params;
  const Mail mail = run(make_support(params, some, &rows), kShards, 30);
  double tickets = 0, buyers = 0;
  for (const auto& r : mail.requests) {
    if (!r.message.issued || !exists(r.message.member)) continue;
    tickets += 1;
    buyers += r.message.member.value % 4 == 0 ? 1 : 0;
  }
  const double expected = params.about_orders + (1 - params.about_orders) / 4;
  CHECK(buyers / tickets == Approx(expected).margin(5 * std::sqrt(expected * (1 - expected) / tickets) + .002));
}
