#pragma once
// Division of 32-bit numbers by one that is known long before, in a single multiplication.

#include <cstdint>

namespace dwell {

/// Quotients by one divisor >= 1, exact for all 32-bit numbers: the inverse is too small by less than divisor / 2^64 of
/// itself, which takes less than 1 / divisor from (n + 1) / divisor, so that its whole part is n's quotient.
class WordReciprocal {
 public:
  explicit constexpr WordReciprocal(std::uint32_t divisor) : divisor_(divisor), inverse_(UINT64_MAX / divisor) {}

  [[nodiscard]] constexpr std::uint32_t divisor() const { return divisor_; }
  [[nodiscard]] constexpr std::uint32_t quotient(std::uint32_t n) const {
    return static_cast<std::uint32_t>((static_cast<Wide>(std::uint64_t{n} + 1) * inverse_) >> 64);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint32_t divisor_;
  std::uint64_t inverse_;
};

}  // namespace dwell
