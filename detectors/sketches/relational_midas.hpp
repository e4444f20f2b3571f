#pragma once
// The scoring core of MIDAS-R (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 2) on one stream of edges u → v.
// Six Count-Min sketches of `rows` × `columns`: for edges, for sources u and for destinations v, the total count s
// since the start and the current count a, multiplied by α at the end of every tick. For an edge arriving at tick t >=
// 1, after it has been added to all six (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
//   edge score     = max(score(edge), score(u), score(v))
// 2 × 1,024 cells and α = .5 as published; 16 bytes a cell for the pair a, s: 98 KB. No cell is touched at the end of a
// tick but once in 900 (decay.hpp).

#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/sketches/edge_sketches.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "detectors/sketches/paired_cells.hpp"

namespace dwell::detect {

class RelationalMidas : public EdgeSketches {
 public:
  RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);
  static RelationalMidas of(const Descriptor& descriptor, std::uint64_t salt);

  /// What the current tick is to every edge.
  struct Tick : MidasPast {
    __m128d added;    // to a cell
    __m128d current;  // what a cell holds for a, times this, is a·t
  };
  [[nodiscard]] Tick now() const {
    return {MidasPast(ticks()), _mm_set_pd(1, decay().weight()),
            _mm_set1_pd(decay().value() * static_cast<double>(ticks()))};
  }

  /// Adds the edge and returns its score as a ratio: (a·t - s)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge<Rows>& edge, const Tick& tick) {
    const std::uint32_t rows = row_count<Rows>();
    MidasRatios best = ratios(touch<Rows>(edge.edge, rows, tick), touch<Rows>(edge.source, rows, tick), tick);
    const __m128d destination = touch<Rows>(edge.destination, rows, tick);
    best.raise(ratios(destination, destination, tick));
    return best.greater();
  }
  /// The same for an edge in each of two instances made alike and at the same tick, both at once.
  template <std::uint32_t Rows>
  static MidasRatios add(RelationalMidas& one, const Edge<Rows>& a, RelationalMidas&, const Edge<Rows>& b,
                         const Tick& tick) {
    const std::uint32_t rows = one.row_count<Rows>();
    MidasRatios best = ratios(touch<Rows>(a.edge, rows, tick), touch<Rows>(b.edge, rows, tick), tick);
    best.raise(ratios(touch<Rows>(a.source, rows, tick), touch<Rows>(b.source, rows, tick), tick));
    best.raise(ratios(touch<Rows>(a.destination, rows, tick), touch<Rows>(b.destination, rows, tick), tick));
    return best;
  }

 private:
  /// Adds one to a key's cells and returns the least of their current counts, as held, and of their totals.
  template <std::uint32_t Rows>
  static __m128d touch(const PairedCells::Places<Rows>& cells, std::uint32_t rows, const Tick& tick) {
    return PairedCells::change<Rows>(cells, rows, [&](__m128d was) { return _mm_add_pd(was, tick.added); });
  }
  static MidasRatios ratios(__m128d one, __m128d other, const Tick& tick) {
    const __m128d total = _mm_unpackhi_pd(one, other);
    const __m128d difference = _mm_sub_pd(_mm_mul_pd(_mm_unpacklo_pd(one, other), tick.current), total);
    return {_mm_mul_pd(difference, difference), total};
  }
};

}  // namespace dwell::detect
