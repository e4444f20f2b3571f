#pragma once
// The scoring core of MIDAS-R (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 2) on one stream of edges u → v.
// Six Count-Min sketches of `rows` × `columns`: for edges, for sources u and for destinations v, the total count s
// since the start and the current count a, multiplied by α at the end of every tick. For an edge arriving at tick t >=
// 1, after it has been added to all six (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
//   edge score     = max(score(edge), score(u), score(v))
// 2 × 1,024 cells and α = .5 as published; 16 bytes a cell for the pair a, s: 98 KB. No cell is touched at the end of a
// tick but once in 900 (decay.hpp).

#include <bit>
#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/api/stream.hpp"
#include "detectors/sketches/decay.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "detectors/sketches/paired_cells.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

class RelationalMidas {
 public:
  RelationalMidas(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);
  static RelationalMidas of(const Descriptor& descriptor, std::uint64_t salt);

  /// Ends the current tick.
  void tick() { tick_to(tick_ + 1); }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    if (tick != tick_) advance(tick);
  }
  /// The cells of an edge, for adding it soon. Not valid after a restore or in a copy.
  template <std::uint32_t Rows>
  struct Edge {
    PairedCells::Places<Rows> edge, source, destination;
  };
  /// What the current tick is to every edge.
  struct Tick {
    __m128d added;    // to a cell
    __m128d current;  // what a cell holds for a, times this, is a·t
  };
  [[nodiscard]] Tick now() const {
    return {_mm_set_pd(1, decay_.weight()), _mm_set1_pd(decay_.value() * static_cast<double>(tick_))};
  }

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge<Rows>& edge) {
    edges_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
    sources_.find<Rows>(u, edge.source);
    destinations_.find<Rows>(v, edge.destination);
  }
  /// Adds the edge and returns its score as a ratio: (a·t - s)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge<Rows>& edge, const Tick& tick) {
    const std::uint32_t rows = edges_.rows<Rows>();
    MidasRatios best = ratios(touch<Rows>(edge.edge, rows, tick), touch<Rows>(edge.source, rows, tick), tick);
    const __m128d destination = touch<Rows>(edge.destination, rows, tick);
    best.raise(ratios(destination, destination, tick));
    return best.greater();
  }
  /// The same for an edge in each of two instances made alike and at the same tick, both at once.
  template <std::uint32_t Rows>
  static MidasRatios add(RelationalMidas& one, const Edge<Rows>& a, RelationalMidas&, const Edge<Rows>& b,
                         const Tick& tick) {
    const std::uint32_t rows = one.edges_.rows<Rows>();
    MidasRatios best = ratios(touch<Rows>(a.edge, rows, tick), touch<Rows>(b.edge, rows, tick), tick);
    best.raise(ratios(touch<Rows>(a.source, rows, tick), touch<Rows>(b.source, rows, tick), tick));
    best.raise(ratios(touch<Rows>(a.destination, rows, tick), touch<Rows>(b.destination, rows, tick), tick));
    return best;
  }
  /// Adds the edge and returns its score.
  template <std::uint32_t Rows = 0>
  double add(std::uint64_t u, std::uint64_t v) {
    Edge<Rows> edge{};
    find<Rows>(u, v, edge);
    return score(add<Rows>(edge, now()));
  }
  /// The score that a ratio of the current tick stands for.
  [[nodiscard]] double score(const MidasRatio& ratio) const {
    return tick_ == 1 ? 0 : ratio.square / (ratio.total * static_cast<double>(tick_ - 1));
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const {
    return edges_.bytes() + sources_.bytes() + destinations_.bytes() + decay_.bytes();
  }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Whether restored sketches have the size they were made with.
  [[nodiscard]] bool sound() const { return edges_.sound() && sources_.sound() && destinations_.sound(); }

 private:
  /// Adds one to a key's cells and returns the least of their current counts, as held, and of their totals.
  template <std::uint32_t Rows>
  static __m128d touch(const PairedCells::Places<Rows>& cells, std::uint32_t rows, const Tick& tick) {
    __m128d least = touch(*cells[0], tick);
    for (std::uint32_t r = 1; r < rows; ++r) least = _mm_min_pd(least, touch(*cells[r], tick));
    return least;
  }
  static __m128d touch(PairedCells::Cell& cell, const Tick& tick) {
    const __m128d counts = _mm_add_pd(cell.load(), tick.added);
    cell.store(counts);
    return counts;
  }
  static MidasRatios ratios(__m128d one, __m128d other, const Tick& tick) {
    const __m128d total = _mm_unpackhi_pd(one, other);
    const __m128d difference = _mm_sub_pd(_mm_mul_pd(_mm_unpacklo_pd(one, other), tick.current), total);
    return {_mm_mul_pd(difference, difference), total};
  }
  void advance(std::uint64_t tick);

  PairedCells edges_;
  PairedCells sources_;
  PairedCells destinations_;
  Decay decay_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
