#pragma once
// Scores of the MIDAS family before they are divided, so that the rows of one tick are compared without a division. Two
// at a time, in two lanes, by instructions that every x86-64 has: nothing branches on which of two scores is greater.

#include <emmintrin.h>

#include <cstdint>
#include <limits>

#include "detectors/api/stream.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

/// The published score, times t - 1: square / total.
struct MidasRatio {
  double square = 0;
  double total = 1;  ///< never 0
  [[nodiscard]] bool below(const MidasRatio& other) const { return square * other.total < other.square * total; }
};

/// What is demanded of those who let ticks pass.
inline void demand_next_tick(std::uint64_t now, std::uint64_t next) {
  DWELL_DEMAND(next >= now && next <= static_cast<std::uint64_t>(kMostTick),
               "ticks begin at 1, never go back, below 2^28");
}

/// What a tick t is to scores.
struct MidasPast {
  explicit MidasPast(std::uint64_t tick)
      : ticks(tick == 1 ? std::numeric_limits<double>::infinity() : static_cast<double>(tick - 1)) {}
  /// The score that a ratio of this tick stands for; 0 at t = 1.
  [[nodiscard]] double score(const MidasRatio& ratio) const { return ratio.square / (ratio.total * ticks); }
  double ticks;  ///< t - 1, infinity at t = 1
};

/// Where `mask` is set `yes`, else `no`. Masks have all bits of a lane set, or none.
inline __m128d choose(__m128d mask, __m128d yes, __m128d no) {
  return _mm_or_pd(_mm_and_pd(mask, yes), _mm_andnot_pd(mask, no));
}

/// Two of them.
struct MidasRatios {
  __m128d square;
  __m128d total;
  /// Where the other is greater, becomes the other.
  void raise(const MidasRatios& other) {
    const __m128d below = _mm_cmplt_pd(_mm_mul_pd(square, other.total), _mm_mul_pd(other.square, total));
    square = choose(below, other.square, square);
    total = choose(below, other.total, total);
  }
  [[nodiscard]] MidasRatio first() const { return {_mm_cvtsd_f64(square), _mm_cvtsd_f64(total)}; }
  [[nodiscard]] MidasRatio second() const {
    return {_mm_cvtsd_f64(_mm_unpackhi_pd(square, square)), _mm_cvtsd_f64(_mm_unpackhi_pd(total, total))};
  }
  [[nodiscard]] MidasRatio greater() const { return first().below(second()) ? second() : first(); }
};

}  // namespace dwell::detect
