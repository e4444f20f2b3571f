#include "sim/core/word_reciprocal.hpp"

#include <catch2/catch.hpp>

#include "sim/core/random.hpp"

TEST_CASE("a reciprocal divides words by words exactly") {
  for (const std::uint32_t divisor : {1U, 2U, 3U, 7U, 8U, 68U, 256U, 65'537U, (1U << 31) - 1, 1U << 31, ~0U - 1, ~0U}) {
    const dwell::WordReciprocal by(divisor);
    for (std::uint32_t i = 0; i < 3000; ++i) {
      const dwell::RandomBlock block = dwell::random_block(dwell::Seed{i}, 0, dwell::Purpose{1}, 0, 0);
      const std::uint32_t bits = static_cast<std::uint32_t>(block.low()) >> i % 32;
      const std::uint32_t multiple = bits / divisor * divisor;
      for (const std::uint32_t n : {bits, multiple, multiple - 1, ~0U - i}) REQUIRE(by.quotient(n) == n / divisor);
    }
  }
}
