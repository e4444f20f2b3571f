// Points on their way into random cut trees and out of them.

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "detectors/learning/random_cut_tree.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {
namespace {

/// Calls `advance(i)` for each i of `going` in turn until it returned false for it. Nothing branches on what it
/// returns, and what is kept is told after a round: a list that grew by each answer would make the next turn wait for
/// it.
template <std::size_t kMost>
[[gnu::always_inline]] inline void take_turns(std::array<std::uint16_t, kMost>& going, std::size_t many, auto advance) {
  std::array<bool, kMost> goes;
  while (many > 0) {
    for (std::size_t i = 0; i < many; ++i) goes[i] = advance(going[i]);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < many; ++i) {
      going[kept] = going[i];
      kept += goes[i] ? 1 : 0;
    }
    many = kept;
  }
}

float number(const Lanes* row, std::size_t q) { return row[q / 16].number[q % 16]; }

}  // namespace

RandomCutTree::Draw RandomCutTree::draw(const RoundKeys& keys, std::uint32_t tree, std::uint32_t point) {
  const RandomBlock block = random_quick(keys, tree, purpose("random-cut-tree.cut"), point);
  return {1 - to_uniform(block.low()), to_uniform(block.high())};
}

std::uint32_t RandomCutTree::size(Ref ref) const {
  if (is_leaf(ref)) return held_[place_of(ref)].size;
  return std::uint32_t{inner(ref).size[0]} + inner(ref).size[1];
}

void RandomCutTree::hang(Ref ref, Slot slot) {
  (slot == kTop ? root_ : inners_[slot / 2].child[slot % 2]) = ref;
  (is_leaf(ref) ? held_[place_of(ref)].slot : inner(ref).slot) = slot;
}

/// Inlined because the compiler drops calls of functions that only prefetch.
[[gnu::always_inline]] inline void RandomCutTree::call_box(const Lanes* points, Ref ref, std::size_t lines) const {
  const Box around = box(points, ref, lines);
  for (std::size_t line = 0; line < lines; ++line) {
    __builtin_prefetch(around.low + line, 1);
    __builtin_prefetch(around.high + line, 1);
  }
}

double RandomCutTree::insert(std::span<RandomCutTree> trees, std::span<const Lanes> points, std::size_t place,
                             std::span<const Draw> draws) {
  DWELL_ASSERT(trees.size() <= kTogether && draws.size() == trees.size());
  std::array<Descent, kTogether> descents;
  Turns going;
  std::size_t many = 0;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const RandomCutTree& tree = trees[t];
    DWELL_ASSERT(tree.held_[place].leaf == kNowhere);
    descents[t] = {.at = tree.root_, .slot = kTop, .draw = draws[t]};
    if (tree.root_ == kNobody || is_leaf(tree.root_)) continue;
    going[many++] = static_cast<std::uint16_t>(t);
    __builtin_prefetch(&tree.inner(tree.root_), 1);
    tree.call_box(points.data(), tree.root_, tree.lines_);
  }
  const bool single = !trees.empty() && trees.front().lines_ == 1;
  (single ? descend<1> : descend<0>)(trees, points.data(), place, descents.data(), going, many);
  double sum = 0;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    trees[t].settle(points.data(), place, descents[t]);
    sum += static_cast<double>(descents[t].others) / static_cast<double>(descents[t].with);
  }
  return sum;
}

template <std::size_t kLines>
void RandomCutTree::descend(std::span<RandomCutTree> trees, const Lanes* points, std::size_t place, Descent* descents,
                            Turns& going, std::size_t many) {
  take_turns(
      going, many, [=](std::size_t t) __attribute__((always_inline)) {
        return trees[t].advance(points, place, kLines == 0 ? trees[t].lines_ : kLines, descents[t]);
      });
}

/// A step down from an inner node; false when the point has come to a leaf, or to where it is parted from the box. What
/// is to be done there waits until all have come: a guess gone wrong then throws away little of what others do.
[[gnu::always_inline]] inline bool RandomCutTree::advance(const Lanes* points, std::size_t place, std::size_t lines,
                                                          Descent& descent) {
  const Ref at = descent.at;
  const Lanes* const x = points + place * lines;
  Lanes* const low = rows(at, lines);
  const Box around{low, low + lines};
  const Growth grown = growth(around, x, lines);
  // Whether x lies within the box is hard to foretell: nothing branches on it, and the box grows by nothing.
  const double whole = descent.whole * (1 - static_cast<double>(grown.extension / grown.sides));
  if (!(whole >= descent.draw.parts)) return false;
  unite(around, {x, x}, low, low + lines, lines);
  descent.whole = whole;
  Inner& node = inner(at);
  const unsigned side = number(x, node.dimension) > node.cut ? 1 : 0;
  const std::uint32_t with = ++node.size[side];
  const std::uint32_t others = node.size[1 - side];
  const bool greater = others * descent.with > descent.others * with;
  descent.others = greater ? others : descent.others;
  descent.with = greater ? with : descent.with;
  descent.slot = static_cast<Slot>(2 * at + static_cast<int>(side));
  const Ref next = node.child[side];
  descent.at = next;
  if (is_leaf(next)) {
    __builtin_prefetch(&held_[place_of(next)], 1);
    return false;
  }
  __builtin_prefetch(&inner(next), 1);
  call_box(points, next, lines);
  return true;
}

/// The point's leaf, where its descent has ended.
void RandomCutTree::settle(const Lanes* points, std::size_t place, Descent& descent) {
  const Ref at = descent.at;
  if (at == kNobody) {
    held_[place] = {static_cast<Place>(place), kTop, 1};
    root_ = leaf_at(place);
    return;
  }
  const float extension = growth(box(points, at, lines_), points + place * lines_, lines_).extension;
  if (is_leaf(at) && extension == 0) {
    held_[place].leaf = static_cast<Place>(place_of(at));
    ++held_[place_of(at)].size;
  } else {
    part(points, place, extension, descent);
  }
}

/// A new node where the descent has come to: what hung there becomes one of its children, the point's leaf the other.
/// Its box is made.
void RandomCutTree::part(const Lanes* points, std::size_t place, float extension, Descent& descent) {
  const Lanes* const x = points + place * lines_;
  const Box around = box(points, descent.at, lines_);
  const Ref made = free_.back();
  free_.pop_back();
  const std::uint32_t others = size(descent.at);
  if (others * descent.with > descent.others) {
    descent.others = others;
    descent.with = 1;
  }
  const Cut cut = draw_cut(around, x, descent.draw.along * static_cast<double>(extension));
  const unsigned side = number(x, cut.dimension) > cut.value ? 1 : 0;
  Inner& node = inner(made);
  node.cut = cut.value;
  node.dimension = cut.dimension;
  node.size[side] = 1;
  node.size[1 - side] = static_cast<std::uint16_t>(others);
  unite(around, {x, x}, rows(made, lines_), rows(made, lines_) + lines_, lines_);
  held_[place] = {static_cast<Place>(place), kTop, 1};
  hang(made, descent.slot);
  hang(leaf_at(place), static_cast<Slot>(2 * made + static_cast<int>(side)));
  hang(descent.at, static_cast<Slot>(2 * made + 1 - static_cast<int>(side)));
}

/// The cut that lies so far along what the box grows by, dimension after dimension.
RandomCutTree::Cut RandomCutTree::draw_cut(Box box, const Lanes* x, double left) const {
  Lanes extension;
  std::size_t q = 0;
  for (; q < dimension_; ++q) {
    if (q % 16 == 0) extensions(box, x, q / 16, extension);
    const auto here = static_cast<double>(extension.number[q % 16]);
    if (left < here) break;
    left -= here;
  }
  if (q == dimension_) {  // by rounding: the end of the last part there is
    do --q;
    while (q > 0 && number(x, q) >= number(box.low, q) && number(x, q) <= number(box.high, q));
    left = std::numeric_limits<double>::infinity();
  }
  const float own = number(x, q), low = number(box.low, q), high = number(box.high, q);
  const bool below = own < low;
  // From `first`, which is on the left of every cut, up to `second`, which is on the right.
  const float first = below ? own : high, second = below ? low : own;
  const float cut = static_cast<float>(static_cast<double>(first) + left);
  return {static_cast<std::uint16_t>(q), cut < second ? cut : first};
}

void RandomCutTree::remove(std::span<RandomCutTree> trees, std::span<const Lanes> points, std::size_t place) {
  DWELL_ASSERT(trees.size() <= kTogether);
  for (const RandomCutTree& tree : trees) __builtin_prefetch(&tree.held_[place], 1);
  for (const RandomCutTree& tree : trees) {
    DWELL_ASSERT(tree.held_[place].leaf != kNowhere);
    const Slot slot = tree.held_[tree.held_[place].leaf].slot;
    if (slot != kTop) __builtin_prefetch(&tree.inners_[slot / 2], 1);
  }
  std::array<Slot, kTogether> slots{};
  Turns climbing, shrinking;
  std::size_t climbs = 0, shrinks = 0;  // a point that leaves others behind takes nothing from boxes
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const bool alone = trees[t].take_out(place, slots[t]);
    const bool below = slots[t] != kTop;
    climbing[climbs] = shrinking[shrinks] = static_cast<std::uint16_t>(t);
    climbs += below ? 1 : 0;
    shrinks += below && alone ? 1 : 0;
  }
  const bool single = !trees.empty() && trees.front().lines_ == 1;
  for (const std::size_t t : std::span(shrinking).first(shrinks))
    trees[t].call_boxes(points.data(), trees[t].lines_, slots[t]);
  climb(trees, slots, climbing, climbs);
  (single ? shrink<1> : shrink<0>)(trees, points.data(), slots.data(), shrinking, shrinks);
}

/// One point fewer below each node on the way up. It is all the way there is for most trees at most nodes, since a box
/// that did not shrink leaves those above as they are; and what comes after finds the way in the cache.
void RandomCutTree::climb(std::span<RandomCutTree> trees, std::array<Slot, kTogether> slots, Turns& climbing,
                          std::size_t many) {
  take_turns(
      climbing, many, [&](std::size_t t) __attribute__((always_inline)) {
        const Slot slot = slots[t];
        Inner* const inners = trees[t].inners_.data();
        Inner& node = inners[slot / 2];
        --node.size[slot % 2];
        const bool top = node.slot == kTop;
        const Slot above = choose(top, slot, node.slot);
        slots[t] = above;
        __builtin_prefetch(&inners[above / 2], 1);
        return !top;
      });
}

template <std::size_t kLines>
void RandomCutTree::shrink(std::span<RandomCutTree> trees, const Lanes* points, Slot* slots, Turns& shrinking,
                           std::size_t many) {
  take_turns(
      shrinking, many, [=](std::size_t t) __attribute__((always_inline)) {
        return trees[t].advance(points, kLines == 0 ? trees[t].lines_ : kLines, slots[t]);
      });
}

/// The point is gone; the nodes above are yet to learn it. Whether its leaf is gone as well.
bool RandomCutTree::take_out(std::size_t place, Slot& up) {
  Held& own = held_[place];
  Held& leaf = held_[own.leaf];
  Slot slot = leaf.slot;
  const bool alone = leaf.size == 1;
  if (!alone) {
    --leaf.size;
    if (own.leaf == place) rename(static_cast<Place>(place));
  } else if (slot == kTop) {
    root_ = kNobody;
  } else {
    const auto above = static_cast<Ref>(slot / 2);
    const Ref other = inner(above).child[1 - slot % 2];
    slot = inner(above).slot;
    hang(other, slot);
    inner(above) = {};
    free_.push_back(above);
  }
  own.leaf = kNowhere;
  if (slot != kTop) __builtin_prefetch(&inners_[slot / 2], 1);
  up = slot;
  return alone;
}

/// The leaf that a point leaves is named after another of its points.
void RandomCutTree::rename(Place from) {
  Place heir = kNowhere;
  for (std::size_t place = 0; place < held_.size(); ++place) {
    if (place == from || held_[place].leaf != from) continue;
    if (heir == kNowhere) heir = static_cast<Place>(place);
    held_[place].leaf = heir;
  }
  held_[heir].size = held_[from].size;
  hang(leaf_at(heir), held_[from].slot);
}

[[gnu::always_inline]] inline void RandomCutTree::call_boxes(const Lanes* points, std::size_t lines, Slot slot) const {
  const Inner& node = inners_[slot / 2];
  call_box(points, static_cast<Ref>(slot / 2), lines);
  call_box(points, node.child[1 - slot % 2], lines);
}

/// Makes the box of the node at the slot anew; false when it did not shrink, or is the last.
[[gnu::always_inline]] inline bool RandomCutTree::advance(const Lanes* points, std::size_t lines, Slot& slot) {
  const auto at = static_cast<Ref>(slot / 2);
  const Inner& node = inner(at);
  const Slot above = choose(node.slot == kTop, slot, node.slot);
  call_boxes(points, lines, above);
  Lanes* const own = rows(at, lines);
  const bool shrank =
      unite(box(points, node.child[0], lines), box(points, node.child[1], lines), own, own + lines, lines);
  slot = above;
  return shrank & (node.slot != kTop);
}

}  // namespace dwell::detect
