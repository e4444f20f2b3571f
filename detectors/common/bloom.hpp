#pragma once
// Bloom filter (Bloom 1970; double hashing as Kirsch and Mitzenmacher 2006).
//   add x:      bits h1(x) + i·h2(x), i = 0 … k-1, are set
//   contains x: all of them are set
// Never misses what was added; answers true for anything else with probability (1 - e^(-kn/m))^k when n keys were
// added: .82 % at 10 bits a key and 7 hashes, as long as no more keys are added than it was made for.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class Bloom {
 public:
  Bloom() = default;
  /// `keys` at `bits_per_key`, rounded up to whole 64-bit words; memory is fixed from here on.
  Bloom(std::uint64_t keys, double bits_per_key, unsigned hashes);

  /// About 10 ns in cache.
  void add(std::uint64_t key);
  [[nodiscard]] bool contains(std::uint64_t key) const;
  /// The union; both must have been made alike.
  void merge(const Bloom& other);
  void clear();
  /// Share of bits set.
  [[nodiscard]] double fill() const;
  [[nodiscard]] std::uint64_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  std::vector<std::uint64_t> words_;
  std::uint64_t bits_ = 0;
  std::uint32_t hashes_ = 0;
};

}  // namespace dwell::detect
