#pragma once
// Isolation forest (Liu, Ting and Zhou 2008), made anew every `refit` points from the last `window` of them.
//   Tree      from ψ points drawn without replacement: a dimension among those that vary, a cut uniform between
//             the least and the greatest, until a node holds one point, or equal ones, or lies at depth ⌈log2 ψ⌉
//   h(x)      depth of the leaf of x, plus c(points in the leaf)
//   c(n)      2 (ln(n - 1) + .5772156649) - 2 (n - 1) / n;  c(2) = 1, c(1) = 0
//   score     2^(-mean of h(x) over trees / c(ψ)): near 1 isolated, .5 ordinary
// The forest that scores a point was made of points before it. Nothing is scored before ψ / 4 points.
//
// Defaults: 100 trees, ψ 256; window 672 and refit 168 are ours: on telemetry (hourly residuals of 16 features) four
// weeks, made anew once a week; tier T0. Cost: 2 us a point, 4 ms a refit. State: 1 MB at any scale. A point goes down
// all trees together, as its ways do not wait for each other. Check: c(256) = 10.2448; scores of plain trees to 1e-9.

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/random.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class IsolationForest {
 public:
  static Descriptor describe();
  IsolationForest(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

  /// c(n), the mean path of an unsuccessful search among n points.
  static double mean_path(std::size_t n);
  /// The draws: for the node of a tree (by its number in a heap, the root is 1) of the `fit`th forest; its low half
  /// chooses the dimension, its high half the cut.
  static RandomBlock draw(Seed seed, std::uint32_t fit, std::uint32_t tree, std::uint32_t node);
  /// Which of `held` points the tree is made of, in the order drawn.
  static std::vector<std::uint32_t> sample(Seed seed, std::uint32_t fit, std::uint32_t tree, std::uint32_t held,
                                           std::uint32_t size);

 private:
  struct Node {
    double cut;
    std::uint32_t child;  // the left one, the right one follows; 0 for a leaf
    std::uint32_t part;   // dimension, or points of a leaf
  };
  /// Where a point is in a tree.
  struct Way {
    std::uint32_t node;
    std::uint32_t depth;
  };
  [[nodiscard]] std::uint32_t held() const;
  void fit();
  void note_fit();
  std::uint32_t find_extremes(std::span<const std::uint32_t> among);
  void grow(std::size_t at, std::span<std::uint32_t> among, std::uint32_t tree, std::uint32_t number,
            std::uint32_t depth);
  std::size_t part(std::span<std::uint32_t> among, std::uint32_t dimension, double cut);
  [[nodiscard]] double sum_of_paths(const double* x);
  [[nodiscard]] bool sound(std::span<const Node> tree) const;

  std::size_t dimension_;
  Seed seed_;
  std::uint32_t tree_count_, sample_, window_, refit_;
  std::uint32_t most_depth_ = 0;
  std::vector<double> points_;  // the last `window`; the oldest is replaced
  std::uint64_t seen_ = 0;
  std::uint32_t fits_ = 0;
  std::uint32_t fitted_on_ = 0;           // points of each tree
  std::vector<Node> nodes_;               // tree by tree; a child's number is its place here
  std::vector<std::uint32_t> roots_;      // of the trees
  std::vector<double> mean_path_;         // c(n) of the points of a leaf
  std::vector<double> least_, greatest_;  // scratch: of a node's points
  std::vector<std::uint32_t> above_;      // scratch: a node's points above its cut
  std::vector<Way> ways_;                 // scratch: by tree
};

extern const CatalogueEntry isolation_forest_entry;

}  // namespace dwell::detect
