#include "sim/world/rank_exchange.hpp"

#include <catch2/catch.hpp>

#include "tests/differential/sim/world/rank_groups.hpp"

namespace dwell::world::test {
namespace {

std::vector<std::byte> block_of(unsigned rank, std::size_t size) {
  return std::vector<std::byte>(size, std::byte(rank + 1));
}

bool is_block(std::span<const std::byte> block, unsigned rank, std::size_t size) {
  const std::vector<std::byte> expected = block_of(rank, size);
  return std::equal(block.begin(), block.end(), expected.begin(), expected.end());
}

}  // namespace

TEST_CASE("ranks have each other's blocks of any length, and gathered ones only where they were sent") {
  const auto good = on_rank_groups<int>(3, [](RankGroup& group) {
    RankExchange& exchange = group.exchange();
    bool right = true;
    const std::size_t sizes[] = {0, 1, 7, 8, 9, 1000, 40'000'000, 3, 5, 2};  // a large one is not kept
    for (std::size_t i = 0; i < std::size(sizes); ++i) {
      const std::size_t size = sizes[i] + group.rank();
      const auto& all = exchange.all(block_of(group.rank(), size));
      for (unsigned r = 0; r < 3; ++r) right = right && is_block(all[r], r, sizes[i] + r);
      const auto to = static_cast<unsigned>(i % 3);
      const auto& gathered = exchange.gather(to, block_of(group.rank(), size));
      for (unsigned r = 0; r < 3; ++r) {
        right = right && is_block(gathered[r], r, to == group.rank() ? sizes[i] + r : 0);
      }
      right = right && exchange.sum(i + group.rank()) == 3 * i + 3;
    }
    return right ? 1 : 0;
  });
  CHECK(good == std::vector<int>{1, 1, 1});
}

TEST_CASE("what one rank refuses all refuse, in its words") {
  const auto words = on_rank_groups<std::string>(3, [](RankGroup& group) {
    REQUIRE(agree(group.exchange(), success()).ok());
    const bool refuses = group.rank() == 1;
    const Status all =
        agree(group.exchange(), refuses ? Status(Error{"a.json", "", "nothing", "something"}) : success());
    REQUIRE_FALSE(all.ok());
    return all.error().message();
  });
  CHECK(words[1].find("a.json") == 0);
  CHECK(words[0].find("rank 1: a.json") == 0);
  CHECK(words[2] == words[0]);
}

}  // namespace dwell::world::test
