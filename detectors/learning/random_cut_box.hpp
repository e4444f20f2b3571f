#pragma once
// Boxes of points in single precision, sixteen numbers in one line of the cache: what a random cut tree does at a node.
//
// A row of d numbers takes ⌈d / 16⌉ lines; what is left over in the last holds 0 in every row, so that it adds nothing.
// Sums are made lane by lane and then in halves, in an order of their own that no width of register changes: the same
// on any x86-64. A point's extension of a box and the sides of the grown box are sums of numbers in the same order, of
// which none is below the other's, so `extension <= sides` holds after rounding too, with equality for the box of one
// point.

#include <emmintrin.h>

#include <array>
#include <cstddef>

namespace dwell::detect {

struct alignas(64) Lanes {
  std::array<float, 16> number{};
};
constexpr std::size_t lines_of(std::size_t dimension) { return (dimension + 15) / 16; }

/// Least and greatest numbers, a row each.
struct Box {
  const Lanes* low;
  const Lanes* high;
};

/// By how much a box grows when it is to hold a point, summed over dimensions, and the sides of the grown box.
struct Growth {
  float extension;
  float sides;
};

namespace lanes {
inline constexpr std::size_t kParts = 4;
inline __m128 load(const Lanes& line, std::size_t part) { return _mm_load_ps(&line.number[4 * part]); }
inline void store(Lanes& line, std::size_t part, __m128 to) { _mm_store_ps(&line.number[4 * part], to); }
}  // namespace lanes

inline Growth growth(Box box, const Lanes* x, std::size_t lines) {
  __m128 extension[lanes::kParts] = {}, sides[lanes::kParts] = {};
  for (std::size_t line = 0; line < lines; ++line) {
#pragma GCC unroll 4
    for (std::size_t part = 0; part < lanes::kParts; ++part) {
      const __m128 at = lanes::load(x[line], part);
      const __m128 low = lanes::load(box.low[line], part);
      const __m128 high = lanes::load(box.high[line], part);
      const __m128 new_low = _mm_min_ps(low, at);
      const __m128 new_high = _mm_max_ps(high, at);
      const __m128 grown = _mm_add_ps(_mm_sub_ps(low, new_low), _mm_sub_ps(new_high, high));
      extension[part] = _mm_add_ps(extension[part], grown);
      sides[part] = _mm_add_ps(sides[part], _mm_sub_ps(new_high, new_low));
    }
  }
  const __m128 e = _mm_add_ps(_mm_add_ps(extension[0], extension[2]), _mm_add_ps(extension[1], extension[3]));
  const __m128 s = _mm_add_ps(_mm_add_ps(sides[0], sides[2]), _mm_add_ps(sides[1], sides[3]));
  const __m128 halves = _mm_add_ps(_mm_unpacklo_ps(e, s), _mm_unpackhi_ps(e, s));
  const __m128 both = _mm_add_ps(halves, _mm_movehl_ps(halves, halves));
  return {_mm_cvtss_f32(both), _mm_cvtss_f32(_mm_shuffle_ps(both, both, 1))};
}

/// By how much the box grows, number by number.
inline void extensions(Box box, const Lanes* x, std::size_t line, Lanes& out) {
#pragma GCC unroll 4
  for (std::size_t part = 0; part < lanes::kParts; ++part) {
    const __m128 at = lanes::load(x[line], part);
    const __m128 below = _mm_sub_ps(lanes::load(box.low[line], part), at);
    const __m128 above = _mm_sub_ps(at, lanes::load(box.high[line], part));
    lanes::store(out, part, _mm_max_ps(_mm_max_ps(below, above), _mm_setzero_ps()));
  }
}

/// The box that holds both, into rows that may be one of theirs; whether it is another than what lay there.
inline bool unite(Box a, Box b, Lanes* low, Lanes* high, std::size_t lines) {
  __m128 differs = _mm_setzero_ps();
  for (std::size_t line = 0; line < lines; ++line) {
#pragma GCC unroll 4
    for (std::size_t part = 0; part < lanes::kParts; ++part) {
      const __m128 least = _mm_min_ps(lanes::load(a.low[line], part), lanes::load(b.low[line], part));
      const __m128 greatest = _mm_max_ps(lanes::load(a.high[line], part), lanes::load(b.high[line], part));
      differs = _mm_or_ps(differs, _mm_or_ps(_mm_cmpneq_ps(least, lanes::load(low[line], part)),
                                             _mm_cmpneq_ps(greatest, lanes::load(high[line], part))));
      lanes::store(low[line], part, least);
      lanes::store(high[line], part, greatest);
    }
  }
  return _mm_movemask_ps(differs) != 0;
}

}  // namespace dwell::detect
