#include "sim/core/random.hpp"

#include <bit>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"

namespace dwell {

KeyedPermutation::KeyedPermutation(Seed seed, Purpose what, std::uint64_t n) : n_(n) {
  DWELL_DEMAND(n <= (std::uint64_t{1} << 32), "a keyed permutation has at most 2^32 elements");
  const auto bits = static_cast<unsigned>(n <= 1 ? 0 : std::bit_width(n - 1));
  low_bits_ = bits / 2;
  low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
  high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
  for (std::uint32_t pair = 0; pair < kRounds / 2; ++pair) {
    const RandomBlock block = random_block(seed, pair, what, 0, 0xfe15'7e10U);
    key_[2 * pair] = block.low();
    key_[2 * pair + 1] = block.high();
  }
}

std::uint64_t KeyedPermutation::operator()(std::uint64_t i) const {
  DWELL_DEMAND(i < n_, "argument of a keyed permutation is out of range");
  do {
    std::uint64_t low = i & low_mask_;
    std::uint64_t high = i >> low_bits_;
    for (unsigned round = 0; round < kRounds; round += 2) {
      low ^= mix64(high ^ key_[round]) & low_mask_;
      high ^= mix64(low ^ key_[round + 1]) & high_mask_;
    }
    i = high << low_bits_ | low;
  } while (i >= n_);  // walks on inside the cycle until it is back in range: below two rounds on average
  return i;
}

}  // namespace dwell
