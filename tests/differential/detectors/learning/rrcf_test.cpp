// Random cut trees against plain ones: nodes that own their points, boxes made anew at every step, and co-displacement
// by taking subtrees away and counting by how much the others rise.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>

#include "detectors/learning/rrcf.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect::test {
namespace {

using Point = std::vector<double>;
using Places = std::map<std::uint32_t, Point>;

struct Plain {
  Places held;  // all points below
  std::size_t dimension = 0;
  double cut = 0;
  std::unique_ptr<Plain> left, right;

  [[nodiscard]] std::unique_ptr<Plain> copy() const {
    auto node = std::make_unique<Plain>();
    node->held = held;
    node->dimension = dimension;
    node->cut = cut;
    if (left) node->left = left->copy();
    if (right) node->right = right->copy();
    return node;
  }
};

std::unique_ptr<Plain> plain_leaf(std::uint32_t place, const Point& x) {
  auto node = std::make_unique<Plain>();
  node->held[place] = x;
  return node;
}

/// Algorithm 2 of the paper.
void insert(std::unique_ptr<Plain>& node, std::uint32_t place, const Point& x, const RandomCutTree::Draws& draws,
            std::uint32_t level) {
  if (!node) {
    node = plain_leaf(place, x);
    return;
  }
  Point low = x, high = x;
  Point own_low = node->held.begin()->second;
  Point own_high = own_low;
  for (const auto& [other, y] : node->held) {
    for (std::size_t q = 0; q < x.size(); ++q) {
      own_low[q] = std::min(own_low[q], y[q]);
      own_high[q] = std::max(own_high[q], y[q]);
      low[q] = std::min(low[q], y[q]);
      high[q] = std::max(high[q], y[q]);
    }
  }
  double total = 0;
  for (std::size_t q = 0; q < x.size(); ++q) total += high[q] - low[q];
  if (total == 0) {
    node->held[place] = x;
    return;
  }
  double left_over = draws.at(level) * total;
  std::size_t q = 0;
  while (left_over >= high[q] - low[q]) left_over -= high[q] - low[q], ++q;
  const double cut = low[q] + left_over;
  const bool below = x[q] <= cut && cut < own_low[q];
  const bool above = x[q] > cut && cut >= own_high[q];
  if (below || above) {
    auto made = std::make_unique<Plain>();
    made->held = node->held;
    made->held[place] = x;
    made->dimension = q;
    made->cut = cut;
    made->left = below ? plain_leaf(place, x) : std::move(node);
    made->right = below ? std::move(node) : plain_leaf(place, x);
    node = std::move(made);
    return;
  }
  node->held[place] = x;
  insert(x[node->dimension] <= node->cut ? node->left : node->right, place, x, draws, level + 1);
}

void remove(std::unique_ptr<Plain>& node, std::uint32_t place) {
  node->held.erase(place);
  if (node->held.empty()) {
    node.reset();
    return;
  }
  if (!node->left) return;
  std::unique_ptr<Plain>& side = node->left->held.count(place) != 0 ? node->left : node->right;
  remove(side, place);
  if (side) return;
  std::unique_ptr<Plain> other = std::move(node->left ? node->left : node->right);
  node = std::move(other);
}

void depths(const Plain& node, int depth, std::map<std::uint32_t, int>& out) {
  if (!node.left) {
    for (const auto& [place, x] : node.held) out[place] = depth;
    return;
  }
  depths(*node.left, depth + 1, out);
  depths(*node.right, depth + 1, out);
}

/// The subtrees that hold a place, the whole left out.
void holding(const Plain& node, std::uint32_t place, std::vector<Places>& out) {
  if (!node.left) return;
  const Plain& side = node.left->held.count(place) != 0 ? *node.left : *node.right;
  out.push_back(side.held);
  holding(side, place, out);
}

double displacement(const Plain& root, std::uint32_t place) {
  std::map<std::uint32_t, int> before;
  depths(root, 0, before);
  std::vector<Places> subtrees;
  holding(root, place, subtrees);
  double most = 0;
  for (const Places& subtree : subtrees) {
    auto rest = root.copy();
    for (const auto& [gone, x] : subtree) remove(rest, gone);
    std::map<std::uint32_t, int> after;
    depths(*rest, 0, after);
    double risen = 0;
    for (const auto& [other, depth] : after) risen += before[other] - depth;
    most = std::max(most, risen / static_cast<double>(subtree.size()));
  }
  return most;
}

/// Coarse numbers, so that some points are equal and some share a side.
Point point(std::uint64_t n, std::size_t dimension, std::uint64_t kinds) {
  Point x;
  for (std::size_t q = 0; q < dimension; ++q)
    x.push_back(static_cast<double>(mix64(n, q) % kinds) / 4 + (n % 29 == 28 ? 9 : 0));
  return x;
}

}  // namespace

TEST_CASE("a random cut tree is the plain one, point by point", "[detectors][learning]") {
  constexpr std::uint32_t window = 14;
  for (const std::uint64_t kinds : {3ULL, 1000ULL}) {
    for (std::uint32_t tree = 0; tree < 5; ++tree) {
      RandomCutTree fast(window, 3);
      std::unique_ptr<Plain> plain;
      std::vector<double> points(window * 3);
      for (std::uint32_t n = 0; n < 90; ++n) {
        INFO("kinds " << kinds << ", tree " << tree << ", point " << n);
        const std::uint32_t place = n % window;
        const Point x = point(n + 1000 * tree, 3, kinds);
        if (n >= window) {
          fast.remove(points, place);
          remove(plain, place);
        }
        std::copy(x.begin(), x.end(), points.begin() + place * 3);
        const RandomCutTree::Draws draws{77, tree, n};
        fast.insert(points, place, draws);
        insert(plain, place, x, draws, 0);
        for (const auto& [each, y] : plain->held)
          REQUIRE(fast.displacement(each) == Approx(displacement(*plain, each)).margin(1e-9));
      }
    }
  }
}

TEST_CASE("the forest's score is the mean over its trees, and an outlier has the greatest", "[detectors][learning]") {
  Descriptor d = RandomCutForest::describe();
  REQUIRE(d.set("trees", 30).ok());
  REQUIRE(d.set("window", 16).ok());
  RandomCutForest forest(d, 2, Seed{5});
  std::vector<std::unique_ptr<Plain>> plain(30);
  double outliers = 1e9, others = 0;
  for (std::uint32_t n = 0; n < 60; ++n) {
    Point x = point(n, 2, 1000);
    if (n % 29 == 28) x = {400, -400};
    const double score = forest.step(x);
    double sum = 0;
    for (std::uint32_t t = 0; t < plain.size(); ++t) {
      if (n >= 16) remove(plain[t], n % 16);
      insert(plain[t], n % 16, x, {5, t, n}, 0);
      sum += displacement(*plain[t], n % 16);
    }
    if (n < 4) continue;
    REQUIRE(score == Approx(sum / 30).margin(1e-9));
    (n % 29 == 28 ? outliers : others) = n % 29 == 28 ? std::min(outliers, score) : std::max(others, score);
  }
  CHECK(outliers > others);
}

TEST_CASE("a random cut forest goes on from saved state", "[detectors][learning]") {
  Descriptor d = RandomCutForest::describe();
  REQUIRE(d.set("trees", 10).ok());
  REQUIRE(d.set("window", 32).ok());
  for (const std::uint64_t cut : {0ULL, 9ULL, 100ULL}) {
    RandomCutForest straight(d, 3, Seed{3});
    for (std::uint64_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n, 3, 20)));
    ByteWriter writer;
    straight.save(writer);
    RandomCutForest restored(d, 3, Seed{3});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint64_t n = cut; n < 300; ++n) REQUIRE(straight.step(point(n, 3, 20)) == restored.step(point(n, 3, 20)));
  }
}

}  // namespace dwell::detect::test
