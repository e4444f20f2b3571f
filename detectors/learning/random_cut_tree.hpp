#pragma once
// One tree of a robust random cut forest (Guha, Mishra, Roy and Schrijvers 2016).
//
// A tree over points S: the root halves S by a cut on dimension q at a value u, q drawn in proportion to the side l_q
// of the bounding box of S, u uniform on that side; points with x_q <= u go left; and so on until each leaf holds one
// point (equal points share a leaf).
//   insert   at each node on the way down a cut of the box that holds the new point x as well would be drawn: where it
//            parts x from the box, a new node is made there; else the node's own cut tells where to go on. With e_q by
//            how much the box grows for x on dimension q and l_q the sides of the grown box, it parts with probability
//            p = Σe / Σl, and then q is drawn in proportion to e_q and u uniform on the part that was added. So two
//            uniform numbers v, w do for the whole way: x is parted at the first node where Π (1 - p) < v, the product
//            over the nodes so far, and w places the cut. A point within the box has p = 0; at a leaf p = 1.
//   remove   the leaf's parent is replaced by the leaf's sibling; boxes on the way up are made anew from those of
//            their two children until one did not shrink.
// Both leave a tree as if made of the points it holds. Trees that hold the same points take turns, node by node: what
// one waits for from memory comes while the others work. Linear in depth and dimension.
//   co-displacement of x = max over subtrees C that hold x of (points in the sibling of C) / (points in C)
// which is by how much the others would rise if C were taken away, a point of C. It is found on x's way down.
//
// Points and boxes are single precision, and boxes are exact: least and greatest numbers of points. Sums are rounded
// (random_cut_box.hpp): p is right to within (d / 16 + 7) 2^-23 of itself for d dimensions. A cut is moved to the box
// or to the point, whichever is lower, where rounding would have it part nothing.

#include <array>
#include <concepts>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "detectors/learning/random_cut_box.hpp"
#include "sim/core/random.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class RandomCutTree {
 public:
  static constexpr std::size_t kMostPoints = 1 << 14;
  static constexpr std::size_t kMostDimensions = 1 << 16;

  /// The two uniform numbers of an insertion.
  struct Draw {
    double parts;  ///< v, in (0, 1]
    double along;  ///< w, in [0, 1)
  };
  /// That of a point, by its ordinal in the stream.
  static Draw draw(const RoundKeys& keys, std::uint32_t tree, std::uint32_t point);

  /// For at most `capacity` points of `dimension` numbers; they lie in rows that the caller owns, by place. What it
  /// takes of `memory`, at most bytes_of(), it takes at once and never again; a copy likewise.
  RandomCutTree(std::size_t capacity, std::size_t dimension,
                std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  RandomCutTree(const RandomCutTree& other, std::pmr::memory_resource* memory);
  static std::size_t bytes_of(std::size_t capacity, std::size_t dimension);

  /// As many trees as take turns.
  static constexpr std::size_t kTogether = 20;
  /// The point at `place`, which is in none of the trees, into all of them, kTogether at most, each by its own draw;
  /// its numbers must stay until it is removed. Returns the sum of its co-displacements.
  static double insert(std::span<RandomCutTree> trees, std::span<const Lanes> points, std::size_t place,
                       std::span<const Draw> draws);
  /// The point at `place` out of all trees, kTogether at most; its numbers are not asked for.
  static void remove(std::span<RandomCutTree> trees, std::span<const Lanes> points, std::size_t place);

  void save(ByteWriter& writer) const;
  /// Points at the first `held` places and at no others; the reader fails when what it holds is no such tree.
  void restore(ByteReader& reader, std::span<const Lanes> points, std::size_t held);

 private:
  using Place = std::uint16_t;
  /// A node by its number; the leaf of the points equal to that at a place is the place's complement, below zero.
  using Ref = std::int16_t;
  /// Where a node hangs: twice its parent's number, and one more on the right.
  using Slot = std::uint16_t;
  static constexpr Ref kNobody = INT16_MAX;
  static constexpr Slot kTop = UINT16_MAX;
  static constexpr Place kNowhere = UINT16_MAX;
  struct Inner {
    float cut = 0;
    std::uint16_t dimension = 0;
    Slot slot = kTop;
    Ref child[2] = {kNobody, kNobody};
    std::uint16_t size[2] = {0, 0};  // points below each child; 0: not in use
  };
  static_assert(sizeof(Inner) == 16);
  struct Cut {
    std::uint16_t dimension;
    float value;
  };
  struct Held {
    Place leaf = kNowhere;   // the point's leaf, by the place it is named after
    Slot slot = kTop;        // of the leaf that this place names
    std::uint16_t size = 0;  // its points, all equal
  };

  /// A point on its way down to where it belongs.
  struct Descent {
    Ref at;
    Slot slot;
    std::uint32_t others = 0, with = 1;  // points in a sibling, and in the subtree with x: those of the greatest ratio
    double whole = 1;                    // the product so far
    Draw draw;
  };
  /// Trees whose turn is yet to come, by their places among those together.
  using Turns = std::array<std::uint16_t, kTogether>;

  /// One or the other. Compilers make a branch of ?: where they see fit, but none of this.
  template <std::integral T>
  [[nodiscard]] static T choose(bool first, T one, T other) {
    return static_cast<T>(other ^ ((one ^ other) & -static_cast<T>(first)));
  }
  [[nodiscard]] static bool is_leaf(Ref ref) { return ref < 0; }
  [[nodiscard]] static Ref leaf_at(std::size_t place) { return static_cast<Ref>(~place); }
  /// The number of an inner node, the place of a leaf.
  [[nodiscard]] static std::size_t index(Ref ref) { return static_cast<std::size_t>(ref ^ (ref >> 15)); }
  [[nodiscard]] static std::size_t place_of(Ref leaf) { return static_cast<std::size_t>(~leaf); }
  [[nodiscard]] Inner& inner(Ref ref) { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] const Inner& inner(Ref ref) const { return inners_[static_cast<std::size_t>(ref)]; }
  [[nodiscard]] Lanes* rows(Ref ref, std::size_t lines) {
    return boxes_.data() + static_cast<std::size_t>(ref) * 2 * lines;
  }
  [[nodiscard]] std::uint32_t size(Ref ref) const;
  [[nodiscard]] Box box(const Lanes* points, Ref ref, std::size_t lines) const;
  void hang(Ref ref, Slot slot);
  void call_box(const Lanes* points, Ref ref, std::size_t lines) const;

  template <std::size_t kLines>
  static void descend(std::span<RandomCutTree> trees, const Lanes* points, std::size_t place, Descent* descents,
                      Turns& going, std::size_t many);
  bool advance(const Lanes* points, std::size_t place, std::size_t lines, Descent& descent);
  void settle(const Lanes* points, std::size_t place, Descent& descent);
  void part(const Lanes* points, std::size_t place, float extension, Descent& descent);
  [[nodiscard]] Cut draw_cut(Box box, const Lanes* x, double left) const;

  bool take_out(std::size_t place, Slot& up);
  static void climb(std::span<RandomCutTree> trees, std::array<Slot, kTogether> slots, Turns& climbing,
                    std::size_t many);
  template <std::size_t kLines>
  static void shrink(std::span<RandomCutTree> trees, const Lanes* points, Slot* slots, Turns& shrinking,
                     std::size_t many);
  bool advance(const Lanes* points, std::size_t lines, Slot& slot);
  void call_boxes(const Lanes* points, std::size_t lines, Slot slot) const;
  void rename(Place from);

  [[nodiscard]] bool leaves_sound(std::size_t held) const;
  std::uint32_t enclose_all(const Lanes* points, Ref ref, Slot slot);
  void list_free();

  std::size_t dimension_;
  std::size_t lines_;              // of a row
  std::pmr::vector<Lanes> boxes_;  // two rows for each inner node
  std::pmr::vector<Inner> inners_;
  std::pmr::vector<Held> held_;  // by place
  std::pmr::vector<Ref> free_;   // inner nodes
  Ref root_ = kNobody;
};

/// Which kind of node comes next is hard to foretell: nothing branches on it.
inline Box RandomCutTree::box(const Lanes* points, Ref ref, std::size_t lines) const {
  const auto none = static_cast<std::size_t>(std::ptrdiff_t{ref} >> 15);  // all ones for a leaf
  const auto of_leaves = reinterpret_cast<std::uintptr_t>(points),
             of_nodes = reinterpret_cast<std::uintptr_t>(boxes_.data());
  const auto* const base = reinterpret_cast<const Lanes*>(of_nodes ^ ((of_leaves ^ of_nodes) & none));
  const std::size_t to_high = lines & ~none;
  const Lanes* const low = base + index(ref) * (lines + to_high);
  return {low, low + to_high};
}

}  // namespace dwell::detect
