#include "sim/commerce/population.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "sim/commerce/members.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {

std::uint64_t count(const Population& population, std::uint32_t first, std::uint32_t last) {
  std::uint64_t n = 0;
  for (std::uint32_t id = first; id <= last; ++id) n += population.exists(MemberId{id}) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("the id space holds exactly the scaled number of accounts", "[population]") {
  const protocol::NetworkTable networks(testing::networks(), Seed{1});
  const PopulationParams params;
  for (const double scale : {1e-3, 1e-4, 3e-6}) {
    const Population population(params, 1.6, scale, networks, Seed{5});
    CHECK(population.ids() == static_cast<std::uint32_t>(77.7e6 * scale + 0.5));
    CHECK(population.accounts() == static_cast<std::uint64_t>(33.7e6 * scale + 0.5));
    CHECK(count(population, 1, population.ids()) == population.accounts());
    CHECK_FALSE(population.exists(MemberId{0}));
    CHECK_FALSE(population.exists(MemberId{population.ids() + 1}));
  }
}

TEST_CASE("accounts that fill the id space, or nearly, are all found", "[population]") {
  const protocol::NetworkTable networks(testing::networks(), Seed{1});
  PopulationParams params;
  params.era_spread = 1;
  for (const std::uint64_t accounts : {1000U, 990U, 1U}) {
    params.ids = 1000;
    params.accounts = accounts;
    const Population population(params, 1.6, 1, networks, Seed{5});
    CHECK(count(population, 1, 1000) == accounts);
  }
}

TEST_CASE("eras differ in density, and the seed decides how", "[population]") {
  const protocol::NetworkTable networks(testing::networks(), Seed{1});
  const Population a(PopulationParams{}, 1.6, 1e-3, networks, Seed{5});
  const Population b(PopulationParams{}, 1.6, 1e-3, networks, Seed{6});
  double least = 1, most = 0;
  bool differ = false;
  const std::uint32_t era = a.ids() / 64;
  for (std::uint32_t e = 0; e < 63; ++e) {
    const std::uint64_t n = count(a, e * era + 1, (e + 1) * era);
    const double density = static_cast<double>(n) / era;
    least = std::min(least, density);
    most = std::max(most, density);
    differ = differ || n != count(b, e * era + 1, (e + 1) * era);
  }
  CHECK(least < .37);
  CHECK(most > .50);
  CHECK(most < .62);
  CHECK(differ);
}

TEST_CASE("shards hold every account once and find it by id", "[population]") {
  testing::Setup setup;
  const protocol::NetworkTable networks(testing::networks(), setup.seed);
  for (const std::uint32_t shards : {1U, 7U, 8U}) {
    const Model model(setup.params, 1e-4, setup.first_day, 1, shards, testing::keys(), networks, setup.seed);
    std::uint64_t total = 0;
    for (std::uint32_t s = 0; s < shards; ++s) {
      const Members members(model, ShardId{s});
      total += members.size();
      for (std::uint32_t i = 0; i < members.size(); ++i) {
        REQUIRE(members.find(members[i].id) == i);
        REQUIRE(model.shard_of(members[i].id) == ShardId{s});
      }
      for (std::uint32_t id = 0; id < model.ids() + 500; ++id) {
        const bool here = id % shards == s && model.exists(MemberId{id});
        REQUIRE((members.find(MemberId{id}) != kNobody) == here);
      }
      CHECK(static_cast<double>(members.bytes()) / members.size() <= 24);
    }
    CHECK(total == model.accounts());
  }
}

TEST_CASE("habits are the same in whatever order they are asked for", "[population]") {
  const protocol::NetworkTable networks(testing::networks(), Seed{1});
  const Population population(PopulationParams{}, 1.6, 1e-4, networks, Seed{5});
  const Traits first = population.traits(MemberId{17});
  static_cast<void>(population.traits(MemberId{18}));
  const Traits again = population.traits(MemberId{17});
  CHECK(first.visit == again.visit);
  CHECK(first.extra == again.extra);
  CHECK(first.mobile == again.mobile);
  CHECK(first.conversion == again.conversion);
}
