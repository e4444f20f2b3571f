#include "detectors/common/dense_index.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "sim/core/random.hpp"

namespace dwell::detect::test {

TEST_CASE("ids are numbered in the order they are first seen", "[detectors][dense-index]") {
  DenseIndex index;
  RandomStream random(Seed{3}, 0, purpose("test.dense-index"));
  for (const std::uint32_t most : {1U, 5U, 40'000U, 300U}) {
    index.clear(most / 20);
    std::map<std::uint32_t, std::uint32_t> expected;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint32_t id = random.below(most) * 0x01000193U;  // 0, and ids of all bits
      const auto number = expected.emplace(id, static_cast<std::uint32_t>(expected.size())).first->second;
      REQUIRE(index(id) == number);
      REQUIRE(index.ids()[number] == id);
    }
    REQUIRE(index.size() == expected.size());
  }
}

}  // namespace dwell::detect::test
