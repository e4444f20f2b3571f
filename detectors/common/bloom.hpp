#pragma once
// Bloom filter (Bloom 1970; double hashing as Kirsch and Mitzenmacher 2006).
//   add x:      bits h1(x) + i·h2(x), i = 0 … k-1, are set
//   contains x: all of them are set
// Never misses what was added; answers true for anything else with probability (1 - e^(-kn/m))^k when n keys were
// added: .82 % at 10 bits a key and 7 hashes, as long as no more keys are added than it was made for.

#include <cstdint>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class Bloom {
 public:
  Bloom() = default;
  /// `keys` at `bits_per_key`, rounded up to whole 64-bit words; memory is fixed from here on.
  Bloom(std::uint64_t keys, double bits_per_key, unsigned hashes);

  /// The probe positions of a key, the same for all filters: a walk of 64-bit points whose high bits choose the place.
  /// One mix gives both hashes, its low half being the step of the high half.
  struct Walk {
    Walk() = default;
    explicit Walk(std::uint64_t key) : at(mix64(key ^ 0x6a09e667f3bcc909ULL)), step(at << 32 | 1U) {}
    std::uint64_t at = 0;
    std::uint64_t step = 0;
  };

  __extension__ using Wide = unsigned __int128;
  /// Where a walk's point lies among so many bits.
  [[nodiscard]] static std::uint64_t place_of(std::uint64_t at, std::uint64_t bits) {
    return static_cast<std::uint64_t>((static_cast<Wide>(at) * bits) >> 64);
  }

  /// About 5 ns in cache.
  void add(std::uint64_t key) { add(Walk(key)); }
  void add(Walk walk) {
    // The usual number of hashes is known to the compiler, which unrolls the loop.
    if (hashes_ == kUsualHashes) {
      set<kUsualHashes>(walk, words_.data(), bits_, kUsualHashes);
    } else {
      set<0>(walk, words_.data(), bits_, hashes_);
    }
  }
  [[nodiscard]] bool contains(std::uint64_t key) const { return contains(Walk(key)); }
  [[nodiscard]] bool contains(Walk walk) const {
    for (std::uint32_t i = 0; i < hashes_; ++i, walk.at += walk.step) {
      const std::uint64_t place = place_of(walk.at, bits_);
      if ((words_[place / 64] >> (place % 64) & 1U) == 0) return false;
    }
    return hashes_ > 0;
  }
  /// The union; both must have been made alike.
  void merge(const Bloom& other);
  void clear();
  /// Share of bits set.
  [[nodiscard]] double fill() const;
  [[nodiscard]] std::uint64_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

  void save(ByteWriter& writer) const;
  /// Of a filter made alike; the reader fails at any other.
  void restore(ByteReader& reader);

 private:
  static constexpr std::uint32_t kUsualHashes = 7;
  template <std::uint32_t Hashes>
  static void set(Walk walk, std::uint64_t* words, std::uint64_t bits, std::uint32_t hashes) {
    for (std::uint32_t i = 0; i < (Hashes == 0 ? hashes : Hashes); ++i, walk.at += walk.step) {
      const std::uint64_t place = place_of(walk.at, bits);
      words[place / 64] |= 1ULL << (place % 64);
    }
  }
  std::vector<std::uint64_t> words_;
  std::uint64_t bits_ = 0;
  std::uint32_t hashes_ = 0;
};

}  // namespace dwell::detect
