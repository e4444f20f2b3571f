#include "detectors/learning/random_cut_tree.hpp"

#include <emmintrin.h>

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

double RandomCutTree::Draws::at(std::uint32_t level) const {
  return to_uniform(random_quick(RoundKeys(Seed{seed}), tree, purpose("random-cut-tree.cut"), point, level).low());
}

RandomCutTree::RandomCutTree(std::size_t capacity, std::size_t dimension)
    : dimension_(dimension),
      inners_(capacity),
      leaves_(capacity),
      box_lines_((2 * dimension + 7) / 8),
      boxes_(capacity * box_lines_),
      leaf_of_(capacity, kNobody),
      widened_(2 * dimension),
      sides_(dimension) {
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
  return boxes_[static_cast<std::size_t>(ref) * box_lines_].numbers.data();
}

const double* RandomCutTree::high_of(std::span<const double> points, Ref ref) const {
  if (is_leaf(ref)) return low_of(points, ref);
  return low_of(points, ref) + dimension_;
}

/// A node on its way into the cache.
void RandomCutTree::call(Ref ref) const {
  if (is_leaf(ref)) return __builtin_prefetch(&leaf(ref), 1);
  __builtin_prefetch(&inner(ref), 1);
  const Line* const lines = &boxes_[static_cast<std::size_t>(ref) * box_lines_];
  for (std::size_t i = 0; i < box_lines_; ++i) __builtin_prefetch(&lines[i], 1);
}

/// The box that holds the point as well, and its sides; whether it is another one.
bool RandomCutTree::widen(const double* low, const double* high, const double* x) {
  double* const least = widened_.data();
  double* const greatest = least + dimension_;
  double* const side = sides_.data();
  std::size_t q = 0;
  __m128d differs = _mm_setzero_pd();
  for (; q + 2 <= dimension_; q += 2) {
    const __m128d own_low = _mm_loadu_pd(low + q);
    const __m128d own_high = _mm_loadu_pd(high + q);
    const __m128d at = _mm_loadu_pd(x + q);
    const __m128d new_low = _mm_min_pd(at, own_low);
    const __m128d new_high = _mm_max_pd(at, own_high);
    differs = _mm_or_pd(differs, _mm_or_pd(_mm_cmplt_pd(at, own_low), _mm_cmpgt_pd(at, own_high)));
    _mm_storeu_pd(least + q, new_low);
    _mm_storeu_pd(greatest + q, new_high);
    _mm_storeu_pd(side + q, _mm_sub_pd(new_high, new_low));
  }
  bool widens = _mm_movemask_pd(differs) != 0;
  for (; q < dimension_; ++q) {
    widens = widens || x[q] < low[q] || x[q] > high[q];
    least[q] = std::min(low[q], x[q]);
    greatest[q] = std::max(high[q], x[q]);
    side[q] = greatest[q] - least[q];
  }
  return widens;
}

/// Of the widened box. Rounding may put it where it parts nothing although every cut of this side would: then it is
/// moved to the box or to the point, whichever is lower.
RandomCutTree::Cut RandomCutTree::draw_cut(const double* low, const double* high, const double* x,
                                           double uniform) const {
  const double* const side = sides_.data();
  double total = 0;
  for (std::size_t q = 0; q < dimension_; ++q) total += side[q];
  double left = uniform * total;
  std::size_t q = 0;
  while (q < dimension_ && left >= side[q]) left -= side[q++];
  Cut cut{q, 0};
  if (q < dimension_) {
    cut.value = widened_[q] + left;
  } else {  // by rounding: the end of the last side there is
    while (q > 1 && side[q - 1] <= 0) --q;
    cut = {q - 1, widened_[q - 1] + side[q - 1]};
  }
  q = cut.dimension;
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

void RandomCutTree::insert(std::span<const double> points, std::uint32_t place, const Draws& draws) {
  Descent descent = begin_insert(place, draws);
  while (advance(points, descent)) {
  }
}

RandomCutTree::Descent RandomCutTree::begin_insert(std::uint32_t place, const Draws& draws) const {
  DWELL_ASSERT(leaf_of_[place] == kNobody);
  if (root_ != kNobody) call(root_);
  return {place, draws, root_, 0};
}

bool RandomCutTree::advance(std::span<const double> points, Descent& descent) {
  const Ref at = descent.at;
  if (at == kNobody) {
    root_ = make_leaf(descent.place, kNobody);
    return false;
  }
  const double* const x = &points[descent.place * dimension_];
  const double* const low = low_of(points, at);
  const double* const high = high_of(points, at);
  const bool widens = widen(low, high, x);
  if (is_leaf(at) && !widens) {
    ++leaf(at).size;
    leaf_of_[descent.place] = at;
    return false;
  }
  if (widens) {
    const Cut cut = draw_cut(low, high, x, descent.draws.at(descent.level));
    const bool below = x[cut.dimension] < low[cut.dimension] && cut.value < low[cut.dimension];
    const bool above = x[cut.dimension] > high[cut.dimension] && cut.value >= high[cut.dimension];
    if (below || above) {
      part(at, cut, below, descent.place);
      return false;
    }
    DWELL_DEMAND(!is_leaf(at), "a cut parts a point from another one");
    std::copy(widened_.begin(), widened_.end(), box(at));
  }
  Inner& node = inner(at);
  ++node.size;
  descent.at = x[node.dimension] <= node.cut ? node.left : node.right;
  ++descent.level;
  call(descent.at);
  return true;
}

/// A new node in the place of `at`, which becomes one of its children; the point's leaf is the other. Its box is the
/// widened one.
void RandomCutTree::part(Ref at, const Cut& cut, bool left, std::uint32_t place) {
  const Ref made = free_inners_.back();
  free_inners_.pop_back();
  const Ref above = parent(at);
  const Ref own = make_leaf(place, made);
  replace(above, at, made);
  set_parent(at, made);
  inner(made) = {above,    left ? own : at, left ? at : own, size(at) + 1, static_cast<std::uint32_t>(cut.dimension),
                 cut.value};
  std::copy(widened_.begin(), widened_.end(), box(made));
}

void RandomCutTree::remove(std::span<const double> points, std::uint32_t place) {
  Ascent ascent;
  begin_remove(place, ascent);
  while (advance(points, place, ascent)) {
  }
}

void RandomCutTree::begin_remove(std::uint32_t place, Ascent& ascent) {
  const Ref own = leaf_of_[place];
  DWELL_ASSERT(own != kNobody);
  leaf_of_[place] = kNobody;
  ascent.sides.clear();
  Leaf& gone = leaf(own);
  ascent.at = gone.parent;
  if (gone.size > 1) {
    --gone.size;
    // Any of the points left stands for them all.
    const auto other = std::find(leaf_of_.begin(), leaf_of_.end(), own);
    gone.place = static_cast<std::uint32_t>(other - leaf_of_.begin());
  } else {
    const Ref above = gone.parent;
    gone.size = 0;
    free_leaves_.push_back(own);
    if (above == kNobody) {
      root_ = kNobody;
    } else {
      const Inner node = inner(above);
      replace(node.parent, above, node.left == own ? node.right : node.left);
      inner(above).size = 0;
      free_inners_.push_back(above);
      ascent.at = node.parent;
      for (std::uint32_t side = 0; side < 2 * dimension_; ++side) ascent.sides.push_back(side);
    }
  }
  if (ascent.at != kNobody) call(ascent.at);
}

bool RandomCutTree::advance(std::span<const double> points, std::uint32_t place, Ascent& ascent) {
  if (ascent.at == kNobody) return false;
  const Ref at = ascent.at;
  Inner& node = inner(at);
  --node.size;
  ascent.at = node.parent;
  if (ascent.at != kNobody) __builtin_prefetch(&inner(ascent.at), 1);
  if (!ascent.sides.empty()) {
    const double* const x = &points[place * dimension_];
    const double* const low_left = low_of(points, node.left);
    const double* const low_right = low_of(points, node.right);
    const double* const high_left = high_of(points, node.left);
    const double* const high_right = high_of(points, node.right);
    double* const own = box(at);
    std::size_t kept = 0;
    for (const std::uint32_t side : ascent.sides) {
      const std::size_t q = side < dimension_ ? side : side - dimension_;
      if (own[side] != x[q]) continue;
      const double now =
          side < dimension_ ? std::min(low_left[q], low_right[q]) : std::max(high_left[q], high_right[q]);
      if (now == x[q]) continue;
      own[side] = now;
      ascent.sides[kept++] = side;
    }
    ascent.sides.resize(kept);
    if (kept != 0 && ascent.at != kNobody) call(ascent.at);
  }
  return true;
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
  return inners_.capacity() * sizeof(Inner) + leaves_.capacity() * sizeof(Leaf) + boxes_.capacity() * sizeof(Line) +
         (widened_.capacity() + sides_.capacity()) * sizeof(double) +
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
  const Inner& node = inner(ref);
  enclose_all(points, node.left);
  enclose_all(points, node.right);
  double* const low = box(ref);
  for (std::size_t q = 0; q < dimension_; ++q) {
    low[q] = std::min(low_of(points, node.left)[q], low_of(points, node.right)[q]);
    low[dimension_ + q] = std::max(high_of(points, node.left)[q], high_of(points, node.right)[q]);
  }
}

}  // namespace dwell::detect
