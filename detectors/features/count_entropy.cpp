#include "detectors/features/count_entropy.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kTogether = 64;

double n_log_n(double n) { return n * det_log(n); }

/// n ln n of small counts.
const std::array<double, 256>& small_terms() {
  static const std::array<double, 256> terms = [] {
    std::array<double, 256> made{};
    for (std::size_t n = 2; n < made.size(); ++n) made[n] = n_log_n(static_cast<double>(n));
    return made;
  }();
  return terms;
}

/// Those of 16 counts that are above 1, as bits.
std::uint64_t above_one(const std::uint32_t* counts) {
  const auto at_most_one = [&](std::size_t four) {
    const __m128i held = _mm_loadu_si128(reinterpret_cast<const __m128i*>(counts + 4 * four));
    return _mm_cmpeq_epi32(_mm_srli_epi32(held, 1), _mm_setzero_si128());
  };
  const __m128i halves =
      _mm_packs_epi16(_mm_packs_epi32(at_most_one(0), at_most_one(1)), _mm_packs_epi32(at_most_one(2), at_most_one(3)));
  return static_cast<std::uint32_t>(~_mm_movemask_epi8(halves)) & 0xffffU;
}

}  // namespace

double count_entropy(std::span<const std::uint32_t> counts) {
  const std::array<double, 256>& terms = small_terms();
  std::uint64_t total = 0;
  double sum = 0;
  const auto add = [&](std::uint32_t count) {
    sum += count < terms.size() ? terms[count] : n_log_n(static_cast<double>(count));
  };
  std::size_t i = 0;
  for (; i + kTogether <= counts.size(); i += kTogether) {
    std::uint64_t more = 0;
    for (std::size_t part = 0; part < kTogether; part += 16) more |= above_one(&counts[i + part]) << part;
    for (std::size_t k = 0; k < kTogether; ++k) total += counts[i + k];
    for (; more != 0; more &= more - 1) add(counts[i + static_cast<std::size_t>(std::countr_zero(more))]);
  }
  for (; i < counts.size(); ++i) {
    total += counts[i];
    if (counts[i] > 1) add(counts[i]);
  }
  const auto all = static_cast<double>(total);
  return total > 0 ? std::max(0.0, det_log(all) - sum / all) : 0;
}

}  // namespace dwell::detect
