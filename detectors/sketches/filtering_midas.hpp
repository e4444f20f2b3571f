#pragma once
// The scoring core of MIDAS-F (Bhatia, Liu, Hooi, Yoon, Shin and Faloutsos 2022) on one stream of edges u → v: MIDAS-R
// whose totals do not learn from what was anomalous. Three sketches of `rows` × `columns`, for edges, for sources u and
// for destinations v; a cell holds its current count a, its total s over the ticks before, and its last score c.
// For an edge arriving at tick t >= 1, in each of the three sketches (the published order):
//   a += 1 in the edge's cells, then with the least a and the least s among them
//   c = (a + s - a·t)² / (s · (t - 1))      0 when s = 0 or t = 1;  c is written to all of them
//   edge score = max(c(edge), c(u), c(v))
// At the end of tick t every cell is merged on a condition and decayed:
//   s += a  if c < threshold,  else  s += s / (t - 1);      a *= α
// so an anomalous cell goes on as if its mean had been seen. Between two touches c stays, and something else does too:
//   c < threshold    s + a / (1 - α), what s tends to
//   else             s / (t - 1), the mean
// A cell holds a and that number, the mean as a negative one, since it is never 0; so no cell is touched at the end of
// a tick but once in 900 (decay.hpp). As published: 2 × 1,024 cells, α = .5, threshold 1e3. 16 bytes a cell: 98 KB.

#include <array>
#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/sketches/edge_sketches.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "detectors/sketches/paired_cells.hpp"

namespace dwell::detect {

class FilteringMidas : public EdgeSketches {
 public:
  FilteringMidas(std::uint32_t rows, std::uint32_t columns, double alpha, double threshold, std::uint64_t salt);
  static FilteringMidas of(const Descriptor& descriptor, std::uint64_t salt);

  /// What the current tick is to every edge.
  struct Tick : MidasPast {
    __m128d added;          // to what a cell holds for a
    __m128d ahead;          // times what a cell holds for a, is a / (1 - α)
    __m128d one_ahead;      // 1 / (1 - α)
    __m128d slope;          // times what a cell holds for a, is a - a·t
    __m128d minus_past;     // 1 - t
    __m128d of_minus_past;  // 1 / (1 - t)
    __m128d limit;          // threshold · (t - 1), which a square over a total is compared with; never 0
  };
  [[nodiscard]] Tick now() const;

  /// Adds the edge and returns its score as a ratio: (a + s - a·t)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge<Rows>& edge, const Tick& tick) {
    const std::uint32_t rows = row_count<Rows>();
    MidasRatios best = touch<Rows>(edge.edge, edge.source, rows, tick);
    best.raise(touch<Rows>(edge.destination, edge.destination, rows, tick));
    return best.greater();
  }
  /// The same for an edge in each of two instances made alike and at the same tick, both at once.
  template <std::uint32_t Rows>
  static MidasRatios add(FilteringMidas& one, const Edge<Rows>& a, FilteringMidas&, const Edge<Rows>& b,
                         const Tick& tick) {
    const std::uint32_t rows = one.row_count<Rows>();
    MidasRatios best = touch<Rows>(a.edge, b.edge, rows, tick);
    best.raise(touch<Rows>(a.source, b.source, rows, tick));
    best.raise(touch<Rows>(a.destination, b.destination, rows, tick));
    return best;
  }

 private:
  /// Cells of one row, of two keys.
  struct Touched {
    __m128d one, other;     // as they were
    __m128d held, lasting;  // the same by number: what stands for a, and what lasts between touches
    __m128d total;          // s
  };
  /// Adds one to the cells of two keys, which may be the same key of one sketch: then one in all.
  template <std::uint32_t Rows>
  static MidasRatios touch(const PairedCells::Places<Rows>& one, const PairedCells::Places<Rows>& other,
                           std::uint32_t rows, const Tick& tick) {
    std::array<Touched, Rows == 0 ? PairedCells::kMostRows : Rows> touched;
    touched[0] = look(one[0]->load(), other[0]->load(), tick);
    __m128d held = touched[0].held;
    __m128d total = touched[0].total;
    for (std::uint32_t r = 1; r < rows; ++r) {
      touched[r] = look(one[r]->load(), other[r]->load(), tick);
      held = _mm_min_pd(held, touched[r].held);
      total = _mm_min_pd(total, touched[r].total);
    }
    const __m128d difference = _mm_add_pd(total, _mm_mul_pd(_mm_add_pd(held, tick.added), tick.slope));
    const __m128d half = _mm_set1_pd(.5);  // s is 0 but for rounding, or at least 1, and 0 at t = 1
    const MidasRatios ratios{_mm_and_pd(_mm_cmpge_pd(total, half), _mm_mul_pd(difference, difference)),
                             _mm_max_pd(total, half)};
    const __m128d filters = _mm_cmpge_pd(ratios.square, _mm_mul_pd(tick.limit, ratios.total));
    __m128d changes = _mm_xor_pd(filters, touched[0].lasting);  // by their signs
    for (std::uint32_t r = 1; r < rows; ++r) {
      changes = _mm_or_pd(changes, _mm_xor_pd(filters, touched[r].lasting));
    }
    if (_mm_movemask_pd(changes) == 0) [[likely]] {
      // By what was filtered before, which is the same and known earlier.
      const __m128d lasting = _mm_andnot_pd(filtered(touched[0]), tick.one_ahead);
      for (std::uint32_t r = 0; r < rows; ++r) {
        one[r]->store(_mm_add_pd(touched[r].one, _mm_unpacklo_pd(tick.added, lasting)));
        other[r]->store(_mm_add_pd(touched[r].other, _mm_unpackhi_pd(tick.added, lasting)));
      }
      return ratios;
    }
    for (std::uint32_t r = 0; r < rows; ++r) {
      const __m128d more = _mm_add_pd(touched[r].held, tick.added);
      const __m128d lasting = lasting_after(touched[r], more, filters, tick);
      one[r]->store(_mm_unpacklo_pd(more, lasting));
      other[r]->store(_mm_unpackhi_pd(more, lasting));
    }
    return ratios;
  }
  static Touched look(__m128d one, __m128d other, const Tick& tick) {
    const __m128d held = _mm_unpacklo_pd(one, other);
    const __m128d lasting = _mm_unpackhi_pd(one, other);
    // One of the two is not negative: which, says the sign of what lasts.
    const __m128d by_mean = _mm_mul_pd(lasting, tick.minus_past);
    const __m128d learnt = _mm_sub_pd(lasting, _mm_mul_pd(held, tick.ahead));
    return {one, other, held, lasting, _mm_max_pd(by_mean, learnt)};
  }
  /// Whether the last score reached the threshold.
  static __m128d filtered(const Touched& cells) { return _mm_cmplt_pd(cells.lasting, _mm_setzero_pd()); }
  /// What a cell holds for what lasts, when it holds `more` for a.
  static __m128d lasting_after(const Touched& was, __m128d more, __m128d filters, const Tick& tick) {
    const __m128d mean = choose(filtered(was), was.lasting, _mm_mul_pd(was.total, tick.of_minus_past));
    const __m128d learnt = _mm_add_pd(was.total, _mm_mul_pd(more, tick.ahead));
    return choose(filters, mean, learnt);
  }

  double ahead_;  // 1 / (1 - α): what one count amounts to in all
  double threshold_;
};

}  // namespace dwell::detect
