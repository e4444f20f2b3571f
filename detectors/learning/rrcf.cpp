#include "detectors/learning/rrcf.hpp"

#include <algorithm>

#include "detectors/learning/learner.hpp"

namespace dwell::detect {

Descriptor RandomCutForest::describe() {
  Descriptor d = learner_descriptor(
      "rrcf", "hours that displace others in a forest of random cuts of feature residuals", "Guha et al. 2016");
  d.parameters = {
      {"trees", 100, 1, 1000, "number of trees"},
      {"window", 256, 8, 4096, "points held by each tree"},
  };
  d.memory_bound_bytes = 64ULL << 20;
  d.check = "co-displacement by brute force on plain trees to 1e-9";
  return d;
}

constinit const CatalogueEntry rrcf_entry = learner_entry<RandomCutForest>();

RandomCutForest::RandomCutForest(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      seed_(seed),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      points_(window_ * dimension),
      trees_(static_cast<std::size_t>(descriptor.parameter("trees")), RandomCutTree(window_, dimension)) {}

double RandomCutForest::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  const auto place = static_cast<std::uint32_t>(seen_ % window_);
  std::copy(point.begin(), point.end(), points_.begin() + static_cast<std::ptrdiff_t>(place * dimension_));
  double sum = 0;
  for (std::uint32_t t = 0; t < trees_.size(); ++t) {
    RandomCutTree& tree = trees_[t];
    if (seen_ >= window_) tree.remove(points_, place);
    tree.insert(points_, place, {seed_.value, t, static_cast<std::uint32_t>(seen_)});
    sum += tree.displacement(place);
  }
  ++seen_;
  return seen_ > window_ / 4 ? sum / static_cast<double>(trees_.size()) : 0;
}

std::uint64_t RandomCutForest::bytes() const {
  std::uint64_t total = points_.capacity() * sizeof(double);
  for (const RandomCutTree& tree : trees_) total += sizeof tree + tree.bytes();
  return total;
}

void RandomCutForest::save(ByteWriter& writer) const {
  writer.put_vector(points_);
  writer.put(seen_);
  for (const RandomCutTree& tree : trees_) tree.save(writer);
}

void RandomCutForest::restore(ByteReader& reader) {
  auto points = reader.get_vector<double>();
  seen_ = reader.get<std::uint64_t>();
  if (points.size() != points_.size()) return reader.fail();
  points_ = std::move(points);
  for (RandomCutTree& tree : trees_) tree.restore(reader, points_);
}

}  // namespace dwell::detect
