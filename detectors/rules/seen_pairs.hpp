#pragma once
// Which pairs were ever seen, and which on more than one day, in two Bloom filters of fixed size. Pairs must be handed
// in once a day. With n pairs held, a pair never seen is taken for a known one with probability (1 - e^(-kn/m))^k: .82
// % at 10 bits a pair and 7 hashes when as many are held as the filters were made for. A pair that was seen is never
// missed.

#include <cstdint>
#include <vector>

#include "detectors/common/bloom.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

/// The filters' words lie side by side, as nearly all pairs are asked of both: a place is waited for once.
class SeenPairs {
 public:
  SeenPairs(std::uint64_t pairs, double bits_per_pair, unsigned hashes);

  enum class Day : std::uint8_t { first, second, later };
  /// Which of its days this is for a pair.
  [[nodiscard]] Day day_of(std::uint64_t pair) const {
    Bloom::Walk walk(pair);
    std::uint64_t again = 1;
    for (std::uint32_t i = 0; i < hashes_; ++i, walk.at += walk.step) {
      const std::uint64_t place = Bloom::place_of(walk.at, bits_);
      const Words& words = words_[place / 64];
      if ((words.seen >> (place % 64) & 1U) == 0) return Day::first;
      again &= words.again >> (place % 64);
    }
    return again != 0 ? Day::later : Day::second;
  }
  /// Notes what `day_of` said of a pair.
  void note(std::uint64_t pair, Day day) {
    if (day == Day::later) return;
    Bloom::Walk walk(pair);
    for (std::uint32_t i = 0; i < hashes_; ++i, walk.at += walk.step) {
      const std::uint64_t place = Bloom::place_of(walk.at, bits_);
      Words& words = words_[place / 64];
      (day == Day::first ? words.seen : words.again) |= 1ULL << (place % 64);
    }
  }

  [[nodiscard]] std::uint64_t bytes() const { return words_.capacity() * sizeof(Words); }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct Words {
    std::uint64_t seen = 0;
    std::uint64_t again = 0;
  };
  std::vector<Words> words_;
  std::uint64_t bits_ = 0;  // of each filter
  std::uint32_t hashes_ = 0;
};

}  // namespace dwell::detect
