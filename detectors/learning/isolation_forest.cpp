#include "detectors/learning/isolation_forest.hpp"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "detectors/common/records.hpp"
#include "detectors/learning/learner.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

Descriptor IsolationForest::describe() {
  Descriptor d = learner_descriptor("isolation-forest", "hours that few random cuts of feature residuals isolate",
                                    "Liu, Ting and Zhou 2008");
  d.parameters = {
      {"trees", 100, 1, 1000, "number of trees"},
      {"sample", 256, 4, 4096, "points that each tree is made of"},
      {"window", 672, 4, 8192, "last points that samples are drawn from"},
      {"refit", 168, 1, 8192, "points after which the forest is made anew"},
  };
  d.memory_bound_bytes = 128ULL << 20;
  d.check = "c(256) = 10.2448; scores by plain trees to 1e-9";
  return d;
}

constinit const CatalogueEntry isolation_forest_entry = learner_entry<IsolationForest>();

IsolationForest::IsolationForest(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : dimension_(dimension),
      seed_(seed),
      tree_count_(static_cast<std::uint32_t>(descriptor.parameter("trees"))),
      sample_(static_cast<std::uint32_t>(descriptor.parameter("sample"))),
      window_(static_cast<std::uint32_t>(descriptor.parameter("window"))),
      refit_(static_cast<std::uint32_t>(descriptor.parameter("refit"))),
      points_(window_ * dimension),
      least_(dimension),
      greatest_(dimension) {}

double IsolationForest::mean_path(std::size_t n) {
  if (n <= 1) return 0;
  if (n == 2) return 1;
  const auto points = static_cast<double>(n);
  return 2 * (det_log(points - 1) + .5772156649) - 2 * (points - 1) / points;
}

RandomBlock IsolationForest::draw(Seed seed, std::uint32_t fit, std::uint32_t tree, std::uint32_t node) {
  return random_block(seed, tree, purpose("isolation-forest.cut"), fit, node);
}

/// The first places of a shuffle (Fisher and Yates).
std::vector<std::uint32_t> IsolationForest::sample(Seed seed, std::uint32_t fit, std::uint32_t tree, std::uint32_t held,
                                                   std::uint32_t size) {
  RandomStream random(seed, tree, purpose("isolation-forest.sample"), fit);
  std::vector<std::uint32_t> all(held);
  std::iota(all.begin(), all.end(), 0U);
  for (std::uint32_t i = 0; i < size; ++i) std::swap(all[i], all[i + random.below(held - i)]);
  all.resize(size);
  return all;
}

std::uint32_t IsolationForest::held() const {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(seen_, window_));
}

double IsolationForest::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  double score = 0;
  if (fits_ > 0) {
    double sum = 0;
    for (const auto& tree : trees_) sum += path(tree, point);
    constexpr double ln_2 = .69314718055994531;
    score = det_exp(-ln_2 * sum / static_cast<double>(trees_.size()) / mean_path(fitted_on_));
  }
  const auto place = static_cast<std::ptrdiff_t>(seen_ % window_ * dimension_);
  std::copy(point.begin(), point.end(), points_.begin() + place);
  ++seen_;
  if (seen_ % refit_ == 0 && held() >= std::max(3U, sample_ / 4)) fit();
  return score;
}

void IsolationForest::fit() {
  fitted_on_ = std::min(sample_, held());
  most_depth_ = static_cast<std::uint32_t>(std::bit_width(fitted_on_ - 1));
  trees_.assign(tree_count_, {});
  for (std::uint32_t tree = 0; tree < tree_count_; ++tree) {
    std::vector<std::uint32_t> among = sample(seed_, fits_, tree, held(), fitted_on_);
    trees_[tree].reserve(2 * among.size());
    trees_[tree].resize(1);
    grow(trees_[tree], 0, among, tree, 1, 0);
  }
  ++fits_;
}

/// Least and greatest numbers of points, by dimension, eight dimensions at a time in registers; returns how many vary.
std::uint32_t IsolationForest::find_extremes(std::span<const std::uint32_t> among) {
  std::size_t q = 0;
  for (; q + 8 <= dimension_; q += 8) {
    __m128d least[4], greatest[4];
    for (std::size_t i = 0; i < 4; ++i)
      least[i] = greatest[i] = _mm_loadu_pd(&points_[among[0] * dimension_ + q + 2 * i]);
    for (const std::uint32_t place : among) {
      const double* const x = &points_[place * dimension_ + q];
#pragma GCC unroll 4
      for (std::size_t i = 0; i < 4; ++i) {
        least[i] = _mm_min_pd(_mm_loadu_pd(x + 2 * i), least[i]);
        greatest[i] = _mm_max_pd(_mm_loadu_pd(x + 2 * i), greatest[i]);
      }
    }
    for (std::size_t i = 0; i < 4; ++i) {
      _mm_storeu_pd(&least_[q + 2 * i], least[i]);
      _mm_storeu_pd(&greatest_[q + 2 * i], greatest[i]);
    }
  }
  for (; q < dimension_; ++q) {
    least_[q] = greatest_[q] = points_[among[0] * dimension_ + q];
    for (const std::uint32_t place : among) {
      least_[q] = std::min(least_[q], points_[place * dimension_ + q]);
      greatest_[q] = std::max(greatest_[q], points_[place * dimension_ + q]);
    }
  }
  std::uint32_t varying = 0;
  for (std::size_t i = 0; i < dimension_; ++i) varying += greatest_[i] > least_[i] ? 1 : 0;
  return varying;
}

void IsolationForest::grow(std::vector<Node>& nodes, std::size_t at, std::span<std::uint32_t> among, std::uint32_t tree,
                           std::uint32_t number, std::uint32_t depth) {
  nodes[at] = {0, 0, static_cast<std::uint32_t>(among.size())};
  if (depth >= most_depth_ || among.size() <= 1) return;
  const std::uint32_t varying = find_extremes(among);
  if (varying == 0) return;
  const RandomBlock block = draw(seed_, fits_, tree, number);
  std::uint32_t q = 0;
  for (std::uint32_t before = to_below(block.word[0], varying);; ++q) {
    if (greatest_[q] > least_[q] && before-- == 0) break;
  }
  const double cut = least_[q] + to_open_uniform(block.high()) * (greatest_[q] - least_[q]);
  const double* const column = &points_[q];
  const auto middle =
      std::partition(among.begin(), among.end(), [&](std::uint32_t p) { return column[p * dimension_] < cut; });
  const auto below = static_cast<std::size_t>(middle - among.begin());
  const std::size_t child = nodes.size();
  nodes[at] = {cut, static_cast<std::int32_t>(child), q};
  nodes.resize(child + 2);
  grow(nodes, child, among.first(below), tree, 2 * number, depth + 1);
  grow(nodes, child + 1, among.subspan(below), tree, 2 * number + 1, depth + 1);
}

double IsolationForest::path(const std::vector<Node>& nodes, std::span<const double> x) const {
  const Node* node = nodes.data();
  double depth = 0;
  for (; node->child != 0; ++depth)
    node = &nodes[static_cast<std::size_t>(node->child) + (x[node->part] < node->cut ? 0 : 1)];
  return depth + mean_path(node->part);
}

std::uint64_t IsolationForest::bytes() const {
  std::uint64_t total = (points_.capacity() + least_.capacity() + greatest_.capacity()) * sizeof(double);
  for (const auto& tree : trees_) total += sizeof tree + tree.capacity() * sizeof(Node);
  return total;
}

void IsolationForest::save(ByteWriter& writer) const {
  writer.put_vector(points_);
  writer.put(seen_);
  writer.put(fits_);
  writer.put(fitted_on_);
  writer.put(static_cast<std::uint64_t>(trees_.size()));
  for (const auto& tree : trees_) put_records(writer, tree);
}

void IsolationForest::restore(ByteReader& reader) {
  auto points = reader.get_vector<double>();
  seen_ = reader.get<std::uint64_t>();
  fits_ = reader.get<std::uint32_t>();
  fitted_on_ = reader.get<std::uint32_t>();
  const auto trees = reader.get<std::uint64_t>();
  if (points.size() != points_.size() || trees > tree_count_) return reader.fail();
  points_ = std::move(points);
  trees_.assign(static_cast<std::size_t>(trees), {});
  for (auto& tree : trees_) tree = get_records<Node>(reader);
}

}  // namespace dwell::detect
