// Points on their way into random cut trees and out of them.

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "detectors/learning/random_cut_tree.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {
namespace {

/// Calls `advance(i)` for each i below `many` in turn until it returned false for it.
template <std::size_t kMost, class Advance>
[[gnu::always_inline]] inline void take_turns(std::size_t many, Advance advance) {
  std::array<std::size_t, kMost> going;
  std::iota(going.begin(), going.end(), std::size_t{0});
  while (many > 0) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < many; ++i) {
      const std::size_t at = going[i];
      going[kept] = at;
      kept += advance(at) ? 1 : 0;
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

/// These two are inlined because the compiler drops calls of functions that only prefetch.
[[gnu::always_inline]] inline void RandomCutTree::call_node(Ref ref) const {
  const bool leaf = is_leaf(ref);
  const auto* const base = leaf ? static_cast<const void*>(held_.data()) : static_cast<const void*>(inners_.data());
  const std::size_t offset = index(ref) * (leaf ? sizeof(Held) : sizeof(Inner));
  __builtin_prefetch(static_cast<const char*>(base) + offset, 1);
}

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
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const RandomCutTree& tree = trees[t];
    DWELL_ASSERT(tree.held_[place].leaf == kNowhere);
    descents[t] = {.at = tree.root_, .slot = kTop, .draw = draws[t]};
    if (tree.root_ == kNobody) continue;
    tree.call_node(tree.root_);
    tree.call_box(points.data(), tree.root_, tree.lines_);
  }
  const bool single = !trees.empty() && trees.front().lines_ == 1;
  (single ? descend<1> : descend<0>)(trees, points.data(), place, descents.data());
  double sum = 0;
  for (std::size_t t = 0; t < trees.size(); ++t)
    sum += static_cast<double>(descents[t].others) / static_cast<double>(descents[t].with);
  return sum;
}

template <std::size_t kLines>
void RandomCutTree::descend(std::span<RandomCutTree> trees, const Lanes* points, std::size_t place, Descent* descents) {
  take_turns<kTogether>(trees.size(), [=](std::size_t t) {
    return trees[t].advance(points, place, kLines == 0 ? trees[t].lines_ : kLines, descents[t]);
  });
}

/// A step down; false when the point is where it belongs.
[[gnu::always_inline]] inline bool RandomCutTree::advance(const Lanes* points, std::size_t place, std::size_t lines,
                                                          Descent& descent) {
  const Ref at = descent.at;
  if (at == kNobody) {
    held_[place] = {static_cast<Place>(place), kTop, 1};
    root_ = leaf_at(place);
    return false;
  }
  const Lanes* const x = points + place * lines;
  const Box around = box(points, at, lines);
  const Growth grown = growth(around, x, lines);
  if (is_leaf(at) && grown.sides == 0) {
    held_[place].leaf = static_cast<Place>(place_of(at));
    ++held_[place_of(at)].size;
    return false;
  }
  // Whether x lies within the box is hard to foretell: nothing branches on it, and the box grows by nothing.
  const double whole = descent.whole * (1 - static_cast<double>(grown.extension / grown.sides));
  if (!(whole >= descent.draw.parts)) {
    part(points, place, descent);
    return false;
  }
  unite(around, {x, x}, rows(at, lines), rows(at, lines) + lines, lines);
  descent.whole = whole;
  Inner& node = inner(at);
  const unsigned side = number(x, node.dimension) > node.cut ? 1 : 0;
  const std::uint32_t with = ++node.size[side];
  const std::uint32_t others = node.size[1 - side];
  const bool greater = others * descent.with > descent.others * with;
  descent.others = greater ? others : descent.others;
  descent.with = greater ? with : descent.with;
  descent.slot = static_cast<Slot>(2 * at + static_cast<int>(side));
  descent.at = node.child[side];
  call_node(descent.at);
  call_box(points, descent.at, lines);
  return true;
}

/// A new node where the descent has come to: what hung there becomes one of its children, the point's leaf the other.
void RandomCutTree::part(const Lanes* points, std::size_t place, Descent& descent) {
  const Lanes* const x = points + place * lines_;
  const Box around = box(points, descent.at, lines_);
  const Ref made = free_.back();
  free_.pop_back();
  const std::uint32_t others = size(descent.at);
  if (others * descent.with > descent.others) {
    descent.others = others;
    descent.with = 1;
  }
  const Cut cut = draw_cut(around, x, descent.draw.along);
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

/// The cut that lies at this share of what the box grows by, dimension after dimension.
RandomCutTree::Cut RandomCutTree::draw_cut(Box box, const Lanes* x, double along) const {
  double left = along * static_cast<double>(growth(box, x, lines_).extension);
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
  std::array<Ascent, kTogether> ascents;
  for (std::size_t t = 0; t < trees.size(); ++t) ascents[t] = trees[t].take_out(place);
  for (std::size_t t = 0; t < trees.size(); ++t) {
    trees[t].pass(points.data(), trees[t].lines_, ascents[t].shrinks, ascents[t]);
  }
  const bool single = !trees.empty() && trees.front().lines_ == 1;
  (single ? ascend<1> : ascend<0>)(trees, points.data(), ascents.data());
}

template <std::size_t kLines>
void RandomCutTree::ascend(std::span<RandomCutTree> trees, const Lanes* points, Ascent* ascents) {
  take_turns<kTogether>(trees.size(), [=](std::size_t t) {
    return trees[t].advance(points, kLines == 0 ? trees[t].lines_ : kLines, ascents[t]);
  });
}

/// The point is gone; the nodes above are yet to learn it.
RandomCutTree::Ascent RandomCutTree::take_out(std::size_t place) {
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
  return {slot, alone, kNobody};
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

/// A step up; false after the last. A box is made anew a step after it was called, when its node has been passed.
[[gnu::always_inline]] inline bool RandomCutTree::advance(const Lanes* points, std::size_t lines, Ascent& ascent) {
  bool shrank = false;
  if (ascent.below != kNobody) {
    const Inner& node = inner(ascent.below);
    Lanes* const own = rows(ascent.below, lines);
    shrank = unite(box(points, node.child[0], lines), box(points, node.child[1], lines), own, own + lines, lines);
  }
  return pass(points, lines, shrank, ascent);
}

/// By the node at the ascent's slot; its box and that of its other child are called when the box below shrank.
[[gnu::always_inline]] inline bool RandomCutTree::pass(const Lanes* points, std::size_t lines, bool shrank,
                                                       Ascent& ascent) {
  ascent.below = kNobody;
  if (ascent.slot == kTop) return false;
  const auto at = static_cast<Ref>(ascent.slot / 2);
  Inner& node = inner(at);
  const unsigned side = ascent.slot % 2;
  --node.size[side];
  ascent.slot = node.slot;
  if (shrank) {
    ascent.below = at;
    call_box(points, at, lines);
    call_box(points, node.child[1 - side], lines);
  }
  if (ascent.slot != kTop) __builtin_prefetch(&inners_[ascent.slot / 2], 1);
  return true;
}

}  // namespace dwell::detect
