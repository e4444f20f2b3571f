// Every process sends the same to the microsecond on every engine, and another seed sends something else.

#include <catch2/catch.hpp>

#include "sim/background/background.hpp"
#include "sim/workforce/workforce.hpp"
#include "tests/unit/sim/campaign/case.hpp"

using namespace dwell;

namespace {

constexpr std::uint32_t kShards = 3;
constexpr std::int64_t kDays = 4;

std::unique_ptr<kernel::Process> make(int which, Seed seed) {
  static const protocol::NetworkTable networks(test::networks(), {3});
  static const protocol::KeyRing ring =
      workforce::make_key_ring({}, workforce::KeyUseOfInsider::shared_production, true, {3});
  background::Surroundings around;
  around.shards = kShards;
  around.ids = 77'700;
  around.scale = 0.001;
  around.networks = &networks;
  around.keys = &ring;
  around.hour = test::hours();
  around.seed = seed;
  around.days = kDays;
  around.exists = test::exists;
  around.orders = std::vector<double>(kDays * 24, 175);
  background::StuffingParams often;
  often.wave_every = Duration::hours(20);
  workforce::Params busy;
  busy.rotation_every = Duration::days(3);
  switch (which) {
    case 0:
      return background::make_support({}, around, nullptr);
    case 1:
      return background::make_batch({}, around, nullptr);
    case 2:
      return background::make_bots({}, around, 50'000, 0, 1);
    case 3:
      return background::make_stuffing(often, around, 2000);
    case 4:
      return workforce::make_workforce(busy, ring, kShards, seed, nullptr);
    case 5: {
      campaign::PlaceboSetting placebo{kShards, Time{}, Duration::days(3), 500, test::hours(), {}, {2}, seed};
      return campaign::make_placebo(placebo);
    }
    case 6:
      return background::make_partners({}, around, nullptr);
    case 7: {
      background::MarketingParams mailings;
      mailings.mailings = {{{0}, {1}, 2'000'000}};
      return background::make_marketing(mailings, around, nullptr);
    }
    case 8: {
      background::ScraperParams crawls;
      crawls.crawl_every = Duration::hours(20);
      return background::make_scrapers(crawls, around, 50'000);
    }
    default: {
      campaign::Setting setting = test::case_setting(networks, 1e-4);
      setting.shards = kShards;
      setting.seed = seed;
      setting.onset = Time{};
      campaign::Spec spec = test::founding();
      spec.length = Duration::days(3);
      return campaign::make_campaign(spec, setting);
    }
  }
}

}  // namespace

TEST_CASE("processes are the same on every engine and differ by seed") {
  for (int which = 0; which < 10; ++which) {
    INFO("process " << which);
    const test::Mail serial = test::run(make(which, {3}), kShards, kDays, test::Kind::serial);
    const std::uint64_t expected = test::digest(serial);
    REQUIRE(serial.requests.size() + serial.logins.size() + serial.visits.size() + serial.changes.size() > 0);
    CHECK(test::digest(test::run(make(which, {3}), kShards, kDays, test::Kind::windowed)) == expected);
    CHECK(test::digest(test::run(make(which, {3}), kShards, kDays, test::Kind::threads)) == expected);
    CHECK(test::digest(test::run(make(which, {4}), kShards, kDays, test::Kind::windowed)) != expected);
  }
}
