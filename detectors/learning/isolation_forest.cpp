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
      {"trees", 100, 1, 1000, "number of trees", Numbers::whole},
      {"sample", 256, 4, 4096, "points that each tree is made of", Numbers::whole},
      {"window", 672, 4, 8192, "last points that samples are drawn from", Numbers::whole},
      {"refit", 168, 1, 8192, "points after which the forest is made anew", Numbers::whole},
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
    constexpr double ln_2 = .69314718055994531;
    score = det_exp(-ln_2 * sum_of_paths(point.data()) / static_cast<double>(roots_.size()) / mean_path_[fitted_on_]);
  }
  const auto place = static_cast<std::ptrdiff_t>(seen_ % window_ * dimension_);
  std::copy(point.begin(), point.end(), points_.begin() + place);
  ++seen_;
  if (seen_ % refit_ == 0 && held() >= std::max(3U, sample_ / 4)) fit();
  return score;
}

void IsolationForest::fit() {
  fitted_on_ = std::min(sample_, held());
  note_fit();
  nodes_.clear();
  nodes_.reserve(std::size_t{2} * tree_count_ * fitted_on_);
  roots_.clear();
  above_.resize(fitted_on_);
  for (std::uint32_t tree = 0; tree < tree_count_; ++tree) {
    std::vector<std::uint32_t> among = sample(seed_, fits_, tree, held(), fitted_on_);
    roots_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.resize(nodes_.size() + 1);
    grow(roots_.back(), among, tree, 1, 0);
  }
  ++fits_;
}

/// What follows from how many points a tree is made of.
void IsolationForest::note_fit() {
  most_depth_ = fitted_on_ == 0 ? 0 : static_cast<std::uint32_t>(std::bit_width(fitted_on_ - 1));
  for (std::size_t n = mean_path_.size(); n <= fitted_on_; ++n) mean_path_.push_back(mean_path(n));
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

void IsolationForest::grow(std::size_t at, std::span<std::uint32_t> among, std::uint32_t tree, std::uint32_t number,
                           std::uint32_t depth) {
  nodes_[at] = {0, 0, static_cast<std::uint32_t>(among.size())};
  if (depth >= most_depth_ || among.size() <= 1) return;
  const std::uint32_t varying = find_extremes(among);
  if (varying == 0) return;
  const RandomBlock block = draw(seed_, fits_, tree, number);
  std::uint32_t q = 0;
  for (std::uint32_t before = to_below(block.word[0], varying);; ++q) {
    if (greatest_[q] > least_[q] && before-- == 0) break;
  }
  const double cut = least_[q] + to_open_uniform(block.high()) * (greatest_[q] - least_[q]);
  const std::size_t below = part(among, q, cut);
  const std::size_t child = nodes_.size();
  nodes_[at] = {cut, static_cast<std::uint32_t>(child), q};
  nodes_.resize(child + 2);
  grow(child, among.first(below), tree, 2 * number, depth + 1);
  grow(child + 1, among.subspan(below), tree, 2 * number + 1, depth + 1);
}

/// Points below the cut first; returns how many they are. On which side a point lies is hard to foretell: nothing
/// branches on it.
std::size_t IsolationForest::part(std::span<std::uint32_t> among, std::uint32_t dimension, double cut) {
  const double* const column = &points_[dimension];
  std::uint32_t* const first = among.data();
  std::uint32_t* const second = above_.data();
  std::size_t below = 0, above = 0;
  for (const std::uint32_t place : among) {
    const std::size_t is_below = column[place * dimension_] < cut ? 1 : 0;
    first[below] = second[above] = place;
    below += is_below;
    above += 1 - is_below;
  }
  std::copy_n(second, above, first + below);
  return below;
}

/// Over trees. Where a way ends is hard to foretell: nothing branches on it, and who has arrived stays.
double IsolationForest::sum_of_paths(const double* x) {
  const std::size_t trees = roots_.size();
  ways_.resize(trees);
  for (std::size_t t = 0; t < trees; ++t) ways_[t] = {roots_[t], 0};
  const Node* const nodes = nodes_.data();
  Way* const ways = ways_.data();
  for (std::uint32_t level = 0; level < most_depth_; ++level) {
    for (std::size_t t = 0; t < trees; ++t) {
      const Way way = ways[t];
      const Node& node = nodes[way.node];
      const std::uint32_t goes = node.child != 0 ? 1 : 0;
      const std::uint32_t next = node.child + (x[node.part & (0 - goes)] < node.cut ? 0 : 1);
      ways[t] = {goes != 0 ? next : way.node, way.depth + goes};
    }
  }
  double sum = 0;
  for (std::size_t t = 0; t < trees; ++t) sum += ways[t].depth + mean_path_[nodes[ways[t].node].part];
  return sum;
}

std::uint64_t IsolationForest::bytes() const {
  const std::size_t doubles = points_.capacity() + least_.capacity() + greatest_.capacity() + mean_path_.capacity();
  return doubles * sizeof(double) + nodes_.capacity() * sizeof(Node) + ways_.capacity() * sizeof(Way) +
         (roots_.capacity() + above_.capacity()) * sizeof(std::uint32_t);
}

void IsolationForest::save(ByteWriter& writer) const {
  writer.put_vector(points_);
  writer.put(seen_);
  writer.put(fits_);
  writer.put(fitted_on_);
  writer.put(static_cast<std::uint64_t>(roots_.size()));
  for (std::size_t t = 0; t < roots_.size(); ++t) {
    const std::size_t end = t + 1 < roots_.size() ? roots_[t + 1] : nodes_.size();
    std::vector<Node> tree(nodes_.begin() + roots_[t], nodes_.begin() + static_cast<std::ptrdiff_t>(end));
    for (Node& node : tree) node.child -= node.child == 0 ? 0 : roots_[t];  // places within the tree
    put_records(writer, tree);
  }
}

void IsolationForest::restore(ByteReader& reader) {
  auto points = reader.get_vector<double>();
  seen_ = reader.get<std::uint64_t>();
  fits_ = reader.get<std::uint32_t>();
  fitted_on_ = reader.get<std::uint32_t>();
  const auto trees = reader.get<std::uint64_t>();
  if (points.size() != points_.size() || trees != (fits_ == 0 ? 0 : tree_count_)) return reader.fail();
  if (fitted_on_ > sample_ || (fits_ != 0 && fitted_on_ == 0)) return reader.fail();
  points_ = std::move(points);
  note_fit();
  nodes_.clear();
  roots_.clear();
  for (std::uint64_t t = 0; t < trees; ++t) {
    std::vector<Node> tree = get_records<Node>(reader);
    if (!sound(tree)) return reader.fail();
    const auto root = static_cast<std::uint32_t>(nodes_.size());
    for (Node& node : tree) node.child += node.child == 0 ? 0 : root;
    roots_.push_back(root);
    nodes_.insert(nodes_.end(), tree.begin(), tree.end());
  }
}

/// Whether children lie in the tree, behind their parents and not too deep, and all numbers mean something here.
bool IsolationForest::sound(std::span<const Node> tree) const {
  std::vector<std::uint32_t> depth(tree.size());
  for (std::size_t at = 0; at < tree.size(); ++at) {
    const Node& node = tree[at];
    if (node.child == 0 && node.part > fitted_on_) return false;
    if (node.child == 0) continue;
    if (node.child <= at || node.child + std::size_t{1} >= tree.size()) return false;
    if (node.part >= dimension_ || depth[at] >= most_depth_) return false;
    for (const std::size_t child : {std::size_t{node.child}, node.child + std::size_t{1}})
      depth[child] = std::max(depth[child], depth[at] + 1);
  }
  return !tree.empty() && tree.size() < std::size_t{2} << most_depth_;
}

}  // namespace dwell::detect
