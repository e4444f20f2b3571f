#pragma once
// Which pairs were ever seen, and which on more than one day, in two Bloom filters of fixed size. Pairs must be handed
// in once a day. With n pairs held, a pair never seen is taken for a known one with probability (1 - e^(-kn/m))^k: .82
// % at 10 bits a pair and 7 hashes when as many are held as the filters were made for. A pair that was seen is never
// missed.

#include <cstdint>

#include "detectors/common/bloom.hpp"

namespace dwell::detect {

class SeenPairs {
 public:
  SeenPairs(std::uint64_t pairs, double bits_per_pair, unsigned hashes)
      : seen_(pairs, bits_per_pair, hashes), again_(pairs, bits_per_pair, hashes) {}

  enum class Day : std::uint8_t { first, second, later };
  /// Which of its days this is for a pair.
  [[nodiscard]] Day day_of(std::uint64_t pair) const {
    const Bloom::Walk walk(pair);
    if (!seen_.contains(walk)) return Day::first;
    return again_.contains(walk) ? Day::later : Day::second;
  }
  /// Notes what `day_of` said of a pair.
  void note(std::uint64_t pair, Day day) {
    if (day == Day::first) seen_.add(pair);
    if (day == Day::second) again_.add(pair);
  }

  [[nodiscard]] std::uint64_t bytes() const { return seen_.bytes() + again_.bytes(); }
  void save(ByteWriter& writer) const {
    seen_.save(writer);
    again_.save(writer);
  }
  void restore(ByteReader& reader) {
    seen_.restore(reader);
    again_.restore(reader);
  }

 private:
  Bloom seen_;
  Bloom again_;
};

}  // namespace dwell::detect
