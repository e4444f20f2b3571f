#include "detectors/learning/rrcf.hpp"

#include <algorithm>
#include <array>
#include <numeric>

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
  const auto stands = points_.begin() + static_cast<std::ptrdiff_t>(place * dimension_);
  before_.assign(stands, stands + static_cast<std::ptrdiff_t>(dimension_));
  double sum = 0;
  for (std::size_t first = 0; first < trees_.size(); first += kTogether) {
    const std::span<RandomCutTree> some(trees_.data() + first, std::min(kTogether, trees_.size() - first));
    if (seen_ >= window_) {
      std::copy(before_.begin(), before_.end(), stands);
      remove(some, place);
    }
    std::copy(point.begin(), point.end(), stands);
    insert(some, static_cast<std::uint32_t>(first), place);
    for (const RandomCutTree& tree : some) sum += tree.displacement(place);
  }
  ++seen_;
  return seen_ > window_ / 4 ? sum / static_cast<double>(trees_.size()) : 0;
}

namespace {

/// Calls `advance(i)` for each i below `many` in turn until it returned false for it.
template <std::size_t Most, class Advance>
void take_turns(std::size_t many, Advance advance) {
  std::array<std::size_t, Most> going;
  std::iota(going.begin(), going.end(), std::size_t{0});
  while (many > 0) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < many; ++i) {
      const std::size_t at = going[i];
      if (advance(at)) going[kept++] = at;
    }
    many = kept;
  }
}

}  // namespace

void RandomCutForest::remove(std::span<RandomCutTree> some, std::uint32_t place) {
  for (const RandomCutTree& tree : some) tree.prefetch(place);
  for (std::size_t t = 0; t < some.size(); ++t) some[t].begin_remove(place, ascents_[t]);
  take_turns<kTogether>(some.size(), [&](std::size_t t) { return some[t].advance(points_, place, ascents_[t]); });
}

void RandomCutForest::insert(std::span<RandomCutTree> some, std::uint32_t first, std::uint32_t place) {
  std::array<RandomCutTree::Descent, kTogether> descents;
  for (std::size_t t = 0; t < some.size(); ++t) {
    const std::uint32_t tree = first + static_cast<std::uint32_t>(t);
    descents[t] = some[t].begin_insert(place, {seed_.value, tree, static_cast<std::uint32_t>(seen_)});
  }
  take_turns<kTogether>(some.size(), [&](std::size_t t) { return some[t].advance(points_, descents[t]); });
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
