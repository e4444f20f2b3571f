#include "detectors/learning/half_space_trees.hpp"

#include <algorithm>
#include <bit>

#include "detectors/learning/learner.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

Descriptor HalfSpaceTrees::describe() {
  Descriptor d = learner_descriptor(
      "half-space-trees", "hours of little mass among half-space trees of feature residuals", "Tan, Ting and Liu 2011");
  d.parameters = {
      {"trees", 25, 1, 200, "number of trees", Numbers::whole},
      {"depth", 15, 1, 16, "of every tree", Numbers::whole},
      {"window", 250, 2, 65535, "points whose mass is the reference for the next so many", Numbers::whole},
      {"size_limit", 25, 0, 65535, "mass at which a point's way down ends", Numbers::whole},
  };
  d.memory_bound_bytes = 128ULL << 20;
  d.check = "scores by the paper's equations to 1e-9; prequential AUC .989 on shuttle";
  return d;
}

constinit const CatalogueEntry half_space_trees_entry = learner_entry<HalfSpaceTrees>();

HalfSpaceTrees::HalfSpaceTrees(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      seed_(seed),
      trees_(static_cast<std::uint32_t>(descriptor.parameter("trees"))),
      depth_(static_cast<std::uint32_t>(descriptor.parameter("depth"))),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      size_limit_(static_cast<std::uint32_t>(descriptor.parameter("size_limit"))),
      top_(depth_ % kLevels + 1),
      parts_of_tree_(parts_above(depth_ + 1)),
      parts_(std::size_t{trees_} * parts_of_tree_),
      nodes_(trees_) {
  for (std::uint32_t tree = 0; tree < trees_; ++tree) {
    for (std::size_t q = 0; q < dimension_; ++q) {
      const double s = work_centre(seed_, tree, q);
      const double w = 2 * std::max(s, 1 - s);
      space_.push_back({{s - w, s + w}});
    }
  }
  ranges_ = space_;
}

double HalfSpaceTrees::work_centre(Seed seed, std::uint32_t tree, std::size_t dimension) {
  return to_uniform(
      random_block(seed, tree, purpose("half-space-trees.centre"), static_cast<std::uint32_t>(dimension), 0).low());
}

std::size_t HalfSpaceTrees::halved(Seed seed, std::uint32_t tree, std::uint32_t node, std::size_t dimensions) {
  const std::uint64_t bits = mix64(seed.value, std::uint64_t{tree} << 32 | node);
  return to_below(static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(dimensions));
}

double HalfSpaceTrees::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  mass_ = -1;
  if (least_.empty()) {
    first_.insert(first_.end(), point.begin(), point.end());
    if (first_.size() == dimension_ * window_) begin();
    return 0;
  }
  mass_ = 0;
  pass(scaled(point), true);
  if (++counted_ == window_) end_window();
  const double most = static_cast<double>(trees_) * window_ * static_cast<double>(1U << depth_);
  return det_log(most / (mass_ + 1));
}

/// The scale, and the first reference.
void HalfSpaceTrees::begin() {
  least_.assign(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(dimension_));
  std::vector<double> greatest = least_;
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const std::size_t q = i % dimension_;
    least_[q] = std::min(least_[q], first_[i]);
    greatest[q] = std::max(greatest[q], first_[i]);
  }
  spread_.resize(dimension_);
  for (std::size_t q = 0; q < dimension_; ++q) {
    const double spread = greatest[q] - least_[q];
    spread_[q] = spread > 0 ? spread : 1;
  }
  const std::span<const double> points(first_);
  for (std::size_t i = 0; i < points.size(); i += dimension_) pass(scaled(points.subspan(i, dimension_)), false);
  end_window();
  first_ = {};
}

std::vector<double> HalfSpaceTrees::scaled(std::span<const double> point) const {
  std::vector<double> out(dimension_);
  for (std::size_t q = 0; q < dimension_; ++q) out[q] = (point[q] - least_[q]) / spread_[q];
  return out;
}

/// Parts of a tree that begin above the parts of this level: one, and then 2^top_ (1 + 16 + …).
std::uint32_t HalfSpaceTrees::parts_above(std::uint32_t level) const {
  return level == 0 ? 0 : 1 + ((1U << level) - (1U << top_)) / ((1U << kLevels) - 1);
}

/// The part whose first node is `root`, at `level`.
std::uint32_t HalfSpaceTrees::part_of(std::uint32_t tree, std::uint32_t root, std::uint32_t level) const {
  return tree * parts_of_tree_ + parts_above(level) + (root - (1U << level));
}

/// Of a node's cell, by its number in the tree's heap.
std::uint32_t HalfSpaceTrees::place_of(std::uint32_t tree, std::uint32_t node) const {
  const auto level = static_cast<std::uint32_t>(std::bit_width(node)) - 1;
  const std::uint32_t within = level < top_ ? level : (level - top_) % kLevels;
  const std::uint32_t number = 1U << within | (node & ((1U << within) - 1));
  return part_of(tree, node >> within, level - within) << kLevels | number;
}

/// One way down each tree serves both: the mass of the reference, and the count of the latest.
void HalfSpaceTrees::pass(std::span<const double> x, bool scores) {
  go_down(x.data());
  for (std::uint32_t tree = 0; tree < trees_; ++tree) (scores ? count_way<true>(tree) : count_way<false>(tree));
}

/// To the leaves where a point belongs; the cells on its way are called into the cache.
void HalfSpaceTrees::go_down(const double* x) {
  std::copy(space_.begin(), space_.end(), ranges_.begin());
  std::uint32_t* const nodes = nodes_.data();
  std::fill_n(nodes, trees_, 1U);
  for (std::uint32_t level = 0;; ++level) {
    if (level == 0 || (level >= top_ && (level - top_) % kLevels == 0)) {
      for (std::uint32_t tree = 0; tree < trees_; ++tree)
        __builtin_prefetch(&parts_[part_of(tree, nodes[tree], level)], 1);
    }
    if (level == depth_) return;
    Range* ranges = ranges_.data();
    for (std::uint32_t tree = 0; tree < trees_; ++tree, ranges += dimension_) {
      const std::uint32_t node = nodes[tree];
      const std::size_t q = halved(seed_, tree, node, dimension_);
      std::array<double, 2>& ends = ranges[q].ends;
      const double middle = (ends[0] + ends[1]) / 2;
      const std::uint32_t upper = x[q] >= middle ? 1 : 0;
      ends[1 - upper] = middle;
      nodes[tree] = 2 * node + upper;
    }
  }
}

/// Which nodes hold much, and which are new to this window, is hard to foretell: nothing branches on it.
template <bool kScores>
void HalfSpaceTrees::count_way(std::uint32_t tree) {
  const std::uint32_t leaf = nodes_[tree];
  std::uint64_t mass = 0, open = ~std::uint64_t{0};
  const std::size_t held = latest_cells_.size();
  latest_cells_.resize(held + depth_ + 1);
  std::uint32_t* fresh = latest_cells_.data() + held;
  for (std::uint32_t begin = 0, end = top_; begin <= depth_; begin = end, end += kLevels) {
    const std::uint32_t part = part_of(tree, leaf >> (depth_ - begin), begin);
    Cell* const cells = parts_[part].cells.data();
    for (std::uint32_t level = begin; level < end; ++level) {
      const std::uint32_t first = 1U << (level - begin);
      const std::uint32_t number = first | (leaf >> (depth_ - level) & (first - 1));
      Cell& at = cells[number];
      if constexpr (kScores) {
        const std::uint64_t ends = 0 - static_cast<std::uint64_t>(at.reference <= size_limit_ || level == depth_);
        mass += std::uint64_t{at.reference} << level & open & ends;
        open &= ~ends;
      }
      *fresh = part << kLevels | number;
      fresh += at.latest == 0 ? 1 : 0;
      ++at.latest;
    }
  }
  latest_cells_.resize(static_cast<std::size_t>(fresh - latest_cells_.data()));
  if constexpr (kScores) mass_ += static_cast<double>(mass);
}

void HalfSpaceTrees::end_window() {
  for (const std::uint32_t at : reference_cells_) cell(at).reference = 0;
  for (const std::uint32_t at : latest_cells_) cell(at) = {cell(at).latest, 0};
  reference_cells_.swap(latest_cells_);
  latest_cells_.clear();
  counted_ = 0;
}

std::uint64_t HalfSpaceTrees::bytes() const {
  const std::size_t doubles = first_.capacity() + least_.capacity() + spread_.capacity();
  const std::size_t numbers = reference_cells_.capacity() + latest_cells_.capacity() + nodes_.capacity();
  return doubles * sizeof(double) + (space_.capacity() + ranges_.capacity()) * sizeof(Range) +
         parts_.capacity() * sizeof(Part) + numbers * sizeof(std::uint32_t);
}

void HalfSpaceTrees::save(ByteWriter& writer) const {
  writer.put_vector(first_);
  writer.put_vector(least_);
  writer.put_vector(spread_);
  std::vector<std::uint64_t> held;  // nearly all cells are empty
  const std::uint32_t nodes = 2U << depth_;
  for (std::uint32_t tree = 0; tree < trees_; ++tree) {
    for (std::uint32_t node = 1; node < nodes; ++node) {
      const Cell& at = cell(place_of(tree, node));
      const std::uint32_t counts = std::uint32_t{at.reference} << 16 | at.latest;
      if (counts != 0) held.push_back((std::uint64_t{tree} * nodes + node) << 32 | counts);
    }
  }
  writer.put_vector(held);
  writer.put(counted_);
}

void HalfSpaceTrees::restore(ByteReader& reader) {
  first_ = reader.get_vector<double>();
  least_ = reader.get_vector<double>();
  spread_ = reader.get_vector<double>();
  std::fill(parts_.begin(), parts_.end(), Part{});
  reference_cells_.clear();
  latest_cells_.clear();
  const std::uint32_t nodes = 2U << depth_;
  for (const std::uint64_t held : reader.get_vector<std::uint64_t>()) {
    const auto tree = static_cast<std::uint32_t>(held >> 32) / nodes;
    const auto node = static_cast<std::uint32_t>(held >> 32) % nodes;
    if (tree >= trees_ || node == 0) return reader.fail();
    const std::uint32_t at = place_of(tree, node);
    cell(at) = {static_cast<std::uint16_t>(held >> 16), static_cast<std::uint16_t>(held)};
    if (cell(at).reference != 0) reference_cells_.push_back(at);
    if (cell(at).latest != 0) latest_cells_.push_back(at);
  }
  counted_ = reader.get<std::uint32_t>();
  const std::size_t scale = least_.size();
  if ((scale != 0 && scale != dimension_) || spread_.size() != scale || first_.size() % dimension_ != 0) reader.fail();
}

}  // namespace dwell::detect
