#pragma once
// HyperLogLog (Flajolet et al. 2007) with 64-bit hashes and the estimator of Ertl 2017, which needs no bias tables and
// no switch to linear counting. m = 2^p one-byte registers; relative standard error 1.04 / √m, .81 % at p = 14. In a
// list, `SparseHash` stands for a hash: what 2^25 registers would hold of it (the sparse form of Heule et al. 2013).

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

/// A hash seen at precision 25: index and rank, which say all that a register of lower precision needs.
struct SparseHash {
  static constexpr unsigned kBits = 25;
  std::uint32_t index;  ///< below 2^25
  std::uint32_t rank;   ///< 1 to 40
  static SparseHash of(std::uint64_t hash) {
    // The bit set below the others ends the count of zeros where the hash does.
    const int zeros = std::countl_zero(hash << kBits | 1ULL << (kBits - 1));
    return {static_cast<std::uint32_t>(hash >> (64 - kBits)), static_cast<std::uint32_t>(zeros) + 1};
  }
};

class HyperLogLog {
 public:
  HyperLogLog() = default;
  /// 2^precision registers, 4 <= precision <= 18.
  explicit HyperLogLog(unsigned precision);

  /// `hash` must be uniform over 64 bits (mix64 of an id will do).
  void add(std::uint64_t hash) { add(SparseHash::of(hash)); }
  void add(SparseHash hash) {
    const unsigned spare = SparseHash::kBits - precision_;
    const std::uint32_t low = hash.index & ((1U << spare) - 1);
    const std::uint32_t rank =
        low == 0 ? spare + hash.rank : static_cast<std::uint32_t>(std::countl_zero(low)) - (32 - spare) + 1;
    std::uint8_t& held = registers_[hash.index >> spare];
    held = std::max(held, static_cast<std::uint8_t>(rank));
  }
  /// The sketch of the union; both must have the same precision.
  void merge(const HyperLogLog& other);
  /// Estimated number of distinct hashes; about 10 µs at precision 14.
  [[nodiscard]] double estimate() const;
  void clear();
  [[nodiscard]] bool empty() const {
    return std::all_of(registers_.begin(), registers_.end(), [](std::uint8_t rank) { return rank == 0; });
  }
  [[nodiscard]] std::uint64_t bytes() const { return registers_.capacity(); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  std::vector<std::uint8_t> registers_;
  std::uint32_t precision_ = 0;
};

/// Distinct count by linear counting (Whang et al. 1990) of hashes of which `occupied` different ones were seen, out of
/// so many `places`; when all were, as if one were missing.
double linear_count(std::uint64_t occupied, std::uint64_t places);

}  // namespace dwell::detect
