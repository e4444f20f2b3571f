#pragma once
// Four blocks of random numbers at a time. They do not wait for each other, so a processor overlaps them: one block on
// which the next depends takes about twice as long as one of four.

#include <cstdint>

#include "sim/core/random.hpp"

namespace dwell {

inline constexpr std::uint32_t kLanes = 4;

/// Word w of the block of lane l is word[w][l].
struct RandomLanes {
  std::uint32_t word[4][kLanes];
};

/// Blocks `first` to `first + 3` of one (seed, entity, purpose, index), as random_block draws them.
inline RandomLanes random_lanes(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t index,
                                std::uint32_t first) {
  RandomLanes out;
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    const RandomBlock block = random_block(seed, entity, what, index, first + lane);
    for (std::uint32_t w = 0; w < 4; ++w) out.word[w][lane] = block.word[w];
  }
  return out;
}

}  // namespace dwell
