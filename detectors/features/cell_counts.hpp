#pragma once
// Requests by network, country or key, told apart by a hash into N cells: this block's, and what is usual.

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/core/serial.hpp"

namespace dwell::detect {

template <std::size_t N>
class CellCounts {
  static_assert((N & (N - 1)) == 0 && N >= 64, "a power of two");

 public:
  /// The cell of an id.
  static std::uint32_t cell(std::uint32_t id) {
    return static_cast<std::uint32_t>((id * 0x9e3779b97f4a7c15ULL) >> 40) & (N - 1);
  }
  void add(std::size_t cell) { ++now_[cell]; }
  [[nodiscard]] const std::array<std::uint32_t, N>& now() const { return now_; }

  /// The cell with most of the past; N before there is any.
  [[nodiscard]] std::size_t main() const {
    if (total_ <= 0) return N;
    return static_cast<std::size_t>(std::max_element(past_.begin(), past_.end()) - past_.begin());
  }
  [[nodiscard]] bool has_past() const { return total_ > 0; }
  /// This block's requests from cells that had each of two shares of the past, or more.
  [[nodiscard]] std::array<std::int64_t, 2> from(const std::array<double, 2>& shares) const {
    const __m128d first = _mm_set1_pd(shares[0] * total_), second = _mm_set1_pd(shares[1] * total_);
    __m128i of_first = _mm_setzero_si128(), of_second = _mm_setzero_si128();
    for (std::size_t c = 0; c < N; c += 2) {
      const __m128i pair = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&now_[c]));
      const __m128i counts = _mm_unpacklo_epi32(pair, _mm_setzero_si128());
      const __m128d past = _mm_loadu_pd(&past_[c]);
      of_first = _mm_add_epi64(of_first, _mm_and_si128(counts, _mm_castpd_si128(_mm_cmpge_pd(past, first))));
      of_second = _mm_add_epi64(of_second, _mm_and_si128(counts, _mm_castpd_si128(_mm_cmpge_pd(past, second))));
    }
    const auto both = [](__m128i sum) { return _mm_cvtsi128_si64(_mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum))); };
    return {both(of_first), both(of_second)};
  }
  /// This block becomes past, of which `keep` stays. Most cells hold nothing: they do not wait for the sum.
  void learn(double keep) {
    const __m128d kept = _mm_set1_pd(keep), least = _mm_set1_pd(1e-9);  // no denormals
    total_ = 0;
    for (std::size_t begin = 0; begin < N; begin += 64) {
      std::uint64_t held = 0;
      for (std::size_t k = 0; k < 64; k += 2) {
        double* const at = &past_[begin + k];
        const __m128d sum = _mm_add_pd(_mm_mul_pd(_mm_loadu_pd(at), kept), two_of_now(begin + k));
        const __m128d enough = _mm_cmpge_pd(sum, least);
        _mm_storeu_pd(at, _mm_and_pd(sum, enough));
        held |= static_cast<std::uint64_t>(_mm_movemask_pd(enough)) << k;
      }
      for (; held != 0; held &= held - 1) total_ += past_[begin + static_cast<std::size_t>(std::countr_zero(held))];
    }
    now_.fill(0);
  }

  void save(ByteWriter& writer) const {
    writer.put(now_);
    for (const double value : past_) writer.put(value);
    writer.put(total_);
  }
  void restore(ByteReader& reader) {
    now_ = reader.get<std::array<std::uint32_t, N>>();
    for (double& value : past_) value = reader.get<double>();
    total_ = reader.get<double>();
  }

 private:
  [[nodiscard]] __m128d two_of_now(std::size_t c) const {
    // As the low bits of a number from 2^52 up, where whole numbers are 1 apart.
    const __m128i pair = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&now_[c]));
    const __m128d far = _mm_castsi128_pd(_mm_unpacklo_epi32(pair, _mm_set1_epi32(0x43300000)));
    return _mm_sub_pd(far, _mm_set1_pd(0x1p52));
  }
  std::array<std::uint32_t, N> now_{};
  std::array<double, N> past_{};
  double total_ = 0;
};

}  // namespace dwell::detect
