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
// so an anomalous cell goes on as if its mean had been seen. Between two touches c stays, so what k ticks do to a cell
// has a closed form, applied when the cell is next touched: s += a (1 + α + … + α^(k-1)), or s *= (t + k - 1) / (t -
// 1). Ticks are free, and a is flushed to zero at 2^-64, so that no denormal numbers appear. As published: 2 × 1,024
// cells, α = .5, threshold 1e3. 24 bytes a cell: 147 KB; of c only the comparison is kept.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "detectors/api/descriptor.hpp"
#include "detectors/common/count_min.hpp"
#include "detectors/sketches/midas_ratio.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

/// One of the three sketches.
class FilteringSketch {
 public:
  static constexpr std::uint32_t kMostRows = 8;
  using Places = std::array<std::uint32_t, kMostRows>;
  FilteringSketch(std::uint32_t rows, std::uint32_t columns, double alpha, std::uint64_t salt);

  template <std::uint32_t Rows>
  void find(std::uint64_t key, Places& places) const {
    CellWalk walk(mix64(key + salt_term_));
    std::uint32_t row = 0;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r, row += columns_) {
      places[r] = row + walk.next(columns_);
      __builtin_prefetch(&cells_[places[r]], 1);
    }
  }
  /// Adds one at `tick` and returns the score as a ratio. `limit` is threshold · (tick - 1).
  template <std::uint32_t Rows>
  MidasRatio add(const Places& places, std::uint64_t tick, double limit) {
    double least_current = 0;
    double least_total = 0;
    Cell* const cells = cells_.data();
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r) {
      Cell& cell = cells[places[r]];
      end_ticks(cell, tick);
      cell.current += 1;
      least_current = r == 0 ? cell.current : std::min(least_current, cell.current);
      least_total = r == 0 ? cell.total : std::min(least_total, cell.total);
    }
    const double difference = least_current + least_total - least_current * static_cast<double>(tick);
    const bool scored = least_total > 0 && tick > 1;
    const MidasRatio ratio{scored ? difference * difference : 0, scored ? least_total : 1};
    const std::uint64_t mark = tick << 1 | (scored && ratio.square >= limit * ratio.total ? 1 : 0);
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r) cells[places[r]].tick_filtered = mark;
    return ratio;
  }

  [[nodiscard]] std::uint64_t bytes() const {
    return cells_.capacity() * sizeof(Cell) + steps_.capacity() * sizeof(Steps);
  }
  void save(ByteWriter& writer) const { put_records(writer, cells_); }
  void restore(ByteReader& reader) { cells_ = get_records<Cell>(reader); }
  [[nodiscard]] bool sound() const { return cells_.size() == static_cast<std::size_t>(rows_) * columns_; }

 private:
  struct Cell {
    double current;
    double total;
    std::uint64_t tick_filtered;  // tick of the last touch, above whether its score reached the threshold
  };
  /// What some ticks do to a current count.
  struct Steps {
    double power;  // α^k
    double sum;    // 1 + α + … + α^(k-1)
  };
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint32_t rows() const {
    return Rows == 0 ? rows_ : Rows;
  }
  void end_ticks(Cell& cell, std::uint64_t tick) const {
    const std::uint64_t touched = cell.tick_filtered >> 1;
    const Steps& steps = steps_[std::min<std::uint64_t>(tick - touched, steps_.size() - 1)];
    if ((cell.tick_filtered & 1) == 0) [[likely]] {
      cell.total += cell.current * steps.sum;
    } else if (tick != touched) {
      cell.total *= static_cast<double>(tick - 1) / static_cast<double>(touched - 1);
    }
    cell.current *= steps.power;
  }

  std::vector<Cell> cells_;
  std::vector<Steps>
      steps_;  // by ticks, up to where the power falls below 2^-64; the last of them stands for all beyond
  std::uint32_t rows_;
  std::uint32_t columns_;
  std::uint64_t salt_term_;
};

class FilteringMidas {
 public:
  FilteringMidas(std::uint32_t rows, std::uint32_t columns, double alpha, double threshold, std::uint64_t salt);
  static FilteringMidas of(const Descriptor& descriptor, std::uint64_t salt);

  /// Ends the current tick.
  void tick() { tick_to(tick_ + 1); }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    DWELL_DEMAND(tick >= tick_ && tick <= DecayedCountMin::kMostTicks, "ticks begin at 1, never go back, below 2^28");
    tick_ = tick;
    limit_ = threshold_ * static_cast<double>(tick_ - 1);
  }
  /// The cells of an edge, for adding it soon.
  struct Edge {
    FilteringSketch::Places edge, source, destination;
  };

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge& edge) const {
    edges_.find<Rows>(u ^ std::rotl(v, 32), edge.edge);
    sources_.find<Rows>(u, edge.source);
    destinations_.find<Rows>(v, edge.destination);
  }
  /// Adds the edge and returns its score as a ratio: (a + s - a·t)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge& edge) {
    MidasRatio best = edges_.add<Rows>(edge.edge, tick_, limit_);
    const MidasRatio source = sources_.add<Rows>(edge.source, tick_, limit_);
    if (best.below(source)) best = source;
    const MidasRatio destination = destinations_.add<Rows>(edge.destination, tick_, limit_);
    return best.below(destination) ? destination : best;
  }
  /// Adds the edge and returns its score.
  double add(std::uint64_t u, std::uint64_t v) {
    Edge edge;
    find<0>(u, v, edge);
    return score(add<0>(edge));
  }
  /// The score that a ratio of the current tick stands for.
  [[nodiscard]] double score(const MidasRatio& ratio) const {
    return tick_ == 1 ? 0 : ratio.square / (ratio.total * static_cast<double>(tick_ - 1));
  }
  [[nodiscard]] std::uint64_t ticks() const { return tick_; }
  [[nodiscard]] std::uint64_t bytes() const { return edges_.bytes() + sources_.bytes() + destinations_.bytes(); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  /// Whether restored sketches have the size they were made with.
  [[nodiscard]] bool sound() const { return edges_.sound() && sources_.sound() && destinations_.sound(); }

 private:
  FilteringSketch edges_;
  FilteringSketch sources_;
  FilteringSketch destinations_;
  double threshold_;
  double limit_ = 0;  // threshold · (tick - 1), which a square over a total is compared with
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
