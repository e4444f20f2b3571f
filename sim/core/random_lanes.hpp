#pragma once
// Four blocks of random numbers at once, side by side in the lanes of SIMD registers: the same numbers as four calls of
// random_block, for about the price of one and a half.

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "sim/core/random.hpp"

namespace dwell {

inline constexpr std::uint32_t kLanes = 4;

/// One word of four blocks. Made in a register where there are such registers: written to memory by lane and read as a
/// whole it would have to wait for the writes.
class LaneWord {
 public:
  LaneWord() = default;
#if defined(__SSE2__)
  LaneWord(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d)
      : lanes_(_mm_setr_epi32(static_cast<int>(a), static_cast<int>(b), static_cast<int>(c), static_cast<int>(d))) {}
  explicit LaneWord(__m128i lanes) : lanes_(lanes) {}
  [[nodiscard]] __m128i lanes() const { return lanes_; }
  /// The same in all lanes.
  [[nodiscard]] static LaneWord same(std::uint32_t value) { return LaneWord(_mm_set1_epi32(static_cast<int>(value))); }
  /// first, first + 1, first + 2, first + 3.
  [[nodiscard]] static LaneWord count_from(std::uint32_t first) {
    return LaneWord(_mm_add_epi32(_mm_set1_epi32(static_cast<int>(first)), _mm_setr_epi32(0, 1, 2, 3)));
  }

 private:
  __m128i lanes_;
#else
  LaneWord(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) : lanes_{a, b, c, d} {}
  [[nodiscard]] static LaneWord same(std::uint32_t value) { return {value, value, value, value}; }
  [[nodiscard]] static LaneWord count_from(std::uint32_t first) { return {first, first + 1, first + 2, first + 3}; }
  [[nodiscard]] const std::uint32_t* lanes() const { return lanes_; }

 private:
  std::uint32_t lanes_[kLanes];
#endif
};
/// What random_block is called with, for four blocks of one seed.
struct LaneCounters {
  LaneWord entity, purpose, index, block;
};
/// Word w of the block of lane l is word[w][l].
struct RandomLanes {
  alignas(16) std::uint32_t word[4][kLanes];
  [[nodiscard]] RandomBlock block(std::uint32_t lane) const {
    return {{word[0][lane], word[1][lane], word[2][lane], word[3][lane]}};
  }
};

#if defined(__SSE2__)

/// A seed made ready: the keys of Philox's ten rounds, in all lanes.
class LaneSeed {
 public:
  explicit LaneSeed(Seed seed) {
    auto k0 = static_cast<std::uint32_t>(seed.value);
    auto k1 = static_cast<std::uint32_t>(seed.value >> 32);
    for (Round& round : rounds_) {
      round = {LaneWord::same(k0), LaneWord::same(k1)};
      // Philox's Weyl constants.
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
  }

 private:
  friend RandomLanes random_lanes(const LaneSeed& seed, const LaneCounters& counters);
  struct Round {
    LaneWord first, second;
  };
  Round rounds_[10];
};

namespace random_detail {

inline void store(std::uint32_t* lanes, __m128i value) { _mm_store_si128(reinterpret_cast<__m128i*>(lanes), value); }
/// Lanes 0 2 1 3.
inline __m128i swap_middle(__m128i a) { return _mm_shuffle_epi32(a, _MM_SHUFFLE(3, 1, 2, 0)); }

struct Product {
  __m128i high, low;
};
/// 32 x 32 -> 64 bits in each lane, with the middle lanes swapped: the instruction multiplies even lanes only, and this
/// is the order in which two such products are cheapest to join.
inline Product multiply_swapped(__m128i a, __m128i factor) {
  const __m128 even = _mm_castsi128_ps(_mm_mul_epu32(a, factor));
  const __m128 odd = _mm_castsi128_ps(_mm_mul_epu32(_mm_srli_epi64(a, 32), factor));
  return {_mm_castps_si128(_mm_shuffle_ps(even, odd, _MM_SHUFFLE(3, 1, 3, 1))),
          _mm_castps_si128(_mm_shuffle_ps(even, odd, _MM_SHUFFLE(2, 0, 2, 0)))};
}

}  // namespace random_detail

/// Four blocks; about 20 ns on a 2.5 GHz Xeon.
inline RandomLanes random_lanes(const LaneSeed& seed, const LaneCounters& counters) {
  using namespace random_detail;
  __m128i c0 = counters.entity.lanes();
  __m128i c1 = counters.purpose.lanes();
  __m128i c2 = counters.index.lanes();
  __m128i c3 = counters.block.lanes();
  // The multipliers of Philox4x32 (Salmon et al. 2011).
  const __m128i m0 = _mm_set1_epi32(static_cast<int>(0xD2511F53U));
  const __m128i m1 = _mm_set1_epi32(static_cast<int>(0xCD9E8D57U));
  // Each round swaps the middle lanes; ten of them leave the lanes where they were.
  for (const LaneSeed::Round& round : seed.rounds_) {
    const Product p0 = multiply_swapped(c0, m0);
    const Product p1 = multiply_swapped(c2, m1);
    c0 = _mm_xor_si128(_mm_xor_si128(p1.high, swap_middle(c1)), round.first.lanes());
    c2 = _mm_xor_si128(_mm_xor_si128(p0.high, swap_middle(c3)), round.second.lanes());
    c1 = p1.low;
    c3 = p0.low;
  }
  RandomLanes out;
  store(out.word[0], c0);
  store(out.word[1], c1);
  store(out.word[2], c2);
  store(out.word[3], c3);
  return out;
}

#else

/// A seed made ready.
class LaneSeed {
 public:
  explicit LaneSeed(Seed seed) : seed_(seed) {}

 private:
  friend RandomLanes random_lanes(const LaneSeed& seed, const LaneCounters& counters);
  Seed seed_;
};

/// Four blocks.
inline RandomLanes random_lanes(const LaneSeed& seed, const LaneCounters& counters) {
  RandomLanes out;
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    const RandomBlock block =
        random_block(seed.seed_, counters.entity.lanes()[lane], Purpose{counters.purpose.lanes()[lane]},
                     counters.index.lanes()[lane], counters.block.lanes()[lane]);
    for (std::uint32_t w = 0; w < 4; ++w) out.word[w][lane] = block.word[w];
  }
  return out;
}

#endif

/// Blocks `first` to `first + 3` of one (entity, purpose, index).
inline RandomLanes random_lanes(const LaneSeed& seed, std::uint32_t entity, Purpose what, std::uint32_t index,
                                std::uint32_t first) {
  return random_lanes(
      seed, {LaneWord::same(entity), LaneWord::same(what.value), LaneWord::same(index), LaneWord::count_from(first)});
}

}  // namespace dwell
