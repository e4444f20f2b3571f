// Half-space trees against explicit trees built and walked as the paper's algorithms say.

#include <catch2/catch.hpp>
#include <memory>

#include "detectors/learning/half_space_trees.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect::test {
namespace {

/// Algorithm 1 of the paper: a tree over a work range, all nodes made beforehand.
struct Node {
  std::size_t dimension = 0;
  double middle = 0;
  double r = 0, l = 0;
  std::unique_ptr<Node> left, right;
};

std::unique_ptr<Node> build(std::vector<double> low, std::vector<double> high, Seed seed, std::uint32_t tree,
                            std::uint32_t number, int levels) {
  auto node = std::make_unique<Node>();
  if (levels == 0) return node;
  const std::size_t q = HalfSpaceTrees::halved(seed, tree, number, low.size());
  node->dimension = q;
  node->middle = (high[q] + low[q]) / 2;
  std::vector<double> below = high;
  std::vector<double> above = low;
  below[q] = node->middle;
  above[q] = node->middle;
  node->left = build(low, below, seed, tree, 2 * number, levels - 1);
  node->right = build(above, high, seed, tree, 2 * number + 1, levels - 1);
  return node;
}

Node* next(const Node& node, const std::vector<double>& x) {
  return x[node.dimension] < node.middle ? node.left.get() : node.right.get();
}

double score(const Node& root, const std::vector<double>& x, double limit) {
  double power = 1;
  for (const Node* node = &root;; node = next(*node, x), power *= 2) {
    if (node->r <= limit || node->left == nullptr) return node->r * power;
  }
}

void count(Node& root, const std::vector<double>& x) {
  for (Node* node = &root; node != nullptr; node = node->left ? next(*node, x) : nullptr) node->l += 1;
}

void renew(Node& node) {
  node.r = node.l;
  node.l = 0;
  if (node.left) {
    renew(*node.left);
    renew(*node.right);
  }
}

std::vector<double> point(std::uint64_t n) {
  std::vector<double> x;
  for (std::uint64_t q = 0; q < 3; ++q) {
    double sum = 0;
    for (std::uint64_t k = 0; k < 4; ++k) sum += static_cast<double>(mix64(n, 10 * q + k) % 1000);
    x.push_back(sum / 50 - 40 + (n % 97 == 96 ? 60 : 0));
  }
  return x;
}

}  // namespace

TEST_CASE("half-space trees score by the masses of the paper", "[detectors][learning]") {
  constexpr std::uint32_t trees = 7;
  const int depth = GENERATE(1, 2, 3, 4, 5, 8, 11);  // a first part of each number of levels, alone and not
  CAPTURE(depth);
  constexpr std::size_t window = 60;
  constexpr double limit = 4;
  const Seed seed{42};
  Descriptor d = HalfSpaceTrees::describe();
  REQUIRE(d.set("trees", trees).ok());
  REQUIRE(d.set("depth", static_cast<double>(depth)).ok());
  REQUIRE(d.set("window", static_cast<double>(window)).ok());
  REQUIRE(d.set("size_limit", limit).ok());
  HalfSpaceTrees fast(d, 3, seed);

  std::vector<std::unique_ptr<Node>> roots;
  for (std::uint32_t t = 0; t < trees; ++t) {
    std::vector<double> low, high;
    for (std::size_t q = 0; q < 3; ++q) {
      const double s = HalfSpaceTrees::work_centre(seed, t, q);
      REQUIRE((s >= 0 && s < 1));
      low.push_back(s - 2 * std::max(s, 1 - s));
      high.push_back(s + 2 * std::max(s, 1 - s));
    }
    roots.push_back(build(low, high, seed, t, 1, depth));
  }
  std::vector<std::vector<double>> first;
  std::vector<double> least, greatest;
  const auto scaled = [&](std::vector<double> x) {
    for (std::size_t q = 0; q < 3; ++q) x[q] = (x[q] - least[q]) / (greatest[q] - least[q]);
    return x;
  };
  double inliers = 0, outliers = 0;
  for (std::uint64_t n = 0; n < 10 * window; ++n) {
    const std::vector<double> x = point(n);
    const double found = fast.step(x);
    if (n < window) {
      CHECK(found == 0);
      first.push_back(x);
      if (least.empty()) least = greatest = x;
      for (std::size_t q = 0; q < 3; ++q) {
        least[q] = std::min(least[q], x[q]);
        greatest[q] = std::max(greatest[q], x[q]);
      }
      if (n + 1 < window) continue;
      for (const auto& y : first) {
        for (auto& root : roots) count(*root, scaled(y));
      }
      for (auto& root : roots) renew(*root);
      continue;
    }
    double mass = 0;
    for (const auto& root : roots) mass += score(*root, scaled(x), limit);
    for (auto& root : roots) count(*root, scaled(x));
    if ((n + 1) % window == 0) {
      for (auto& root : roots) renew(*root);
    }
    INFO("point " << n);
    REQUIRE(fast.mass() == mass);
    REQUIRE(found == Approx(det_log(trees * static_cast<double>(window) * (1 << depth) / (mass + 1))).margin(1e-9));
    (n % 97 == 96 ? outliers : inliers) += found / (n % 97 == 96 ? 5 : 535);
  }
  if (depth >= 8) CHECK(outliers > inliers + 1);
}

TEST_CASE("half-space trees go on from saved state", "[detectors][learning]") {
  const Descriptor d = HalfSpaceTrees::describe();
  for (const std::uint64_t cut : {100ULL, 250ULL, 400ULL}) {
    HalfSpaceTrees straight(d, 3, Seed{3});
    for (std::uint64_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n)));
    ByteWriter writer;
    straight.save(writer);
    HalfSpaceTrees restored(d, 3, Seed{3});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint64_t n = cut; n < 800; ++n) REQUIRE(straight.step(point(n)) == restored.step(point(n)));
  }
}

}  // namespace dwell::detect::test
