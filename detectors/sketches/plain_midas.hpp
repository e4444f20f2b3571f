#pragma once
// The scoring core of MIDAS (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 1) on one stream of edges u → v.
// Two Count-Min sketches of `rows` × `columns` over the same cells: the total count s of an edge since the start, and
// its count a in the current tick, which is emptied at the end of every tick. For an edge arriving at tick t >= 1,
// after it has been added to both (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
// 2 × 1,024 cells as published, 16 bytes a cell: 33 KB. Ticks touch no cell: instead of a cell holds a + n, where n is
// how many edges the stream had before this tick. What earlier ticks left is at most n, and counts as n. All are whole
// numbers.

#include <bit>
#include <cstdint>

#include "detectors/api/descriptor.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "detectors/sketches/paired_cells.hpp"

namespace dwell::detect {

class PlainMidas {
 public:
  PlainMidas(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt) : cells_(rows, columns, salt) {}
  static PlainMidas of(const Descriptor& descriptor, std::uint64_t salt) {
    return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
            static_cast<std::uint32_t>(descriptor.parameter("columns")), salt};
  }

  /// Ends the current tick.
  void tick() { tick_to(tick_ + 1); }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    if (tick == tick_) return;
    demand_next_tick(tick_, tick);
    tick_ = tick;
    before_ = edges_;
  }
  /// The cells of an edge, for adding it soon. Not valid after a restore or in a copy.
  template <std::uint32_t Rows>
  struct Edge {
    PairedCells::Places<Rows> edge;
  };
  /// What the current tick is to every edge.
  struct Tick : MidasPast {
    __m128d least;   // that a cell holds
    __m128d before;  // n
    __m128d number;  // t
  };
  [[nodiscard]] Tick now() const {
    const auto before = static_cast<double>(static_cast<std::int64_t>(before_));
    return {MidasPast(tick_), _mm_set_pd(0, before), _mm_set1_pd(before), _mm_set1_pd(static_cast<double>(tick_))};
  }

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge<Rows>& edge) {
    cells_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
  }
  /// Adds the edge and returns its score as a ratio: (a·t - s)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge<Rows>& edge, const Tick& tick) {
    ++edges_;
    const __m128d counts = touch<Rows>(edge.edge, cells_.rows<Rows>(), tick);
    return ratios(counts, counts, tick).first();
  }
  /// The same for an edge in each of two instances made alike and at the same tick, both at once.
  template <std::uint32_t Rows>
  static MidasRatios add(PlainMidas& one, const Edge<Rows>& a, PlainMidas& other, const Edge<Rows>& b,
                         const Tick& tick) {
    ++one.edges_;
    ++other.edges_;
    const std::uint32_t rows = one.cells_.rows<Rows>();
    return ratios(touch<Rows>(a.edge, rows, tick), touch<Rows>(b.edge, rows, tick), tick);
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const { return cells_.bytes(); }

  void save(ByteWriter& writer) const {
    cells_.save(writer);
    writer.put(tick_);
    writer.put(before_);
    writer.put(edges_);
  }
  void restore(ByteReader& reader) {
    cells_.restore(reader);
    tick_ = reader.get<std::uint64_t>();
    before_ = reader.get<std::uint64_t>();
    edges_ = reader.get<std::uint64_t>();
  }
  /// Whether a restored sketch has the size it was made with.
  [[nodiscard]] bool sound() const { return cells_.sound(); }

 private:
  /// Adds one to a key's cells and returns the least of what they hold: a + n, and s.
  template <std::uint32_t Rows>
  static __m128d touch(const PairedCells::Places<Rows>& cells, std::uint32_t rows, const Tick& tick) {
    return PairedCells::change<Rows>(
        cells, rows, [&](__m128d was) { return _mm_add_pd(_mm_max_pd(was, tick.least), _mm_set1_pd(1)); });
  }
  static MidasRatios ratios(__m128d one, __m128d other, const Tick& tick) {
    const __m128d total = _mm_unpackhi_pd(one, other);
    const __m128d current = _mm_sub_pd(_mm_unpacklo_pd(one, other), tick.before);
    const __m128d difference = _mm_sub_pd(_mm_mul_pd(current, tick.number), total);
    return {_mm_mul_pd(difference, difference), total};
  }

  PairedCells cells_;
  std::uint64_t tick_ = 1;
  std::uint64_t before_ = 0;  // edges before this tick
  std::uint64_t edges_ = 0;   // edges in all
};

}  // namespace dwell::detect
