// The traffic against the model card: one ordinary week at 1:1000, with a rate that does not wander. Tolerances are
// wide beside the sampling error of the figure (stated where it matters), and narrow beside the bands that are claimed.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;
using telemetry::AuthKind;

namespace {

struct Week {
  std::array<double, kPages> pages{};
  std::array<double, 24> hours{};
  std::array<double, kClients> clients{};
  std::map<std::uint16_t, double> networks;
  std::vector<std::uint32_t> lengths;
  std::vector<double> log_gaps;
  double rows = 0, sessions = 0, ordering = 0, lines = 0, logins = 0, failures = 0, issued = 0, foreign_land = 0;
  double address_records = 0, address_answers = 0, empty = 0, orders_listed = 0;
  std::uint64_t shortest_gap_us = UINT64_MAX;
  std::set<std::uint32_t> sources;
  ShardStats total;
  double events_per_day = 0, nominal = 0, pages_per_session = 0, intensity = 0;
  std::array<double, kPages> expected_share{};
  std::uint64_t accounts = 0;
};

struct Open {
  std::int64_t last_us = 0;
  std::uint32_t pages = 0;
  bool ordered = false;
};

const Week& week() {
  static const Week result = [] {
    constexpr std::int64_t kDays = 7;
    testing::Setup setup;
    setup.params = testing::steady();
    setup.params.logs = {0, 0, 0, 0, 5.0, 1.2};  // sessions are followed by their rows: none may be missing
    setup.scale = 1e-3;
    setup.days = kDays;
    testing::Platform platform(setup);
    Week w;
    std::unordered_map<std::uint64_t, Open> sessions;
    const auto& networks = platform.network_table();
    platform.run([&](const telemetry::PartitionRows& rows) {
      const auto& a = rows.access.rows;
      for (std::size_t i = 0; i < a.size(); ++i) {
        ++w.pages[a.page[i]];
        ++w.hours[static_cast<std::size_t>(Time{a.time_us[i]}.hour() % 24)];
        w.lines += a.log_lines[i];
        w.sources.insert(a.source[i]);
        const auto page = static_cast<Page>(a.page[i]);
        if (page == Page::order_list) w.orders_listed += a.records[i];
        if (is_member_data(page) && page != Page::order_list) w.empty += a.records[i] == 0;
        if (page == Page::address && a.records[i] != 0) {
          w.address_records += a.records[i];
          ++w.address_answers;
        }
        Open& open = sessions[a.token[i]];
        if (open.pages != 0) {
          const auto gap = static_cast<std::uint64_t>(a.time_us[i] - open.last_us);
          w.shortest_gap_us = std::min(w.shortest_gap_us, gap);
          w.log_gaps.push_back(std::log(static_cast<double>(gap) * 1e-6));
        } else {
          ++w.clients[a.client[i]];
          ++w.networks[a.network[i]];
          if (a.country[i] != networks.home_country().value) ++w.foreign_land;
        }
        open.last_us = a.time_us[i];
        ++open.pages;
        open.ordered = open.ordered || page == Page::done;
      }
      const auto& auth = rows.auth.rows;
      for (std::size_t i = 0; i < auth.size(); ++i) {
        const auto kind = static_cast<AuthKind>(auth.kind[i]);
        w.logins += kind == AuthKind::login;
        w.failures += kind == AuthKind::failed_login;
        w.issued += kind != AuthKind::failed_login;
      }
    });
    for (const auto& [token, open] : sessions) {
      // Sessions still open at the end are few (seven minutes of seven days).
      w.lengths.push_back(open.pages);
      w.rows += open.pages;
      w.ordering += open.ordered;
    }
    std::sort(w.lengths.begin(), w.lengths.end());
    std::sort(w.log_gaps.begin(), w.log_gaps.end());
    w.sessions = static_cast<double>(w.lengths.size());
    w.total = platform.total();
    w.events_per_day = w.rows / kDays;
    w.nominal = platform.model().events_per_day();
    w.pages_per_session = platform.model().pages_per_session();
    for (std::int64_t m = 0; m < kDays * kMinutesPerDay; ++m) w.intensity += platform.model().intensity(m);
    for (std::uint32_t p = 0; p < kPages; ++p)
      w.expected_share[p] = platform.model().page_share(static_cast<Page>(p), 0);
    w.accounts = platform.model().accounts();
    return w;
  }();
  return result;
}

}  // namespace

TEST_CASE("page mix", "[statistical][commerce]") {
  // Percent of events; about 2.1 million of them, clustered in sessions of 8.7.
  // The card's my page and address hold the order list and the edit form; a tenth and three tenths, in 256ths.
  constexpr double kEdits = 26.0 / 256, kLists = 77.0 / 256;
  const std::array<double, kPages> card = {
      16.8, 26.7, 36.0, 7.0, 2.4, 1.4, 8.9 * (1 - kLists), .24, .67 * (1 - kEdits), .67 * kEdits, 8.9 * kLists};
  const std::array<double, kPages> margin = {.3, .5, .5, .3, .2, .12, .25, .03, .055, .012, .12};
  const Week& w = week();
  const auto seen = [&](Page page) { return w.pages[static_cast<std::size_t>(page)]; };
  const double lists = seen(Page::order_list) / (seen(Page::order_list) + seen(Page::mypage));
  const double edits = seen(Page::address_edit) / (seen(Page::address_edit) + seen(Page::address));
  // Of about 190,000 and 14,000 views.
  CHECK(lists == Approx(kLists).margin(5 * std::sqrt(.21 / 190e3)));
  CHECK(edits == Approx(kEdits).margin(5 * std::sqrt(.09 / 14e3)));
  for (std::size_t page = 0; page < kPages; ++page) {
    INFO(kPageNames[page]);
    CHECK(std::abs(100 * w.pages[page] / w.rows - card[page]) <= margin[page]);
    // What an oracle is told, against what happened.
    CHECK(w.pages[page] / w.rows == Approx(w.expected_share[page]).epsilon(.05).margin(1e-9));
  }
}

TEST_CASE("members, visits and sessions", "[statistical][commerce]") {
  const Week& w = week();
  CHECK(w.total.members == w.accounts);
  CHECK(w.accounts == 33'700);
  // Standard errors: 0.6 % of members' mean inclination.
  CHECK(static_cast<double>(w.total.member_days) / 7 == Approx(13'600).epsilon(.025));
  CHECK(static_cast<double>(w.total.sessions) / static_cast<double>(w.total.member_days) == Approx(2.6).epsilon(.03));
  CHECK(w.events_per_day == Approx(302'000).epsilon(.04));
  CHECK(w.nominal == Approx(302'000).epsilon(.02));
  CHECK(w.intensity / 7 == Approx(w.events_per_day).epsilon(.03));
}

TEST_CASE("session lengths", "[statistical][commerce]") {
  const Week& w = week();
  const auto quantile = [&](double p) { return w.lengths[static_cast<std::size_t>(p * (w.sessions - 1))]; };
  CHECK(w.rows / w.sessions == Approx(8.65).epsilon(.02));
  CHECK(w.pages_per_session == Approx(8.65).epsilon(.01));
  CHECK(quantile(.5) == 5);
  CHECK(std::abs(static_cast<double>(quantile(.99)) - 57) <= 2);
  CHECK(w.lengths.back() <= 500);
  const auto single = std::upper_bound(w.lengths.begin(), w.lengths.end(), 1U) - w.lengths.begin();
  CHECK(static_cast<double>(single) / w.sessions == Approx(.087).margin(.004));
}

TEST_CASE("think times", "[statistical][commerce]") {
  const Week& w = week();
  const auto& gaps = w.log_gaps;
  CHECK(std::exp(gaps[gaps.size() / 2]) == Approx(33.1).epsilon(.01));
  double mean = 0, squares = 0;
  for (const double g : gaps) mean += g / static_cast<double>(gaps.size());
  for (const double g : gaps) squares += (g - mean) * (g - mean) / static_cast<double>(gaps.size());
  CHECK(std::sqrt(squares) == Approx(.97).epsilon(.01));
  CHECK(w.shortest_gap_us >= 1'000'000);
  CHECK(gaps.back() <= std::log(1800.0) + 1e-9);
}

TEST_CASE("buying", "[statistical][commerce]") {
  const Week& w = week();
  CHECK(w.ordering / w.sessions == Approx(.100).margin(.006));
  CHECK(w.pages[static_cast<std::size_t>(Page::done)] / 7 == Approx(4'200).epsilon(.08));
}

TEST_CASE("hours of the day", "[statistical][commerce]") {
  const Week& w = week();
  const std::array<double, 24>& curve = CalendarParams{}.hour;
  // Sessions last minutes, so the hours of pages are those of starts, smeared a little.
  for (std::size_t hour = 0; hour < 24; ++hour) CHECK(24 * w.hours[hour] / w.rows == Approx(curve[hour]).margin(.11));
}

TEST_CASE("log-ins", "[statistical][commerce]") {
  const Week& w = week();
  CHECK(w.issued == Approx(w.sessions).epsilon(.001));
  CHECK(w.logins / w.issued == Approx(.06).margin(.003));
  CHECK(w.failures / (w.failures + w.logins) == Approx(.06).margin(.01));
}

TEST_CASE("subscribers and devices", "[statistical][commerce]") {
  const Week& w = week();
  const double mobile =
      (w.clients[static_cast<std::size_t>(Client::android)] + w.clients[static_cast<std::size_t>(Client::ios)]) /
      w.sessions;
  CHECK(mobile == Approx(.78).margin(.005));
  CHECK(w.clients[static_cast<std::size_t>(Client::android)] / w.sessions / mobile == Approx(.75).margin(.02));
  const protocol::NetworkTable networks(testing::networks(), testing::Setup{}.seed);
  std::map<std::string, double> share;
  double on_mobile = 0, on_fixed = 0, vpn = 0, hosted = 0;
  for (const auto& [id, n] : w.networks) {
    const auto& spec = networks.spec(NetworkId{id});
    share[spec.name] = n;
    if (spec.kind == protocol::NetworkKind::mobile) on_mobile += n;
    if (spec.kind == protocol::NetworkKind::fixed) on_fixed += n;
    if (spec.kind == protocol::NetworkKind::vpn) vpn += n;
    if (spec.kind == protocol::NetworkKind::hosting) hosted += n;
  }
  CHECK(share["SKT"] / on_mobile == Approx(.3900).margin(.02));
  CHECK(share["KT"] / on_mobile == Approx(.2384).margin(.02));
  CHECK(share["LGU+"] / on_mobile == Approx(.1951).margin(.02));
  CHECK(share["KT line"] / on_fixed == Approx(.409).margin(.02));
  CHECK(share["SK line"] / on_fixed == Approx(.287).margin(.02));
  CHECK((vpn + hosted) / w.sessions == Approx(.02).margin(.002));
  CHECK(hosted / (vpn + hosted) == Approx(.5).margin(.05));
  CHECK((w.foreign_land - vpn - hosted) / w.sessions == Approx(.008).margin(.003));
}

TEST_CASE("what is returned and logged", "[statistical][commerce]") {
  const Week& w = week();
  CHECK(w.lines / w.rows == Approx(4.5).epsilon(.005));
  CHECK(w.address_records / w.address_answers == Approx(4.4).epsilon(.05));
  const double member_data =
      w.pages[static_cast<std::size_t>(Page::mypage)] + w.pages[static_cast<std::size_t>(Page::profile)] +
      w.pages[static_cast<std::size_t>(Page::address)] + w.pages[static_cast<std::size_t>(Page::address_edit)];
  CHECK(w.empty / member_data == Approx(.01).margin(.001));
  // None to ten orders, each as often as the others, and one answer in a hundred is empty.
  CHECK(w.orders_listed / w.pages[static_cast<std::size_t>(Page::order_list)] == Approx(5 * .99).epsilon(.01));
}
