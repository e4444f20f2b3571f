// The isolation forest against trees that own their points, built and walked as the paper's algorithms say.

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>

#include "detectors/learning/isolation_forest.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect::test {
namespace {

using Points = std::vector<std::vector<double>>;

struct Plain {
  std::size_t size = 0;
  std::size_t dimension = 0;
  double cut = 0;
  std::unique_ptr<Plain> left, right;
};

/// c(n) by the C library.
double mean_path(std::size_t n) {
  const auto points = static_cast<double>(n);
  return n > 2 ? 2 * (std::log(points - 1) + .5772156649) - 2 * (points - 1) / points : n == 2 ? 1 : 0;
}

std::unique_ptr<Plain> grow(const Points& points, Seed seed, std::uint32_t fit, std::uint32_t tree,
                            std::uint32_t number, int levels) {
  auto node = std::make_unique<Plain>();
  node->size = points.size();
  std::vector<std::size_t> varying;
  const auto less = [](std::size_t q) { return [q](const auto& a, const auto& b) { return a[q] < b[q]; }; };
  for (std::size_t q = 0; !points.empty() && q < points[0].size(); ++q) {
    const auto [least, greatest] = std::minmax_element(points.begin(), points.end(), less(q));
    if ((*least)[q] < (*greatest)[q]) varying.push_back(q);
  }
  if (levels == 0 || varying.empty()) return node;
  const RandomBlock block = IsolationForest::draw(seed, fit, tree, number);
  node->dimension = varying[to_below(block.word[0], static_cast<std::uint32_t>(varying.size()))];
  const std::size_t q = node->dimension;
  const auto [least, greatest] = std::minmax_element(points.begin(), points.end(), less(q));
  node->cut = (*least)[q] + to_open_uniform(block.high()) * ((*greatest)[q] - (*least)[q]);
  Points below, above;
  for (const auto& x : points) (x[q] < node->cut ? below : above).push_back(x);
  node->left = grow(below, seed, fit, tree, 2 * number, levels - 1);
  node->right = grow(above, seed, fit, tree, 2 * number + 1, levels - 1);
  return node;
}

double path(const Plain& node, const std::vector<double>& x, int depth) {
  if (!node.left) return depth + mean_path(node.size);
  return path(x[node.dimension] < node.cut ? *node.left : *node.right, x, depth + 1);
}

std::vector<double> point(std::uint64_t n) {
  std::vector<double> x;
  for (std::uint64_t q = 0; q < 3; ++q)
    x.push_back(static_cast<double>(mix64(n, q) % 40) / 8 + (n % 61 == 60 ? 30 : 0));
  return x;
}

}  // namespace

TEST_CASE("isolation forests score by the paths of the paper", "[detectors][learning]") {
  CHECK(IsolationForest::mean_path(256) == Approx(10.2448).epsilon(1e-5));
  CHECK(IsolationForest::mean_path(1) == 0);
  constexpr std::uint32_t trees = 20, sample = 32, window = 80, refit = 25;
  const Seed seed{8};
  Descriptor d = IsolationForest::describe();
  REQUIRE(d.set("trees", trees).ok());
  REQUIRE(d.set("sample", sample).ok());
  REQUIRE(d.set("window", window).ok());
  REQUIRE(d.set("refit", refit).ok());
  IsolationForest fast(d, 3, seed);
  Points ring(window);
  std::vector<std::unique_ptr<Plain>> plain;
  std::uint32_t size = 0, fits = 0;
  double outliers = 0, others = 0;
  for (std::uint32_t n = 0; n < 400; ++n) {
    const std::vector<double> x = point(n);
    const double score = fast.step(x);
    INFO("point " << n);
    if (plain.empty()) {
      REQUIRE(score == 0);
    } else {
      double sum = 0;
      for (const auto& root : plain) sum += path(*root, x, 0);
      REQUIRE(score == Approx(std::pow(2, -sum / trees / mean_path(size))).margin(1e-9));
      if (n > 100) (n % 61 == 60 ? outliers : others) += score / (n % 61 == 60 ? 5 : 294);
    }
    ring[n % window] = x;
    if ((n + 1) % refit != 0) continue;
    const std::uint32_t held = std::min(n + 1, window);
    size = std::min(sample, held);
    plain.clear();
    for (std::uint32_t t = 0; t < trees; ++t) {
      Points chosen;
      for (const std::uint32_t place : IsolationForest::sample(seed, fits, t, held, size))
        chosen.push_back(ring[place]);
      plain.push_back(grow(chosen, seed, fits, t, 1, static_cast<int>(std::bit_width(size - 1))));
    }
    ++fits;
  }
  CHECK(outliers > others + .1);
}

TEST_CASE("a sample is drawn without replacement, and all points alike", "[detectors][learning]") {
  std::vector<int> drawn(40);
  for (std::uint32_t tree = 0; tree < 2000; ++tree) {
    std::vector<std::uint32_t> chosen = IsolationForest::sample(Seed{1}, 0, tree, 40, 10);
    for (const std::uint32_t place : chosen) ++drawn[place];
    std::sort(chosen.begin(), chosen.end());
    REQUIRE(std::unique(chosen.begin(), chosen.end()) == chosen.end());
  }
  for (const int n : drawn) CHECK(std::abs(n - 500) < 5 * 19.4);  // sd of a binomial of 2000 and 1/4
}

TEST_CASE("an isolation forest goes on from saved state", "[detectors][learning]") {
  const Descriptor d = IsolationForest::describe();
  for (const std::uint64_t cut : {10ULL, 90ULL, 750ULL}) {
    IsolationForest straight(d, 3, Seed{3});
    for (std::uint64_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n)));
    ByteWriter writer;
    straight.save(writer);
    IsolationForest restored(d, 3, Seed{3});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint64_t n = cut; n < cut + 60; ++n) REQUIRE(straight.step(point(n)) == restored.step(point(n)));
  }
}

TEST_CASE("a damaged isolation tree is not restored", "[detectors][learning]") {
  constexpr std::uint32_t kWindow = 16, kDimension = 9;
  Descriptor d = IsolationForest::describe();
  REQUIRE(d.set("trees", 1).ok());
  REQUIRE(d.set("window", kWindow).ok());
  struct Node {
    std::uint64_t child, part;
  };
  // A tree of four points has at most two levels below its root.
  const auto restores = [&](const std::vector<Node>& tree, std::uint32_t fitted_on = 4, std::uint64_t trees = 1) {
    ByteWriter writer;
    writer.put_vector(std::vector<double>(std::size_t{kWindow} * kDimension));
    writer.put(std::uint64_t{20});
    writer.put(std::uint32_t{1});
    writer.put(fitted_on);
    writer.put(trees);
    std::vector<std::uint64_t> words;
    for (const Node& node : tree) words.insert(words.end(), {0, node.part << 32 | node.child});
    for (std::uint64_t t = 0; t < trees; ++t) writer.put_vector(words);
    IsolationForest forest(d, kDimension, Seed{3});
    ByteReader reader(writer.bytes());
    forest.restore(reader);
    if (!reader.failed()) static_cast<void>(forest.step(std::vector<double>(kDimension)));
    return !reader.failed();
  };
  const Node leaf{0, 1};
  CHECK(restores({{0, 4}}));
  CHECK(restores({{1, 8}, {3, 8}, leaf, leaf, leaf}));
  CHECK_FALSE(restores({}));
  CHECK_FALSE(restores({{0, 4}}, 4, 0));
  CHECK_FALSE(restores({{0, 4}}, 4, 2));
  CHECK_FALSE(restores({{0, 0}}, 0));
  CHECK_FALSE(restores({{0, 257}}, 257));
  CHECK_FALSE(restores({{0, 5}}));                                          // a leaf of more points than there were
  CHECK_FALSE(restores({{1, 9}, leaf, leaf}));                              // a dimension that points do not have
  CHECK_FALSE(restores({{2, 8}, leaf, leaf}));                              // a child outside
  CHECK_FALSE(restores({{1, 8}, {1, 8}, leaf}));                            // a child before its parent
  CHECK_FALSE(restores({{1, 8}, {3, 8}, leaf, {5, 8}, leaf, leaf, leaf}));  // a level too deep
}

}  // namespace dwell::detect::test
