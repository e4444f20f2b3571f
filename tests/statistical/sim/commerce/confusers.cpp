// What makes traffic look odd without any attack, each against a formula of its own: releases of the app, travel in
// long breaks, carrier addresses, outages, the surge of 2025-12-01.

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "sim/world/scenario.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {

/// 2025-10-01, two days before Chuseok's seven free days.
constexpr Date kOctober{20362};

/// The first row of every session.
void first_pages(const testing::Setup& setup, const std::function<void(const telemetry::AccessRow&)>& each) {
  testing::Platform platform(setup);
  std::unordered_set<std::uint64_t> seen;
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i) {
      if (seen.insert(rows.access.rows.token[i]).second) each(rows.access.rows.row(i));
    }
  });
}

bool on_phone(const telemetry::AccessRow& row) { return static_cast<Client>(row.client) != Client::desktop; }

}  // namespace

TEST_CASE("a release leads phones that have it to other pages", "[statistical][commerce]") {
  constexpr double kFactor = 2, kUsual = .12;
  testing::Setup setup;
  setup.params = testing::steady();
  setup.scale = 2e-4;
  setup.days = 4;
  // Half of the phones on the second day, all of them on the third.
  setup.params.calendar.releases = {{Date{setup.first_day.days + 1}, Duration::days(2), {{Page::mypage, kFactor}}}};
  std::array<double, 4> phones{}, phones_there{}, computers{}, computers_there{};
  first_pages(setup, [&](const telemetry::AccessRow& row) {
    const auto day = static_cast<std::size_t>(Time{row.time_us}.day());
    if (day >= phones.size()) return;
    // The order list is a part of what the chain calls my page.
    const auto page = static_cast<Page>(row.page);
    const bool there = page == Page::mypage || page == Page::order_list;
    (on_phone(row) ? phones : computers)[day] += 1;
    (on_phone(row) ? phones_there : computers_there)[day] += there ? 1 : 0;
  });
  const double after = kUsual * kFactor / (1 + kUsual * (kFactor - 1));
  const std::array<double, 4> share = {0, .5, 1, 1};
  for (std::size_t day = 0; day < share.size(); ++day) {
    INFO("day " << day);
    // About 18,000 sessions of phones and 5,000 of computers a day.
    CHECK(phones_there[day] / phones[day] == Approx(kUsual + share[day] * (after - kUsual)).margin(.01));
    CHECK(computers_there[day] / computers[day] == Approx(kUsual).margin(.02));
  }
}

TEST_CASE("what an oracle is told of pages follows a release", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.logs = {0, 0, 0, 0, 5.0, 1.2};
  setup.scale = 2e-4;
  setup.days = 3;
  setup.params.calendar.releases = {{Date{setup.first_day.days + 1}, {}, {{Page::mypage, 2}, {Page::search, .5}}}};
  testing::Platform platform(setup);
  std::array<std::array<double, kPages>, 3> pages{};
  std::array<double, 3> all{};
  platform.run([&](const telemetry::PartitionRows& rows) {
    for (std::size_t i = 0; i < rows.access.rows.size(); ++i) {
      const auto day = static_cast<std::size_t>(Time{rows.access.rows.time_us[i]}.day());
      pages[day][rows.access.rows.page[i]] += 1;
      all[day] += 1;
    }
  });
  for (const Page page : {Page::home, Page::search, Page::pdp, Page::mypage}) {
    for (std::size_t day : {std::size_t{0}, std::size_t{2}}) {
      INFO(kPageNames[static_cast<std::size_t>(page)] << " on day " << day);
      CHECK(pages[day][static_cast<std::size_t>(page)] / all[day] ==
            Approx(platform.model().page_share(page, static_cast<std::int64_t>(day))).epsilon(.04));
    }
  }
  CHECK(platform.model().page_share(Page::mypage, 2) > 1.5 * platform.model().page_share(Page::mypage, 0));
}

TEST_CASE("more members are abroad in long breaks", "[statistical][commerce]") {
  constexpr double kAbroad = .06, kFactor = 2;
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.population.abroad = kAbroad;
  setup.params.population.abroad_on_breaks = kFactor;
  setup.params.population.vpn = 0;
  setup.params.calendar.holidays = {Date{kOctober.days + 2}, Date{kOctober.days + 4}, Date{kOctober.days + 5}};
  setup.first_day = kOctober;
  setup.scale = 2e-4;
  setup.days = 6;
  const std::uint16_t home = protocol::NetworkTable(testing::networks(), setup.seed).home_country().value;
  std::array<double, 2> sessions{}, abroad{};
  first_pages(setup, [&](const telemetry::AccessRow& row) {
    const std::int64_t day = Time{row.time_us}.day();
    const std::size_t in_break = day >= 2 ? 1 : 0;
    sessions[in_break] += 1;
    abroad[in_break] += row.country == home ? 0 : 1;
  });
  // About 5,000 members on a break's trips and trips of five days: standard errors of .004.
  CHECK(abroad[0] / sessions[0] == Approx(kAbroad).margin(.014));
  CHECK(abroad[1] / sessions[1] == Approx(kAbroad * kFactor).margin(.016));
}

TEST_CASE("carriers have one address for so many members", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.population.members_per_mobile_address = 30;
  setup.params.population.vpn = 0;
  setup.params.population.abroad = 0;
  setup.scale = 3e-4;
  std::set<std::uint32_t> addresses;
  first_pages(setup, [&](const telemetry::AccessRow& row) {
    if (on_phone(row)) addresses.insert(row.source);
  });
  const PopulationParams& p = setup.params.population;
  const double members = static_cast<double>(p.accounts) * setup.scale * (1 - p.dormant);
  const double sigma = p.members_per_mobile_address_sigma;
  // The mean of a lognormal is its median times exp(sigma^2 / 2); the spread of crowds makes the count uncertain by 4
  // %.
  const double expected = members / (p.members_per_mobile_address * std::exp(sigma * sigma / 2));
  CHECK(static_cast<double>(addresses.size()) == Approx(expected).epsilon(.13));
}

TEST_CASE("in an outage its share of sessions does not begin", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.scale = 3e-4;
  const auto starts = [&] {
    double n = 0;
    first_pages(setup, [&](const telemetry::AccessRow& row) { n += Time{row.time_us}.minute() / 40 == 30 ? 1 : 0; });
    return n;  // from 20:00 to 20:40
  };
  const double usual = starts();
  setup.params.calendar.outages = {{setup.first_day, Duration::hours(20), Duration::minutes(40), .75}};
  // About 1,400 starts, of which a fourth is left.
  CHECK(starts() / usual == Approx(.25).margin(.05));
}

TEST_CASE("the case's surge of 2025-12-01 is there", "[statistical][commerce]") {
  const auto scenario = world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json");
  REQUIRE(scenario);
  testing::Setup setup;
  setup.params = scenario.value().platform;
  setup.params.sessions.factor_cv = {};
  setup.first_day = world::parse_date("2025-12-01").value();
  setup.scale = 3e-4;
  const auto rows = [&] {
    double n = 0;
    first_pages(setup, [&](const telemetry::AccessRow&) { n += 1; });
    return n;
  };
  const double surge = rows();
  setup.params.calendar.surges.clear();
  CHECK(surge / rows() == Approx(1.13).margin(.02));
}

TEST_CASE("carrier NAT, travel and VPNs have a switch each", "[statistical][commerce]") {
  testing::Setup setup;
  setup.params = testing::steady();
  setup.params.population.abroad = .06;
  setup.params.population.vpn = .1;
  setup.scale = 3e-4;
  const protocol::NetworkTable networks(testing::networks(), setup.seed);
  struct Seen {
    double sessions = 0, phones = 0;
    std::array<double, protocol::kNetworkKinds> kinds{};
    std::set<std::uint32_t> phone_addresses;
    [[nodiscard]] double share(protocol::NetworkKind kind) const {
      return kinds[static_cast<std::size_t>(kind)] / sessions;
    }
  };
  const auto look = [&] {
    Seen seen;
    first_pages(setup, [&](const telemetry::AccessRow& row) {
      const protocol::NetworkKind kind = networks.all()[row.network].kind;
      seen.sessions += 1;
      ++seen.kinds[static_cast<std::size_t>(kind)];
      if (kind != protocol::NetworkKind::mobile) return;
      seen.phones += 1;
      seen.phone_addresses.insert(row.source);
    });
    return seen;
  };
  using enum protocol::NetworkKind;
  PopulationParams& population = setup.params.population;
  const Seen usual = look();
  REQUIRE(usual.sessions > 7'000);
  CHECK(usual.share(foreign) == Approx(.06 * .9).margin(.012));
  CHECK(usual.share(vpn) + usual.share(hosting) == Approx(.1).margin(.01));
  CHECK(static_cast<double>(usual.phone_addresses.size()) < usual.phones / 50);

  population.vpn_hosted = .25;
  const Seen rented = look();
  CHECK(rented.share(hosting) == Approx(.025).margin(.005));
  CHECK(rented.share(vpn) == Approx(.075).margin(.01));

  population.abroad_on = false;
  const Seen at_home = look();
  CHECK(at_home.share(foreign) == 0);
  CHECK(at_home.share(vpn) == rented.share(vpn));
  CHECK(at_home.sessions == usual.sessions);

  population.vpn_on = false;
  const Seen direct = look();
  CHECK(direct.share(vpn) + direct.share(hosting) == 0);

  population.carrier_nat_on = false;
  const Seen alone = look();
  CHECK(alone.phones == direct.phones);
  // A phone changes its address three times a day, and few members come twice between two changes.
  CHECK(static_cast<double>(alone.phone_addresses.size()) > .5 * alone.phones);
}
