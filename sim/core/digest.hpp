#pragma once
// Digests by which two runs are shown to be the same, and the 64-bit mixing they rest on.

#include <cstdint>

namespace dwell {

/// A bijective 64-bit mix (Stafford's variant 13 of the MurmurHash3 finaliser).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t mix64(std::uint64_t a, std::uint64_t b) { return mix64(a + 0x9e3779b97f4a7c15ULL * (b + 1)); }

/// A chain over words in order. Chains of different processes are combined by `sum`, which does not depend on order.
struct Digest {
  std::uint64_t value = 0x243f6a8885a308d3ULL;

  constexpr void add(std::uint64_t word) {
    value = (value ^ word) * 0x9fb21c651e98df25ULL;
    value ^= value >> 32;
  }
  /// Order-free combination: add the mixed chain of process `id` to a running sum.
  static constexpr std::uint64_t sum(std::uint64_t total, std::uint64_t id, Digest chain) {
    return total + mix64(chain.value, id);
  }
  friend constexpr bool operator==(Digest, Digest) = default;
};

}  // namespace dwell
