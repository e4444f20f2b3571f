#include "detectors/learning/half_space_trees.hpp"

#include <algorithm>

#include "detectors/learning/learner.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

Descriptor HalfSpaceTrees::describe() {
  Descriptor d = learner_descriptor(
      "half-space-trees", "hours of little mass among half-space trees of feature residuals", "Tan, Ting and Liu 2011");
  d.parameters = {
      {"trees", 25, 1, 200, "number of trees"},
      {"depth", 15, 1, 16, "of every tree"},
      {"window", 250, 2, 65535, "points whose mass is the reference for the next so many"},
      {"size_limit", 25, 0, 65535, "mass at which a point's way down ends"},
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
      cells_(static_cast<std::size_t>(trees_) << (depth_ + 1)),
      low_(dimension),
      high_(dimension) {
  for (std::uint32_t tree = 0; tree < trees_; ++tree) {
    for (std::size_t q = 0; q < dimension_; ++q) centre_.push_back(work_centre(seed_, tree, q));
  }
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

/// One way down each tree serves both: the mass of the reference, and the count of the latest.
void HalfSpaceTrees::pass(std::span<const double> x, bool scores) {
  for (std::uint32_t tree = 0; tree < trees_; ++tree) {
    const std::size_t base = static_cast<std::size_t>(tree) << (depth_ + 1);
    for (std::size_t q = 0; q < dimension_; ++q) {
      const double s = centre_[tree * dimension_ + q];
      const double w = 2 * std::max(s, 1 - s);
      low_[q] = s - w;
      high_[q] = s + w;
    }
    bool open = scores;
    std::uint32_t node = 1;
    for (std::uint32_t level = 0;; ++level) {
      Cell& cell = cells_[base + node];
      const std::uint32_t r = cell.reference;
      if (open && (r <= size_limit_ || level == depth_)) {
        mass_ += static_cast<double>(r) * static_cast<double>(1U << level);
        open = false;
      }
      if (cell.latest++ == 0) latest_cells_.push_back(static_cast<std::uint32_t>(base + node));
      if (level == depth_) break;
      const std::size_t q = halved(seed_, tree, node, dimension_);
      const double middle = (low_[q] + high_[q]) / 2;
      const bool upper = x[q] >= middle;
      (upper ? low_ : high_)[q] = middle;
      node = 2 * node + (upper ? 1 : 0);
    }
  }
}

void HalfSpaceTrees::end_window() {
  for (const std::uint32_t at : reference_cells_) cells_[at].reference = 0;
  for (const std::uint32_t at : latest_cells_) cells_[at] = {cells_[at].latest, 0};
  reference_cells_.swap(latest_cells_);
  latest_cells_.clear();
  counted_ = 0;
}

std::uint64_t HalfSpaceTrees::bytes() const {
  const std::size_t doubles = centre_.capacity() + first_.capacity() + 4 * dimension_;
  return doubles * sizeof(double) + cells_.capacity() * sizeof(Cell) +
         (reference_cells_.capacity() + latest_cells_.capacity()) * sizeof(std::uint32_t);
}

void HalfSpaceTrees::save(ByteWriter& writer) const {
  writer.put_vector(first_);
  writer.put_vector(least_);
  writer.put_vector(spread_);
  std::vector<std::uint64_t> held;  // nearly all cells are empty
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::uint32_t counts = std::uint32_t{cells_[i].reference} << 16 | cells_[i].latest;
    if (counts != 0) held.push_back(i << 32 | counts);
  }
  writer.put_vector(held);
  writer.put(counted_);
}

void HalfSpaceTrees::restore(ByteReader& reader) {
  first_ = reader.get_vector<double>();
  least_ = reader.get_vector<double>();
  spread_ = reader.get_vector<double>();
  std::fill(cells_.begin(), cells_.end(), Cell{});
  reference_cells_.clear();
  latest_cells_.clear();
  for (const std::uint64_t held : reader.get_vector<std::uint64_t>()) {
    if (held >> 32 >= cells_.size()) return reader.fail();
    const Cell cell{static_cast<std::uint16_t>(held >> 16), static_cast<std::uint16_t>(held)};
    const auto at = static_cast<std::uint32_t>(held >> 32);
    cells_[at] = cell;
    if (cell.reference != 0) reference_cells_.push_back(at);
    if (cell.latest != 0) latest_cells_.push_back(at);
  }
  counted_ = reader.get<std::uint32_t>();
  const std::size_t scale = least_.size();
  if ((scale != 0 && scale != dimension_) || spread_.size() != scale || first_.size() % dimension_ != 0) reader.fail();
}

}  // namespace dwell::detect
