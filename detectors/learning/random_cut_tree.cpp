#include "detectors/learning/random_cut_tree.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

double RandomCutTree::Draws::at(std::uint32_t level) const {
  return to_uniform(random_quick(Seed{seed}, tree, purpose("random-cut-tree.cut"), point, level).low());
}

RandomCutTree::RandomCutTree(std::size_t capacity, std::size_t dimension)
    : dimension_(dimension),
      inners_(capacity),
      leaves_(capacity),
      boxes_(capacity * 2 * dimension),
      leaf_of_(capacity, kNobody) {
  list_free();
}

void RandomCutTree::list_free() {
  free_inners_.clear();
  free_leaves_.clear();
  for (auto i = static_cast<Ref>(inners_.size()); i-- > 0;) {
    if (inner(i).size == 0) free_inners_.push_back(i);
    if (leaf(~i).size == 0) free_leaves_.push_back(~i);
  }
}

const double* RandomCutTree::low_of(std::span<const double> points, Ref ref) const {
  if (is_leaf(ref)) return &points[leaf(ref).place * dimension_];
  return &boxes_[static_cast<std::size_t>(ref) * 2 * dimension_];
}

const double* RandomCutTree::high_of(std::span<const double> points, Ref ref) const {
  if (is_leaf(ref)) return low_of(points, ref);
  return low_of(points, ref) + dimension_;
}

/// Of the box that holds the point as well. Rounding may put it where it parts nothing although every cut of this side
/// would: then it is moved to the box or to the point, whichever is lower.
RandomCutTree::Cut RandomCutTree::draw_cut(const double* low, const double* high, const double* x,
                                           double uniform) const {
  double total = 0;
  for (std::size_t q = 0; q < dimension_; ++q) total += std::max(high[q], x[q]) - std::min(low[q], x[q]);
  Cut cut{0, 0, total};
  double left = uniform * total;
  for (std::size_t q = 0; q < dimension_; ++q) {
    const double least = std::min(low[q], x[q]);
    const double side = std::max(high[q], x[q]) - least;
    if (side <= 0) continue;
    cut.dimension = q;
    cut.value = least + std::min(left, side);
    if (left < side) break;
    left -= side;
  }
  const std::size_t q = cut.dimension;
  if (x[q] > high[q] && cut.value >= x[q]) cut.value = high[q];
  if (low[q] == high[q] && x[q] < low[q] && cut.value >= low[q]) cut.value = x[q];
  return cut;
}

RandomCutTree::Ref RandomCutTree::make_leaf(std::uint32_t place, Ref parent) {
  const Ref ref = free_leaves_.back();
  free_leaves_.pop_back();
  leaf(ref) = {parent, place, 1};
  leaf_of_[place] = ref;
  return ref;
}

void RandomCutTree::replace(Ref parent, Ref before, Ref after) {
  if (parent == kNobody) {
    root_ = after;
  } else {
    Inner& node = inner(parent);
    (node.left == before ? node.left : node.right) = after;
  }
  if (after != kNobody) set_parent(after, parent);
}

void RandomCutTree::resize_above(Ref ref, int by) {
  for (Ref up = parent(ref); up != kNobody; up = inner(up).parent) inner(up).size += static_cast<std::uint32_t>(by);
}

void RandomCutTree::insert(std::span<const double> points, std::uint32_t place, const Draws& draws) {
  DWELL_ASSERT(leaf_of_[place] == kNobody);
  if (root_ == kNobody) {
    root_ = make_leaf(place, kNobody);
    return;
  }
  const double* const x = &points[place * dimension_];
  Ref at = root_;
  for (std::uint32_t level = 0;; ++level) {
    const double* const box_low = low_of(points, at);
    const double* const box_high = high_of(points, at);
    const Cut cut = draw_cut(box_low, box_high, x, draws.at(level));
    if (cut.total <= 0 && is_leaf(at)) {
      ++leaf(at).size;
      leaf_of_[place] = at;
      return resize_above(at, 1);
    }
    const bool below = x[cut.dimension] < box_low[cut.dimension] && cut.value < box_low[cut.dimension];
    const bool above = x[cut.dimension] > box_high[cut.dimension] && cut.value >= box_high[cut.dimension];
    if (below || above) return part(points, at, cut, below, place);
    DWELL_DEMAND(!is_leaf(at), "a cut parts a point from another one");
    double* const own_low = low(at);
    double* const own_high = own_low + dimension_;
    for (std::size_t q = 0; q < dimension_; ++q) {
      own_low[q] = std::min(own_low[q], x[q]);
      own_high[q] = std::max(own_high[q], x[q]);
    }
    const Inner& node = inner(at);
    at = x[node.dimension] <= node.cut ? node.left : node.right;
  }
}

/// A new node in the place of `at`, which becomes one of its children; the point's leaf is the other.
void RandomCutTree::part(std::span<const double> points, Ref at, const Cut& cut, bool left, std::uint32_t place) {
  const Ref made = free_inners_.back();
  free_inners_.pop_back();
  const Ref above = parent(at);
  const Ref own = make_leaf(place, made);
  replace(above, at, made);
  set_parent(at, made);
  inner(made) = {above,    left ? own : at, left ? at : own, size(at) + 1, static_cast<std::uint32_t>(cut.dimension),
                 cut.value};
  enclose_children(points, made);
  resize_above(made, 1);
}

/// The box of a node from those of its children; whether it changed.
bool RandomCutTree::enclose_children(std::span<const double> points, Ref ref) {
  const Inner& node = inner(ref);
  const double* const low_left = low_of(points, node.left);
  const double* const low_right = low_of(points, node.right);
  const double* const high_left = high_of(points, node.left);
  const double* const high_right = high_of(points, node.right);
  double* const own_low = low(ref);
  double* const own_high = own_low + dimension_;
  bool changed = false;
  for (std::size_t q = 0; q < dimension_; ++q) {
    const double least = std::min(low_left[q], low_right[q]);
    const double greatest = std::max(high_left[q], high_right[q]);
    changed = changed || least != own_low[q] || greatest != own_high[q];
    own_low[q] = least;
    own_high[q] = greatest;
  }
  return changed;
}

void RandomCutTree::remove(std::span<const double> points, std::uint32_t place) {
  const Ref own = leaf_of_[place];
  DWELL_ASSERT(own != kNobody);
  leaf_of_[place] = kNobody;
  Leaf& gone = leaf(own);
  if (gone.size > 1) {
    --gone.size;
    // Any of the points left stands for them all.
    const auto other = std::find(leaf_of_.begin(), leaf_of_.end(), own);
    gone.place = static_cast<std::uint32_t>(other - leaf_of_.begin());
    return resize_above(own, -1);
  }
  const Ref above = gone.parent;
  gone.size = 0;
  free_leaves_.push_back(own);
  if (above == kNobody) {
    root_ = kNobody;
    return;
  }
  const Inner node = inner(above);
  const Ref sibling = node.left == own ? node.right : node.left;
  replace(node.parent, above, sibling);
  inner(above).size = 0;
  free_inners_.push_back(above);
  bool shrinks = true;
  for (Ref up = node.parent; up != kNobody; up = inner(up).parent) {
    --inner(up).size;
    shrinks = shrinks && enclose_children(points, up);
  }
}

double RandomCutTree::displacement(std::uint32_t place) const {
  double most = 0;
  Ref at = leaf_of_[place];
  DWELL_ASSERT(at != kNobody);
  for (Ref up = parent(at); up != kNobody; at = up, up = inner(up).parent) {
    const auto own = static_cast<double>(size(at));
    most = std::max(most, static_cast<double>(inner(up).size) / own - 1);
  }
  return most;
}

std::uint64_t RandomCutTree::bytes() const {
  return inners_.capacity() * sizeof(Inner) + leaves_.capacity() * sizeof(Leaf) + boxes_.capacity() * sizeof(double) +
         (free_inners_.capacity() + free_leaves_.capacity() + leaf_of_.capacity()) * sizeof(Ref);
}

void RandomCutTree::save(ByteWriter& writer) const {
  for (const Inner& node : inners_) {
    for (const Ref ref : {node.parent, node.left, node.right}) writer.put(ref);
    writer.put(node.size);
    writer.put(node.dimension);
    writer.put(node.cut);
  }
  for (const Leaf& each : leaves_) {
    writer.put(each.parent);
    writer.put(each.place);
    writer.put(each.size);
  }
  writer.put_vector(leaf_of_);
  writer.put(root_);
}

void RandomCutTree::restore(ByteReader& reader, std::span<const double> points) {
  for (Inner& node : inners_) {
    for (Ref* ref : {&node.parent, &node.left, &node.right}) *ref = reader.get<Ref>();
    node.size = reader.get<std::uint32_t>();
    node.dimension = reader.get<std::uint32_t>();
    node.cut = reader.get<double>();
  }
  for (Leaf& each : leaves_) {
    each.parent = reader.get<Ref>();
    each.place = reader.get<std::uint32_t>();
    each.size = reader.get<std::uint32_t>();
  }
  std::vector<Ref> leaf_of = reader.get_vector<Ref>();
  root_ = reader.get<Ref>();
  if (leaf_of.size() != leaf_of_.size()) reader.fail();
  if (reader.failed()) {
    root_ = kNobody;
    return;
  }
  leaf_of_ = std::move(leaf_of);
  list_free();
  enclose_all(points, root_);
}

void RandomCutTree::enclose_all(std::span<const double> points, Ref ref) {
  if (ref == kNobody || is_leaf(ref)) return;
  enclose_all(points, inner(ref).left);
  enclose_all(points, inner(ref).right);
  static_cast<void>(enclose_children(points, ref));
}

}  // namespace dwell::detect
