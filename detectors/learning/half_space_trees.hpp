#pragma once
// Half-space trees (Tan, Ting and Liu 2011): streaming mass estimation, prequential.
//   Tree      t of T, perfect, of depth h. Dimension q of its work space runs over s - w to s + w, where
//             s ~ U(0, 1) and w = 2 max(s, 1 - s); every node halves a dimension drawn at random.
//   Windows   of ψ points: `latest` counts those of this one that pass each node, `reference` holds the counts of
//             the one before. At the end of a window latest becomes reference.
//   Score     s(x) = Σ_t r(n) 2^depth(n), n the first node on the way of x with r(n) <= size limit, or the leaf.
//             Small mass is suspicious: the score is ln(T ψ 2^h / (s(x) + 1)), of which s's order is the reverse.
// Each point is scored, then counted. The paper takes columns to be in [0, 1]: the first ψ points are kept and scale
// each column from its least to its greatest value; they are the first reference, and points beyond fall into the
// outermost cells. Nothing is scored until then.
//
// Defaults: T 25, h 15, ψ 250, size limit 25. On telemetry: hourly residuals of 16 features, so the first score comes
// 13 days after the start; tier T0. Cost: T h steps, 3 us a point, 200 us at the end of a window. State: 7 MB at any
// scale. All trees go down a level before any goes down the next: none of their steps waits for another tree's, while
// those of one tree wait for each other. Four levels of a tree lie in one line of the cache.
// Check: scores equal to the paper's equations by explicit trees; shuttle's published prequential AUC is .989.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/huge_pages.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class HalfSpaceTrees {
 public:
  static Descriptor describe();
  HalfSpaceTrees(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);
  /// s(x) of the point scored last; -1 when none was.
  [[nodiscard]] double mass() const { return mass_; }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

  /// The draws: s of a tree's dimension, and the dimension that a node (by its number in a heap, the root is 1) halves.
  static double work_centre(Seed seed, std::uint32_t tree, std::size_t dimension);
  static std::size_t halved(Seed seed, std::uint32_t tree, std::uint32_t node, std::size_t dimensions);

 private:
  struct Cell {
    std::uint16_t reference = 0;
    std::uint16_t latest = 0;
  };
  static constexpr std::uint32_t kLevels = 4;  // of a tree that lie together
  /// Cells of a node and of those below it, by their numbers in a heap of their own; the first is not used.
  struct alignas(64) Part {
    std::array<Cell, 1U << kLevels> cells;
  };
  /// Where a dimension of a node's cell begins and ends.
  struct Range {
    std::array<double, 2> ends;
  };
  void begin();
  void pass(std::span<const double> scaled, bool scores);
  void go_down(const double* x);
  template <bool kScores>
  void count_way(std::uint32_t tree);
  void end_window();
  [[nodiscard]] std::vector<double> scaled(std::span<const double> point) const;
  [[nodiscard]] std::uint32_t parts_above(std::uint32_t level) const;
  [[nodiscard]] std::uint32_t part_of(std::uint32_t tree, std::uint32_t root, std::uint32_t level) const;
  [[nodiscard]] std::uint32_t place_of(std::uint32_t tree, std::uint32_t node) const;
  [[nodiscard]] Cell& cell(std::uint32_t place) { return parts_[place >> kLevels].cells[place % (1U << kLevels)]; }
  [[nodiscard]] const Cell& cell(std::uint32_t place) const {
    return parts_[place >> kLevels].cells[place % (1U << kLevels)];
  }

  std::size_t dimension_;
  Seed seed_;
  std::uint32_t trees_, depth_, window_, size_limit_;
  std::uint32_t top_;  // levels of a tree's first part; all others have four
  std::uint32_t parts_of_tree_;
  std::vector<Range> space_;                                   // work spaces, tree by tree
  std::vector<double> first_;                                  // points until the scale is known
  std::vector<double> least_, spread_;                         // of each column; empty until then
  std::vector<Part, HugePageAllocator<Part>> parts_;           // tree by tree, level by level
  std::vector<std::uint32_t> reference_cells_, latest_cells_;  // places of those that are not 0: few are
  std::uint32_t counted_ = 0;                                  // points of this window
  double mass_ = -1;
  std::vector<Range> ranges_;         // scratch: of the cell that a point is in, tree by tree
  std::vector<std::uint32_t> nodes_;  // scratch: where a point is, by tree
};

extern const CatalogueEntry half_space_trees_entry;

}  // namespace dwell::detect
