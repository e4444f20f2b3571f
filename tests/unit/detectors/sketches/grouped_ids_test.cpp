#include "detectors/sketches/grouped_ids.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "sim/core/random.hpp"

namespace dwell::detect::test {

TEST_CASE("each entity has its distinct ids in order", "[detectors][grouped-ids]") {
  GroupedIds grouped;
  RandomStream random(Seed{4}, 0, purpose("test.grouped-ids"));
  struct Ids {
    std::size_t items;
    std::uint32_t entities;
    std::uint32_t from, below;  // with the last pair, ids side by side among few that are far away
  };
  for (const Ids& of : {Ids{0, 3, 0, 1},
                        {1, 1, 7, 8},
                        {50, 4, 0, 1},
                        {5000, 60, 0, 1U << 31},
                        {5000, 3, 0, 3000},
                        {20'000, 2, 4'000'000'000, 4'000'003'000}}) {
    GroupedIds::Item* const items = grouped.room(0, of.items);
    std::map<std::uint32_t, std::set<std::uint32_t>> expected;
    std::map<std::uint32_t, std::size_t> counts;
    for (std::size_t i = 0; i < of.items; ++i) {
      const std::uint32_t id = i % 100 == 99 ? random.below(1000) : of.from + random.below(of.below - of.from);
      items[i] = {random.below(of.entities), id};
      expected[items[i].who].insert(id);
      ++counts[items[i].who];
    }
    grouped.order(of.items, of.entities);
    std::uint32_t next = 0;
    grouped.for_each(of.entities, [&](std::uint32_t who, std::span<const std::uint32_t> ids, std::size_t count) {
      REQUIRE(who == next++);
      REQUIRE(count == counts[who]);
      REQUIRE(std::vector<std::uint32_t>(ids.begin(), ids.end()) ==
              std::vector<std::uint32_t>(expected[who].begin(), expected[who].end()));
    });
    REQUIRE(next == of.entities);
  }
}

}  // namespace dwell::detect::test
