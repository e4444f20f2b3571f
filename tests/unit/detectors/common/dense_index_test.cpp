#include "detectors/common/dense_index.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "sim/core/random.hpp"

namespace dwell::detect::test {
namespace {

template <class Id>
Id spread_out(std::uint32_t n) {
  return static_cast<Id>(n * std::uint64_t{0x01000193'0100'0193});  // 0, and ids of all bits
}

template <class Id>
void check_numbers(std::size_t slots_per_id) {
  DenseIndex<Id> index(slots_per_id);
  RandomStream random(Seed{3}, 0, purpose("test.dense-index"));
  for (const std::uint32_t most : {1U, 5U, 40'000U, 300U}) {
    index.clear(most / 20);
    std::map<Id, std::uint32_t> expected;
    for (int i = 0; i < 20'000; ++i) {
      const Id id = spread_out<Id>(random.below(most));
      const auto number = expected.emplace(id, static_cast<std::uint32_t>(expected.size())).first->second;
      REQUIRE(index(id) == number);
      REQUIRE(index.ids()[number] == id);
    }
    REQUIRE(index.size() == expected.size());
  }
}

}  // namespace

TEST_CASE("ids are numbered in the order they are first seen", "[detectors][dense-index]") {
  check_numbers<std::uint32_t>(8);
  check_numbers<std::uint32_t>(2);
  check_numbers<std::uint64_t>(2);
}

TEST_CASE("many ids at once are numbered as one by one", "[detectors][dense-index]") {
  DenseIndex<std::uint32_t> one, many(2);
  RandomStream random(Seed{4}, 0, purpose("test.dense-index.many"));
  for (const std::uint32_t most : {1U, 3'000U, 100'000U, 7U}) {
    one.clear(1);
    many.clear(1);
    // Ids go on being numbered from call to call; calls are shorter and longer than what is taken at a time.
    for (const std::size_t count : {0, 1, 255, 256, 257, 5'000, 30'000}) {
      std::vector<std::uint32_t> ids(count), numbers(count, ~0U);
      for (std::uint32_t& id : ids) id = spread_out<std::uint32_t>(random.below(most));
      many.number_all(
          count, [&](std::size_t i) { return ids[i]; }, [&](std::size_t i, std::uint32_t n) { numbers[i] = n; });
      for (std::size_t i = 0; i < count; ++i) REQUIRE(numbers[i] == one(ids[i]));
      if (count != 0) REQUIRE(many(ids[0]) == numbers[0]);
    }
    REQUIRE(std::vector(many.ids().begin(), many.ids().end()) == std::vector(one.ids().begin(), one.ids().end()));
  }
}

}  // namespace dwell::detect::test
