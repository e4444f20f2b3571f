#include "detectors/learning/random_cut_tree.hpp"

#include <algorithm>

#include "detectors/common/records.hpp"
#include "sim/core/check.hpp"

namespace dwell::detect {

RandomCutTree::RandomCutTree(std::size_t capacity, std::size_t dimension, std::pmr::memory_resource* memory)
    : dimension_(dimension),
      lines_(lines_of(dimension)),
      boxes_(capacity * 2 * lines_, memory),
      inners_(capacity, memory),
      held_(capacity, memory),
      free_(memory) {
  DWELL_DEMAND(capacity <= kMostPoints && dimension <= kMostDimensions, "a random cut tree too large for its numbers");
  free_.reserve(capacity);
  list_free();
}

RandomCutTree::RandomCutTree(const RandomCutTree& other, std::pmr::memory_resource* memory)
    : dimension_(other.dimension_),
      lines_(other.lines_),
      boxes_(other.boxes_, memory),
      inners_(other.inners_, memory),
      held_(other.held_, memory),
      free_(memory),
      root_(other.root_) {
  free_.reserve(inners_.size());
  free_.assign(other.free_.begin(), other.free_.end());
}

std::size_t RandomCutTree::bytes_of(std::size_t capacity, std::size_t dimension) {
  const std::size_t each = 2 * lines_of(dimension) * sizeof(Lanes) + sizeof(Inner) + sizeof(Held) + sizeof(Ref);
  return (capacity * each + sizeof(Lanes) - 1) / sizeof(Lanes) * sizeof(Lanes);  // boxes lie on lines
}

void RandomCutTree::list_free() {
  free_.clear();
  for (std::size_t i = inners_.size(); i-- > 0;) {
    if (inners_[i].size[0] == 0) free_.push_back(static_cast<Ref>(i));
  }
}

void RandomCutTree::save(ByteWriter& writer) const {
  put_records(writer, std::span<const Inner>(inners_));
  writer.put_all(std::span<const Held>(held_));
  writer.put(root_);
}

void RandomCutTree::restore(ByteReader& reader, std::span<const Lanes> points, std::size_t held) {
  const auto inners = get_records<Inner>(reader);
  const auto places = reader.get_vector<Held>();
  root_ = reader.get<Ref>();
  const bool whole = inners.size() == inners_.size() && places.size() == held_.size();
  if (whole) std::copy(inners.begin(), inners.end(), inners_.begin());
  if (whole) std::copy(places.begin(), places.end(), held_.begin());
  const std::size_t found = !whole || root_ == kNobody ? 0 : enclose_all(points.data(), root_, kTop);
  const bool sound = whole && leaves_sound(held) && found == held;
  if (!sound) {
    reader.fail();
    std::fill(inners_.begin(), inners_.end(), Inner{});
    std::fill(held_.begin(), held_.end(), Held{});
    root_ = kNobody;
  }
  list_free();
}

/// Whether the places that are to be held name a leaf, no others do, and leaves have as many points as name them.
bool RandomCutTree::leaves_sound(std::size_t held) const {
  std::vector<std::uint16_t> points(held_.size(), 0);
  for (std::size_t place = 0; place < held_.size(); ++place) {
    const Place leaf = held_[place].leaf;
    if (leaf != kNowhere && leaf >= held_.size()) return false;
    if ((leaf != kNowhere) != (place < held)) return false;
    if (leaf != kNowhere) ++points[leaf];
  }
  for (std::size_t place = 0; place < held_.size(); ++place) {
    const bool names = held_[place].leaf == place;
    if (points[place] != (names ? held_[place].size : 0)) return false;
  }
  return true;
}

/// Makes boxes below a node; returns its points, 0 where numbers do not fit each other. Each node says where it hangs,
/// so none can be met twice.
std::uint32_t RandomCutTree::enclose_all(const Lanes* points, Ref ref, Slot slot) {
  if (is_leaf(ref)) {
    const std::size_t place = place_of(ref);
    const bool sound = place < held_.size() && held_[place].leaf == place && held_[place].slot == slot;
    return sound ? held_[place].size : 0;
  }
  if (static_cast<std::size_t>(ref) >= inners_.size() || inner(ref).slot != slot) return 0;
  const Inner& node = inner(ref);
  if (node.dimension >= dimension_) return 0;
  for (unsigned side = 0; side < 2; ++side) {
    const std::uint32_t below =
        enclose_all(points, node.child[side], static_cast<Slot>(2 * ref + static_cast<int>(side)));
    if (below == 0 || below != node.size[side]) return 0;
  }
  Lanes* const own = rows(ref, lines_);
  unite(box(points, node.child[0], lines_), box(points, node.child[1], lines_), own, own + lines_, lines_);
  return size(ref);
}

}  // namespace dwell::detect
