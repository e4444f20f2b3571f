#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "sim/campaign/campaign.hpp"
#include "sim/campaign/schedule.hpp"
#include "sim/campaign/sources.hpp"
#include "sim/campaign/sweep.hpp"
#include "tests/unit/sim/campaign/case.hpp"

using namespace dwell;
using namespace dwell::campaign;

namespace {

Rhythm flat(const std::vector<double>& days) { return {test::hours(), days}; }

}  // namespace

TEST_CASE("a schedule loses nothing and never runs backwards") {
  const Time begin = Time{} + Duration::days(3) + Duration::minutes(77);
  const Time end = begin + Duration::hours(321) + Duration::seconds(5);
  for (const Pace pace : {Pace::constant, Pace::business_hours, Pace::rhythm}) {
    for (const std::uint64_t total : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{98'765}}) {
      const Schedule schedule(begin, end, total, pace, 1.7, 0.2, flat({}));
      CHECK(schedule.due(begin) == 0);
      CHECK(schedule.due(end) == total);
      std::uint64_t last = 0;
      for (Time t = begin - Duration::hours(1); t < end + Duration::hours(1); t = t + Duration::minutes(7)) {
        const std::uint64_t due = schedule.due(t);
        REQUIRE(due >= last);
        last = due;
      }
      CHECK(last == total);
    }
  }
}

TEST_CASE("the busiest day has the wanted multiple of the mean day, whatever the platform's days do") {
  std::vector<double> days(200, 1.0);
  for (std::size_t d = 0; d < days.size(); ++d) days[d] = 0.9 + 0.03 * static_cast<double>(d % 7);
  const Time begin = Time{} + Duration::days(30) + Duration::hours(5);
  for (const double wanted : {1.5, 2.1, 4.0}) {
    const Schedule schedule(begin, begin + Duration::days(60), 10'000'000, Pace::rhythm, wanted, 0.1, flat(days));
    std::uint64_t peak = 0;
    for (std::int64_t day = 29; day < 92; ++day) {
      const Time midnight = Time{} + Duration::days(day);
      peak = std::max(peak, schedule.due(midnight + Duration::days(1)) - schedule.due(midnight));
    }
    CHECK(static_cast<double>(peak) / (10'000'000.0 / 60) == Approx(wanted).epsilon(.001));
  }
}

TEST_CASE("business hours leave the night alone") {
  const Schedule schedule(Time{}, Time{} + Duration::days(10), 1000, Pace::business_hours, 1, 1, flat({}));
  for (std::int64_t day = 0; day < 10; ++day) {
    const Time midnight = Time{} + Duration::days(day);
    CHECK(schedule.due(midnight + Duration::hours(9)) == schedule.due(midnight));
    CHECK(schedule.due(midnight + Duration::hours(18)) == schedule.due(midnight) + 100);
  }
}

TEST_CASE("a sweep names every id in order, accounts as often as the views say, others once") {
  const Phase phase = test::founding_phases()[0];
  Sweep sweep(phase, 77'700, 0.001, {4}, 0, test::exists);
  CHECK(sweep.views() == 148'057 + 50 + 103);
  CHECK(sweep.misses() + sweep.accounts() == 77'700);
  std::uint64_t requests = 0;
  std::uint64_t accounts = 0;
  std::uint32_t last = 0;
  std::uint64_t of_member = 0;
  std::array<std::uint64_t, kPages> pages{};
  while (const std::optional<Step> step = sweep.next()) {
    ++requests;
    ++pages[static_cast<std::size_t>(step->page)];
    REQUIRE(step->fresh == (step->member.value != last));
    if (step->fresh) {
      REQUIRE(step->member.value == last + 1);
      accounts += test::exists(step->member) ? 1 : 0;
      of_member = 0;
    }
    last = step->member.value;
    ++of_member;
    REQUIRE(of_member <= (test::exists(step->member) ? 7 : 1));
  }
  CHECK(last == 77'700);
  CHECK(requests == sweep.total());
  CHECK(accounts == sweep.accounts());
  CHECK(pages[static_cast<std::size_t>(Page::address)] == 148'057 + sweep.misses());
  CHECK(pages[static_cast<std::size_t>(Page::address_edit)] == 50);
  CHECK(pages[static_cast<std::size_t>(Page::order_list)] == 103);
}

TEST_CASE("a phase that goes for found accounts names no others, once each, in any order") {
  Phase phase = test::founding_phases()[1];
  for (const Order order : {Order::sequential, Order::shuffled}) {
    phase.order = order;
    phase.pages[0].views = 33'000'000;
    Sweep sweep(phase, 77'700, 0.001, {4}, 1, test::exists);
    std::set<std::uint32_t> seen;
    bool ascending = true;
    std::uint32_t last = 0;
    while (const std::optional<Step> step = sweep.next()) {
      REQUIRE(test::exists(step->member));
      REQUIRE(seen.insert(step->member.value).second);
      ascending = ascending && step->member.value > last;
      last = step->member.value;
    }
    CHECK(seen.size() == 33'000);
    CHECK(sweep.misses() == 0);
    CHECK(ascending == (order == Order::sequential));
  }
}

TEST_CASE("addresses lie overseas, shrink with the scale and take equal turns") {
  const protocol::NetworkTable networks(test::networks(), {9});
  const Duration length = Duration::days(147);
  Sources sources;
  CHECK(SourcePool(sources, 0.001, networks, {9}, Page::address, length).all().size() == 2);
  CHECK(SourcePool(sources, 1e-6, networks, {9}, Page::address, length).all().size() == 1);
  const SourcePool pool(sources, 1, networks, {9}, Page::address, length);
  REQUIRE(pool.all().size() == 2313);
  std::map<std::uint32_t, int> used;
  std::set<std::uint32_t> in_networks;
  for (std::uint64_t i = 0; i < 23'130; ++i) ++used[pool.pick(Page::address, i, {}).source.value];
  CHECK(used.size() == 2313);
  for (const auto& [source, n] : used) CHECK(n == 10);
  for (const protocol::Subscriber& from : pool.all()) {
    CHECK(from.country != networks.home_country());
    in_networks.insert(from.network.value);
  }
  CHECK(in_networks.size() == 5);
}

TEST_CASE("sixteen addresses carry the delivery pages when the concentration says so") {
  const protocol::NetworkTable networks(test::networks(), {9});
  Sources sources;
  sources.concentration = Concentration::top16;
  const SourcePool pool(sources, 1, networks, {9}, Page::address, Duration::days(147));
  std::set<std::uint32_t> heavy;
  std::set<std::uint32_t> light;
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    heavy.insert(pool.pick(Page::address, i, {}).source.value);
    light.insert(pool.pick(Page::profile, i, {}).source.value);
  }
  CHECK(heavy.size() == 16);
  CHECK(light.size() == 2297);
  for (const std::uint32_t source : heavy) CHECK(light.count(source) == 0);
  const SourcePool small(sources, 0.001, networks, {9}, Page::address, Duration::days(147));
  CHECK(small.heavy() == 1);
  CHECK(small.all().size() == 2);
}

TEST_CASE("addresses that are used for a while are replaced") {
  const protocol::NetworkTable networks(test::networks(), {9});
  Sources sources;
  sources.count = 100;
  sources.active = Duration::days(10);
  const SourcePool pool(sources, 1, networks, {9}, Page::address, Duration::days(100));
  std::set<std::uint32_t> first;
  std::set<std::uint32_t> second;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    first.insert(pool.pick(Page::address, i, Duration::days(3)).source.value);
    second.insert(pool.pick(Page::address, i, Duration::days(99)).source.value);
  }
  CHECK(first.size() == 10);
  CHECK(second.size() == 10);
  for (const std::uint32_t source : second) CHECK(first.count(source) == 0);
}

TEST_CASE("the case at full scale: peak day 6.3 M reads, over 100 M in thirty days") {
  const protocol::NetworkTable networks(test::networks(), {9});
  Setting setting = test::case_setting(networks, 1.0);
  setting.onset = Time{} + Duration::days(28) + Duration::hours(7);
  const DayPlan plan = plan_days(test::founding(), setting);
  const auto sum = [](const std::vector<std::uint64_t>& v) { return std::accumulate(v.begin(), v.end(), 0.0); };
  CHECK(sum(plan.views) == Approx(148'056'502.0 + 50'474 + 102'682 + 33'673'817).epsilon(1e-6));
  CHECK(sum(plan.requests) == Approx(sum(plan.views) + static_cast<double>(plan.misses)).epsilon(1e-6));
  CHECK(static_cast<double>(plan.misses) == Approx(44e6).epsilon(.01));
  const auto peak = static_cast<double>(*std::max_element(plan.views.begin(), plan.views.end()));
  CHECK(peak == Approx(6.3e6).epsilon(.005));
  double best = 0;
  for (std::size_t d = 0; d + 30 <= plan.views.size(); ++d) {
    best = std::max(best, std::accumulate(plan.views.begin() + static_cast<std::ptrdiff_t>(d),
                                          plan.views.begin() + static_cast<std::ptrdiff_t>(d) + 30, 0.0));
  }
  INFO("best thirty days " << best << ", peak day " << peak);
  CHECK(best >= 100e6);
  CHECK(best <= 130e6);
}
