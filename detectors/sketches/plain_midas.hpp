#pragma once
// The scoring core of MIDAS (Bhatia, Hooi, Yoon, Shin and Faloutsos 2020, algorithm 1) on one stream of edges u → v.
// Two Count-Min sketches of `rows` × `columns` over the same cells: the total count s of an edge since the start, and
// its count a in the current tick, which is emptied at the end of every tick. For an edge arriving at tick t >= 1,
// after it has been added to both (the published order),
//   score(a, s, t) = (a - s / t)² · t² / (s · (t - 1))         0 at t = 1
// 2 × 1,024 cells as published, 16 bytes a cell for the pair a, s: 33 KB. Counts of an ended tick are dropped when
// their cell is next touched, so ticks are free; both are whole numbers until they are scored.

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

class PlainMidas {
 public:
  static constexpr std::uint32_t kMostRows = 8;
  PlainMidas(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt)
      : cells_(static_cast<std::size_t>(rows) * columns),
        rows_(rows),
        columns_(columns),
        salt_term_(CellWalk::salt_term(salt)) {
    DWELL_DEMAND(rows >= 1 && rows <= kMostRows && columns >= 1, "a sketch has one to eight rows, and columns");
  }
  static PlainMidas of(const Descriptor& descriptor, std::uint64_t salt) {
    return {static_cast<std::uint32_t>(descriptor.parameter("rows")),
            static_cast<std::uint32_t>(descriptor.parameter("columns")), salt};
  }

  /// Ends the current tick.
  void tick() { ++tick_; }
  /// Ends ticks until `tick` is the current one; it must not go back.
  void tick_to(std::uint64_t tick) {
    DWELL_DEMAND(tick >= tick_ && tick <= DecayedCountMin::kMostTicks, "ticks begin at 1, never go back, below 2^28");
    tick_ = tick;
  }
  /// The cells of an edge, for adding it soon.
  struct Edge {
    std::array<std::uint32_t, kMostRows> edge;
  };

  /// Finds the cells of the edge u → v and calls them into the cache. Ids up to 2^32 make distinct edges. `Rows` is the
  /// number of rows where it is known to the compiler, else 0.
  template <std::uint32_t Rows>
  void find(std::uint64_t u, std::uint64_t v, Edge& edge) const {
    CellWalk walk(mix64((u ^ std::rotl(v, 32)) + salt_term_));
    std::uint32_t row = 0;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r, row += columns_) {
      edge.edge[r] = row + walk.next(columns_);
      __builtin_prefetch(&cells_[edge.edge[r]], 1);
    }
  }
  /// Adds the edge and returns its score as a ratio: (a·t - s)² over s.
  template <std::uint32_t Rows>
  MidasRatio add(const Edge& edge) {
    std::uint64_t current = UINT64_MAX;
    std::uint64_t total = UINT64_MAX;
    Cell* const cells = cells_.data();
    const std::uint64_t tick = tick_;
    for (std::uint32_t r = 0; r < rows<Rows>(); ++r) {
      Cell& cell = cells[edge.edge[r]];
      const std::uint64_t counted = (cell.tick_count >> kCountBits == tick ? cell.tick_count : tick << kCountBits) + 1;
      cell = {counted, cell.total + 1};
      current = std::min(current, counted & kCountMask);
      total = std::min(total, cell.total);
    }
    // Signed numbers convert faster.
    const auto s = static_cast<double>(static_cast<std::int64_t>(total));
    const double difference = static_cast<double>(static_cast<std::int64_t>(current * tick)) - s;
    return {difference * difference, s};
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
  [[nodiscard]] std::uint64_t bytes() const { return cells_.capacity() * sizeof(Cell); }

  void save(ByteWriter& writer) const {
    writer.put_vector(cells_);
    writer.put(tick_);
  }
  void restore(ByteReader& reader) {
    cells_ = reader.get_vector<Cell>();
    tick_ = reader.get<std::uint64_t>();
  }
  /// Whether a restored sketch has the size it was made with.
  [[nodiscard]] bool sound() const { return cells_.size() == static_cast<std::size_t>(rows_) * columns_; }

 private:
  static constexpr unsigned kCountBits = 34;
  static constexpr std::uint64_t kCountMask = (1ULL << kCountBits) - 1;
  struct Cell {
    std::uint64_t tick_count;  // tick of the last touch, above the count in it
    std::uint64_t total;
  };
  template <std::uint32_t Rows>
  [[nodiscard]] std::uint32_t rows() const {
    return Rows == 0 ? rows_ : Rows;
  }

  std::vector<Cell> cells_;  // row by row
  std::uint32_t rows_;
  std::uint32_t columns_;
  std::uint64_t salt_term_;
  std::uint64_t tick_ = 1;
};

}  // namespace dwell::detect
