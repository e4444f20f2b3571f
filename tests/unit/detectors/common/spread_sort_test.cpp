// Sorting by counted places against std::sort, for even spreads and for the worst ones.

#include "detectors/common/spread_sort.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <random>

namespace dwell::detect {

TEST_CASE("spread sort sorts as std::sort does", "[detectors][spread-sort]") {
  std::mt19937_64 draw(7);
  SpreadSort<std::uint64_t> sort;
  const auto spread = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  // Bits drawn: all; few, so that many are equal; only low ones, so that all share a place.
  for (const std::uint64_t mask : {~0ULL, 0xf000'0000'0000'000fULL, 0xffffULL}) {
    for (const std::size_t size : {0U, 1U, 2U, 3U, 16U, 28U, 29U, 1000U}) {
      std::vector<std::uint64_t> items(size);
      for (std::uint64_t& item : items) item = draw() & mask;
      std::vector<std::uint64_t> expected(items);
      std::sort(expected.begin(), expected.end());
      sort(items, spread, std::less<>());
      CHECK(items == expected);
    }
  }
}

}  // namespace dwell::detect
