#pragma once
// One tree of a robust random cut forest (Guha, Mishra, Roy and Schrijvers 2016).
//
// A tree over points S: the root halves S by a cut on dimension q at a value u, q drawn in proportion to the side l_q
// of the bounding box of S, u uniform on that side; points with x_q <= u go left; and so on until each leaf holds one
// point (equal points share a leaf).
//   insert   at each node on the way down a cut of the box that holds the new point as well is drawn: where it parts
//            the point from the box, a new node is made there; else the node's own cut tells where to go on. A point
//            within the box is parted by no cut, so none is drawn.
//   remove   the leaf's parent is replaced by the leaf's sibling, boxes on the way up shrink. A side of a box shrinks
//            only where the point lay on it and the box below shrank there too, so few are looked at.
// Both leave a tree as if made of the points it holds, and go node by node (`advance`): whoever has many trees lets
// them take turns, and what one waits for from memory comes while the others work. Linear in depth, and in dimension on
// the way down.
//   co-displacement of x = max over subtrees C that hold x of (points in the sibling of C) / (points in C)
// which is by how much the others would rise if C were taken away, a point of C.

#include <array>
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

  /// A node's number; leaves are below zero.
  using Ref = std::int32_t;
  /// A point on its way down to where it belongs.
  struct Descent {
    std::uint32_t place;
    Draws draws;
    Ref at;
    std::uint32_t level;
  };
  /// The way up from where a point was.
  struct Ascent {
    Ref at;
    std::vector<std::uint32_t> sides;  ///< of the box below that shrank: least numbers, then greatest, by dimension
  };

  /// The point at `place`, which is not in the tree; its numbers must stay until it is removed.
  void insert(std::span<const double> points, std::uint32_t place, const Draws& draws);
  /// The point at `place`; after that another may stand there.
  void remove(std::span<const double> points, std::uint32_t place);
  /// The same in steps, one call for each node until it returns false. The tree is not whole in between.
  [[nodiscard]] Descent begin_insert(std::uint32_t place, const Draws& draws) const;
  bool advance(std::span<const double> points, Descent& descent);
  void begin_remove(std::uint32_t place, Ascent& ascent);
  bool advance(std::span<const double> points, std::uint32_t place, Ascent& ascent);
  /// Calls what removal reads first into the cache.
  void prefetch(std::uint32_t place) const { __builtin_prefetch(&leaf_of_[place], 1); }
  [[nodiscard]] double displacement(std::uint32_t place) const;

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader, std::span<const double> points);

 private:
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
  };
  /// Eight numbers in one line of the cache.
  struct alignas(64) Line {
    std::array<double, 8> numbers;
  };

  [[nodiscard]] static bool is_leaf(Ref ref) { return ref < 0; }
  [[nodiscard]] Leaf& leaf(Ref ref) { return leaves_[static_cast<std::size_t>(~ref)]; }
  [[nodiscard]] const Leaf& leaf(Ref ref) const { return leaves_[static_cast<std::size_t>(~ref)]; }
  [[nodiscard]] Inner& inner(Ref ref) { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] const Inner& inner(Ref ref) const { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] std::uint32_t size(Ref ref) const { return is_leaf(ref) ? leaf(ref).size : inner(ref).size; }
  [[nodiscard]] Ref parent(Ref ref) const { return is_leaf(ref) ? leaf(ref).parent : inner(ref).parent; }
  void set_parent(Ref ref, Ref to) { (is_leaf(ref) ? leaf(ref).parent : inner(ref).parent) = to; }
  [[nodiscard]] double* box(Ref ref) { return boxes_[static_cast<std::size_t>(ref) * box_lines_].numbers.data(); }
  [[nodiscard]] const double* low_of(std::span<const double> points, Ref ref) const;
  [[nodiscard]] const double* high_of(std::span<const double> points, Ref ref) const;
  bool widen(const double* low, const double* high, const double* x);
  [[nodiscard]] Cut draw_cut(const double* low, const double* high, const double* x, double uniform) const;
  [[nodiscard]] Ref make_leaf(std::uint32_t place, Ref parent);
  void part(Ref at, const Cut& cut, bool left, std::uint32_t place);
  void replace(Ref parent, Ref before, Ref after);
  void call(Ref ref) const;
  void enclose_all(std::span<const double> points, Ref ref);
  void list_free();

  std::size_t dimension_;
  std::vector<Inner> inners_;
  std::vector<Leaf> leaves_;
  std::size_t box_lines_;
  std::vector<Line> boxes_;  // least, then greatest numbers below each inner node
  std::vector<Ref> free_inners_, free_leaves_;
  std::vector<Ref> leaf_of_;  // by place
  Ref root_ = kNobody;
  std::vector<double> widened_;  // scratch: a box that holds the point as well
  std::vector<double> sides_;    // and its sides
};

}  // namespace dwell::detect
