#include "detectors/learning/rrcf.hpp"

#include <algorithm>
#include <array>

#include "detectors/common/records.hpp"
#include "detectors/learning/learner.hpp"

namespace dwell::detect {
namespace {
constexpr std::size_t kTogether = RandomCutTree::kTogether;

std::size_t lines_of_block(std::size_t bytes) {
  const std::size_t unit = bytes < kHugePageBytes ? sizeof(Lanes) : kHugePageBytes;
  return (bytes + unit - 1) / unit * unit / sizeof(Lanes);
}

}  // namespace

RandomCutTrees::RandomCutTrees(std::size_t trees, std::size_t capacity, std::size_t dimension)
    : memory_(lines_of_block(trees * RandomCutTree::bytes_of(capacity, dimension))),
      parts_(memory_.data(), memory_.size() * sizeof(Lanes), std::pmr::null_memory_resource()) {
  trees_.reserve(trees);
  while (trees_.size() < trees) trees_.emplace_back(capacity, dimension, &parts_);
}

RandomCutTrees::RandomCutTrees(const RandomCutTrees& other)
    : memory_(other.memory_.size()),
      parts_(memory_.data(), memory_.size() * sizeof(Lanes), std::pmr::null_memory_resource()) {
  trees_.reserve(other.trees_.size());
  for (const RandomCutTree& tree : other.trees_) trees_.emplace_back(tree, &parts_);
}

std::uint64_t RandomCutTrees::bytes() const {
  return memory_.capacity() * sizeof(Lanes) + trees_.capacity() * sizeof(RandomCutTree);
}

Descriptor RandomCutForest::describe() {
  Descriptor d = learner_descriptor(
      "rrcf", "hours that displace others in a forest of random cuts of feature residuals", "Guha et al. 2016");
  d.parameters = {
      {"trees", 100, 1, 1000, "number of trees", Numbers::whole},
      {"window", 256, 8, 4096, "points held by each tree", Numbers::whole},
  };
  d.memory_bound_bytes = 64ULL << 20;
  d.check = "co-displacement by brute force on plain trees to 1e-9";
  return d;
}

constinit const CatalogueEntry rrcf_entry = learner_entry<RandomCutForest>();

RandomCutForest::RandomCutForest(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      keys_(seed),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      points_(window_ * lines_of(dimension)),
      trees_(static_cast<std::size_t>(descriptor.parameter("trees")), window_, dimension) {}

double RandomCutForest::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  const std::size_t place = seen_ % window_;
  put(point, place);
  double sum = 0;
  const std::span<RandomCutTree> all = trees_.all();
  for (std::size_t first = 0; first < all.size(); first += kTogether) {
    const std::span<RandomCutTree> some = all.subspan(first, std::min(kTogether, all.size() - first));
    if (seen_ >= window_) RandomCutTree::remove(some, points_, place);
    std::array<RandomCutTree::Draw, kTogether> draws;
    for (std::size_t t = 0; t < some.size(); ++t) {
      const auto tree = static_cast<std::uint32_t>(first + t);
      draws[t] = RandomCutTree::draw(keys_, tree, static_cast<std::uint32_t>(seen_));
    }
    sum += RandomCutTree::insert(some, points_, place, std::span(draws).first(some.size()));
  }
  ++seen_;
  return seen_ > window_ / 4 ? sum / static_cast<double>(all.size()) : 0;
}

void RandomCutForest::put(std::span<const double> point, std::size_t place) {
  constexpr double farthest = 1e30;  // sums over dimensions stay in range
  if (origin_.empty()) origin_.assign(point.begin(), point.end());
  Lanes* const row = &points_[place * lines_of(dimension_)];
  for (std::size_t q = 0; q < dimension_; ++q)
    row[q / 16].number[q % 16] = static_cast<float>(std::clamp(point[q] - origin_[q], -farthest, farthest));
}

std::uint64_t RandomCutForest::bytes() const {
  return origin_.capacity() * sizeof(double) + points_.capacity() * sizeof(Lanes) + trees_.bytes();
}

void RandomCutForest::save(ByteWriter& writer) const {
  writer.put_vector(origin_);
  put_records(writer, points_);
  writer.put(seen_);
  for (const RandomCutTree& tree : trees_.all()) tree.save(writer);
}

void RandomCutForest::restore(ByteReader& reader) {
  origin_ = reader.get_vector<double>();
  auto points = get_records<Lanes>(reader);
  seen_ = reader.get<std::uint64_t>();
  if (points.size() != points_.size() || (seen_ > 0 && origin_.size() != dimension_)) return reader.fail();
  points_ = std::move(points);
  const std::size_t held = std::min<std::uint64_t>(seen_, window_);
  for (RandomCutTree& tree : trees_.all()) tree.restore(reader, points_, held);
}

}  // namespace dwell::detect
