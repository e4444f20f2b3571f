#pragma once
// One tree of a robust random cut forest (Guha, Mishra, Roy and Schrijvers 2016).
//
// A tree over points S: the root halves S by a cut on dimension q at a value u, q drawn in proportion to the side l_q
// of the bounding box of S, u uniform on that side; points with x_q <= u go left; and so on until each leaf holds one
// point (equal points share a leaf).
//   insert   at each node on the way down a cut of the box that holds the new point as well is drawn: where it parts
//   the
//            point from the box, a new node is made there; else the node's own cut tells where to go on
//   remove   the leaf's parent is replaced by the leaf's sibling, boxes on the way up shrink
// Both leave a tree as if made of the points it holds. Linear in depth and dimension.
//   co-displacement of x = max over subtrees C that hold x of (points in the sibling of C) / (points in C)
// which is by how much the others would rise if C were taken away, a point of C.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class RandomCutTree {
 public:
  /// Uniform numbers in [0, 1) for the cuts drawn on the way down, by level.
  struct Draws {
    std::uint64_t seed;
    std::uint32_t tree;
    std::uint32_t point;  ///< its ordinal in the stream
    [[nodiscard]] double at(std::uint32_t level) const;
  };

  /// For at most `capacity` points of `dimension` numbers; they lie in an array that the caller owns, by place.
  RandomCutTree(std::size_t capacity, std::size_t dimension);

  /// The point at `place`, which is not in the tree; its numbers must stay until it is removed.
  void insert(std::span<const double> points, std::uint32_t place, const Draws& draws);
  /// The numbers at `place` are not read, so the next point may stand there.
  void remove(std::span<const double> points, std::uint32_t place);
  [[nodiscard]] double displacement(std::uint32_t place) const;

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader, std::span<const double> points);

 private:
  /// A node's number; leaves are below zero.
  using Ref = std::int32_t;
  static constexpr Ref kNobody = INT32_MAX;
  struct Inner {
    Ref parent = kNobody, left = kNobody, right = kNobody;
    std::uint32_t size = 0;  // points below; 0: not in use
    std::uint32_t dimension = 0;
    double cut = 0;
  };
  struct Leaf {
    Ref parent = kNobody;
    std::uint32_t place = 0;  // of one of its points
    std::uint32_t size = 0;   // points, all equal; 0: not in use
  };
  struct Cut {
    std::size_t dimension;
    double value;
    double total;  // sum of the sides; 0 when box and point are one point
  };

  [[nodiscard]] static bool is_leaf(Ref ref) { return ref < 0; }
  [[nodiscard]] Leaf& leaf(Ref ref) { return leaves_[static_cast<std::size_t>(~ref)]; }
  [[nodiscard]] const Leaf& leaf(Ref ref) const { return leaves_[static_cast<std::size_t>(~ref)]; }
  [[nodiscard]] Inner& inner(Ref ref) { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] const Inner& inner(Ref ref) const { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] std::uint32_t size(Ref ref) const { return is_leaf(ref) ? leaf(ref).size : inner(ref).size; }
  [[nodiscard]] Ref parent(Ref ref) const { return is_leaf(ref) ? leaf(ref).parent : inner(ref).parent; }
  void set_parent(Ref ref, Ref to) { (is_leaf(ref) ? leaf(ref).parent : inner(ref).parent) = to; }
  [[nodiscard]] double* low(Ref ref) { return &boxes_[static_cast<std::size_t>(ref) * 2 * dimension_]; }
  [[nodiscard]] const double* low_of(std::span<const double> points, Ref ref) const;
  [[nodiscard]] const double* high_of(std::span<const double> points, Ref ref) const;
  [[nodiscard]] Cut draw_cut(const double* low, const double* high, const double* x, double uniform) const;
  [[nodiscard]] Ref make_leaf(std::uint32_t place, Ref parent);
  void part(std::span<const double> points, Ref at, const Cut& cut, bool left, std::uint32_t place);
  void replace(Ref parent, Ref before, Ref after);
  void resize_above(Ref ref, int by);
  bool enclose_children(std::span<const double> points, Ref ref);
  void enclose_all(std::span<const double> points, Ref ref);
  void list_free();

  std::size_t dimension_;
  std::vector<Inner> inners_;
  std::vector<Leaf> leaves_;
  std::vector<double> boxes_;  // least, then greatest numbers below each inner node
  std::vector<Ref> free_inners_, free_leaves_;
  std::vector<Ref> leaf_of_;  // by place
  Ref root_ = kNobody;
};

}  // namespace dwell::detect
