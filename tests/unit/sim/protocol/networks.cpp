#include "sim/protocol/networks.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "sim/core/check.hpp"
#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::protocol;

TEST_CASE("networks keep their specification under the numbers of the seed", "[networks]") {
  const auto specs = commerce::testing::networks();
  const NetworkTable table(specs, Seed{1});
  REQUIRE(table.all().size() == specs.size());
  std::set<std::string> names;
  std::set<std::uint32_t> blocks;
  for (std::uint32_t i = 0; i < table.all().size(); ++i) {
    const Network& network = table.all()[i];
    REQUIRE(network.id.value == i);
    const NetworkSpec& spec = table.spec(network.id);
    REQUIRE(network.kind == spec.kind);
    REQUIRE((network.country == table.home_country()) == (spec.country == "KR"));
    names.insert(spec.name);
    blocks.insert(network.base >> 20);
    REQUIRE(network.base % (1U << 20) == 0);
    REQUIRE(network.base >> 24 >= 1);
    REQUIRE(network.base >> 24 < 224);
  }
  REQUIRE(names.size() == specs.size());
  REQUIRE(blocks.size() == specs.size());
}

TEST_CASE("network and country numbers are redrawn for every seed", "[networks]") {
  const auto specs = commerce::testing::networks();
  std::set<std::uint16_t> ids, countries;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const NetworkTable table(specs, Seed{seed});
    for (const Network& network : table.all())
      if (table.spec(network.id).name == "SKT") ids.insert(network.id.value);
    countries.insert(table.home_country().value);
  }
  REQUIRE(ids.size() > 8);
  REQUIRE(countries.size() == 5);
}

TEST_CASE("networks are picked by share within their kind", "[networks]") {
  const NetworkTable table(commerce::testing::networks(), Seed{1});
  std::map<std::string, double> share;
  constexpr std::uint32_t kDraws = 1U << 16;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Network& network = table.pick(NetworkKind::mobile, i << 16);
    REQUIRE(network.kind == NetworkKind::mobile);
    share[table.spec(network.id).name] += 1.0 / kDraws;
  }
  // The draws cover the unit interval evenly, so only the grid's coarseness is left.
  CHECK(share["SKT"] == Approx(.3900).margin(2e-4));
  CHECK(share["KT"] == Approx(.2384).margin(2e-4));
  CHECK(share["LGU+"] == Approx(.1951).margin(2e-4));
  CHECK(share["MVNO"] == Approx(.1764).margin(2e-4));
}

TEST_CASE("addresses of a network are distinct and stay in its block", "[networks]") {
  const NetworkTable table(commerce::testing::networks(), Seed{1});
  const Network& network = table.pick(NetworkKind::vpn, 0);
  std::set<std::uint32_t> seen;
  for (std::uint32_t ordinal = 0; ordinal < 5000; ++ordinal) {
    const SourceId source = table.address(network, ordinal);
    REQUIRE(source.value >> 20 == network.base >> 20);
    seen.insert(source.value);
  }
  CHECK(seen.size() == 5000);
  CHECK(table.address(network, 5) == table.address(network, 5 + (1U << 20)));
}

TEST_CASE("a table without a network of some kind is refused", "[networks]") {
  auto specs = commerce::testing::networks();
  specs.pop_back();
  CHECK_THROWS_AS(NetworkTable(specs, Seed{1}), InvariantError);
  CHECK_THROWS_AS(NetworkTable({}, Seed{1}), InvariantError);
  CHECK(enum_name(NetworkKind::hosting) == "hosting");
  CHECK(enum_names(NetworkKind{}).size() == kNetworkKinds);
}
