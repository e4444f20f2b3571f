#pragma once
// Counter-based random numbers: Philox4x32-10 and, for things drawn by the hundred million, Philox4x64-10 (Salmon et
// al., SC 2011) from Random123.
//   key     = the run's seed
//   counter = (entity, purpose, index, block)
// A draw is a pure function of these, so nobody's draws can shift anybody else's. `index` is the ordinal of the thing
// drawn for (a session, a page, a day), never a count of draws made so far.

#include <Random123/philox.h>

#include <cstdint>
#include <string_view>

#include "sim/core/ids.hpp"

namespace dwell {

/// What a stream is for: the 32-bit FNV-1a hash of its name, e.g. purpose("session.pages").
struct Purpose {
  std::uint32_t value;
};
consteval Purpose purpose(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return {hash};
}

/// 128 random bits.
struct RandomBlock {
  std::uint32_t word[4];
  [[nodiscard]] constexpr std::uint64_t low() const { return word[0] | static_cast<std::uint64_t>(word[1]) << 32; }
  [[nodiscard]] constexpr std::uint64_t high() const { return word[2] | static_cast<std::uint64_t>(word[3]) << 32; }
};

/// One block; 17 ns on a 2.5 GHz Xeon: use all of its 128 bits.
inline RandomBlock random_block(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t index,
                                std::uint32_t block) {
  using Philox = r123::Philox4x32_R<10>;
  const Philox::ctr_type counter{{entity, what.value, index, block}};
  const Philox::key_type key{{static_cast<std::uint32_t>(seed.value), static_cast<std::uint32_t>(seed.value >> 32)}};
  const Philox::ctr_type r = Philox{}(counter, key);
  return {{r[0], r[1], r[2], r[3]}};
}

/// 128 other random bits, for about half the instructions.
inline RandomBlock random_quick(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t index,
                                std::uint32_t block = 0) {
  using Philox = r123::Philox2x64_R<10>;
  const Philox::ctr_type counter{
      {entity | static_cast<std::uint64_t>(what.value) << 32, index | static_cast<std::uint64_t>(block) << 32}};
  const Philox::ctr_type r = Philox{}(counter, Philox::key_type{{seed.value}});
  return {{static_cast<std::uint32_t>(r[0]), static_cast<std::uint32_t>(r[0] >> 32), static_cast<std::uint32_t>(r[1]),
           static_cast<std::uint32_t>(r[1] >> 32)}};
}

/// 256 random bits.
struct WideBlock {
  std::uint64_t word[4];
};

/// One wide block, for about a quarter more than a block of half its size.
inline WideBlock random_wide(Seed seed, std::uint32_t entity, Purpose what, std::uint64_t index, std::uint32_t block) {
  using Philox = r123::Philox4x64_R<10>;
  const Philox::ctr_type counter{{entity, what.value, index, block}};
  const Philox::ctr_type r = Philox{}(counter, Philox::key_type{{seed.value, 0}});
  return {{r[0], r[1], r[2], r[3]}};
}

/// The keys of all rounds under one seed: who draws blocks by the million makes them once, for a fourth fewer
/// instructions a block.
class RoundKeys {
 public:
  static constexpr unsigned kRounds = 10;
  explicit constexpr RoundKeys(Seed seed) {
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      first_[round] = seed.value + round * PHILOX_W64_0;
      second_[round] = round * PHILOX_W64_1;
    }
  }
  [[nodiscard]] std::uint64_t first(unsigned round) const { return first_[round]; }
  [[nodiscard]] std::uint64_t second(unsigned round) const { return second_[round]; }

 private:
  std::uint64_t first_[kRounds]{}, second_[kRounds]{};
};

/// The same block as under the seed.
[[gnu::always_inline]] inline RandomBlock random_quick(const RoundKeys& keys, std::uint32_t entity, Purpose what,
                                                       std::uint32_t index, std::uint32_t block = 0) {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t left = entity | static_cast<std::uint64_t>(what.value) << 32;
  std::uint64_t right = index | static_cast<std::uint64_t>(block) << 32;
#pragma GCC unroll 10
  for (unsigned round = 0; round < RoundKeys::kRounds; ++round) {
    const Wide product = static_cast<Wide>(left) * PHILOX_M2x64_0;
    left = static_cast<std::uint64_t>(product >> 64) ^ right ^ keys.first(round);
    right = static_cast<std::uint64_t>(product);
  }
  return {{static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(left >> 32), static_cast<std::uint32_t>(right),
           static_cast<std::uint32_t>(right >> 32)}};
}

/// The same wide block as under the seed.
[[gnu::always_inline]] inline WideBlock random_wide(const RoundKeys& keys, std::uint32_t entity, Purpose what,
                                                    std::uint64_t index, std::uint32_t block) {
  __extension__ using Wide = unsigned __int128;
  std::uint64_t a = entity, b = what.value, c = index, d = block;
#pragma GCC unroll 10
  for (unsigned round = 0; round < RoundKeys::kRounds; ++round) {
    const Wide p = static_cast<Wide>(a) * PHILOX_M4x64_0;
    const Wide q = static_cast<Wide>(c) * PHILOX_M4x64_1;
    a = static_cast<std::uint64_t>(q >> 64) ^ b ^ keys.first(round);
    b = static_cast<std::uint64_t>(q);
    c = static_cast<std::uint64_t>(p >> 64) ^ d ^ keys.second(round);
    d = static_cast<std::uint64_t>(p);
  }
  return {{a, b, c, d}};
}

/// [0, 1) with 53 bits from the high bits of a 64-bit draw.
constexpr double to_uniform(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }
/// (0, 1) exclusive at both ends, for logarithms and quantiles.
constexpr double to_open_uniform(std::uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52; }
/// [0, n) without division and without loops (multiply-shift); bias below n / 2^32. n >= 1.
constexpr std::uint32_t to_below(std::uint32_t bits, std::uint32_t n) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(bits) * n) >> 32);
}

/// The blocks of one (seed, entity, purpose, index), read in order; for samplers that need a varying number of draws.
class RandomStream {
 public:
  RandomStream(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t index = 0)
      : seed_(seed), entity_(entity), purpose_(what), index_(index) {}

  std::uint32_t next32() {
    if (used_ == 4) refill();
    return block_.word[used_++];
  }
  std::uint64_t next64() {
    const std::uint64_t low = next32();
    return low | static_cast<std::uint64_t>(next32()) << 32;
  }
  double uniform() { return to_uniform(next64()); }
  double open_uniform() { return to_open_uniform(next64()); }
  std::uint32_t below(std::uint32_t n) { return to_below(next32(), n); }

 private:
  void refill() {
    block_ = random_block(seed_, entity_, purpose_, index_, next_block_++);
    used_ = 0;
  }
  Seed seed_;
  std::uint32_t entity_;
  Purpose purpose_;
  std::uint32_t index_;
  std::uint32_t next_block_ = 0;
  std::uint32_t used_ = 4;
  RandomBlock block_{};
};

/// A keyed permutation of [0, n), n <= 2^32: a six-round Feistel network (Luby and Rackoff 1988) on the bits of n - 1,
/// with cycle walking (Black and Rogaway 2002). Pure; any order of calls; 50 ns for 77.7 million elements.
class KeyedPermutation {
 public:
  KeyedPermutation(Seed seed, Purpose what, std::uint64_t n);
  [[nodiscard]] std::uint64_t operator()(std::uint64_t i) const;
  [[nodiscard]] std::uint64_t size() const { return n_; }

 private:
  static constexpr unsigned kRounds = 6;
  std::uint64_t n_;
  unsigned low_bits_;
  std::uint64_t low_mask_, high_mask_;
  std::uint64_t key_[kRounds];
};

}  // namespace dwell
