// Random cut trees against plain ones: nodes that own their points, boxes made anew at every step, sums in double
// precision, and co-displacement by taking subtrees away and counting by how much the others rise.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
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

/// By how much a point lies beyond the least and greatest numbers of a dimension, and their distance when it is one of
/// them.
struct Side {
  double low, high, x;
  [[nodiscard]] double beyond() const { return std::max({low - x, x - high, 0.0}); }
  [[nodiscard]] double length() const { return std::max(high, x) - std::min(low, x); }
};

std::vector<Side> sides(const Plain& node, const Point& x) {
  std::vector<Side> all;
  for (std::size_t q = 0; q < x.size(); ++q) {
    Side side{1e300, -1e300, x[q]};
    for (const auto& [place, y] : node.held) side = {std::min(side.low, y[q]), std::max(side.high, y[q]), x[q]};
    all.push_back(side);
  }
  return all;
}

/// Algorithm 2 of the paper, with what is left to draw at a node put as one number: that no cut has parted the point so
/// far has probability `whole`, and the cut that parts it comes where this falls below the draw.
void insert(std::unique_ptr<Plain>& node, std::uint32_t place, const Point& x, RandomCutTree::Draw draw,
            double whole = 1) {
  if (!node) {
    node = plain_leaf(place, x);
    return;
  }
  const std::vector<Side> all = sides(*node, x);
  double beyond = 0, total = 0;
  for (const Side& side : all) beyond += side.beyond(), total += side.length();
  if (total == 0) {
    node->held[place] = x;
    return;
  }
  whole *= (total - beyond) / total;
  if (whole < draw.parts) {
    double along = draw.along * beyond;
    std::size_t q = 0;
    while (along >= all[q].beyond()) along -= all[q].beyond(), ++q;
    const bool below = x[q] < all[q].low;
    auto made = std::make_unique<Plain>();
    made->held = node->held;
    made->held[place] = x;
    made->dimension = q;
    made->cut = (below ? x[q] : all[q].high) + along;
    made->left = below ? plain_leaf(place, x) : std::move(node);
    made->right = below ? std::move(node) : plain_leaf(place, x);
    node = std::move(made);
    return;
  }
  node->held[place] = x;
  insert(x[node->dimension] <= node->cut ? node->left : node->right, place, x, draw, whole);
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

TEST_CASE("random cut trees are the plain ones, point by point", "[detectors][learning]") {
  constexpr std::uint32_t window = 14, many = 7;
  const auto [dimension, kinds] = GENERATE(
      table<std::size_t, std::uint64_t>({{1, 3}, {3, 3}, {3, 1000}, {16, 1000}, {17, 1000}, {35, 2}, {35, 1000}}));
  INFO("dimension " << dimension << ", kinds " << kinds);
  const std::size_t lines = lines_of(dimension);
  std::vector<RandomCutTree> trees(many, RandomCutTree(window, dimension));
  std::vector<std::unique_ptr<Plain>> plain(many);
  std::vector<Lanes> points(window * lines);
  const RoundKeys keys(Seed{77});
  for (std::uint32_t n = 0; n < 150; ++n) {
    INFO("point " << n);
    const std::uint32_t place = n % window;
    const Point x = point(n, dimension, kinds);
    if (n >= window) {
      RandomCutTree::remove(trees, points, place);
      for (auto& each : plain) remove(each, place);
    }
    for (std::size_t q = 0; q < dimension; ++q)
      points[place * lines + q / 16].number[q % 16] = static_cast<float>(x[q]);
    std::vector<RandomCutTree::Draw> draws;
    double sum = 0;
    for (std::uint32_t t = 0; t < many; ++t) {
      draws.push_back(RandomCutTree::draw(keys, t, n));
      insert(plain[t], place, x, draws.back());
      sum += displacement(*plain[t], place);
    }
    REQUIRE(RandomCutTree::insert(trees, points, place, draws) == Approx(sum).margin(1e-9));
  }
}

TEST_CASE("the forest's score is the mean over its trees, and an outlier has the greatest", "[detectors][learning]") {
  Descriptor d = RandomCutForest::describe();
  REQUIRE(d.set("trees", 30).ok());
  REQUIRE(d.set("window", 16).ok());
  RandomCutForest forest(d, 2, Seed{5});
  std::vector<std::unique_ptr<Plain>> plain(30);
  const RoundKeys keys(Seed{5});
  double outliers = 1e9, others = 0;
  for (std::uint32_t n = 0; n < 60; ++n) {
    Point x = point(n, 2, 1000);
    if (n % 29 == 28) x = {400, -400};
    const double score = forest.step(x);
    double sum = 0;
    for (std::uint32_t t = 0; t < plain.size(); ++t) {
      if (n >= 16) remove(plain[t], n % 16);
      insert(plain[t], n % 16, x, RandomCutTree::draw(keys, t, n));
      sum += displacement(*plain[t], n % 16);
    }
    if (n < 4) continue;
    REQUIRE(score == Approx(sum / 30).margin(1e-9));
    (n % 29 == 28 ? outliers : others) = n % 29 == 28 ? std::min(outliers, score) : std::max(others, score);
  }
  CHECK(outliers > others);
}

TEST_CASE("a random cut forest sees differences only, however far off", "[detectors][learning]") {
  Descriptor d = RandomCutForest::describe();
  REQUIRE(d.set("trees", 20).ok());
  REQUIRE(d.set("window", 16).ok());
  RandomCutForest near(d, 2, Seed{5}), far(d, 2, Seed{5}), beyond(d, 2, Seed{5});
  double apart = 0;
  for (std::uint32_t n = 0; n < 100; ++n) {
    Point x = point(n, 2, 1000);
    const double score = near.step(x);
    // A quarter is a step that numbers of this size still have in double precision, and not in single.
    REQUIRE(far.step(Point{x[0] + 0x1p40, x[1] - 0x1p40}) == score);
    const bool extreme = n == 50 || n == 51;
    if (extreme) x = {n == 50 ? 1.7e308 : -1.7e308, 1};
    const double found = beyond.step(x);
    REQUIRE(std::isfinite(found));
    if (extreme) apart = std::max(apart, found);
  }
  CHECK(apart >= 7);  // alone against a half of the others at least
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

TEST_CASE("a damaged random cut tree is not restored", "[detectors][learning]") {
  Descriptor d = RandomCutForest::describe();
  REQUIRE(d.set("trees", 1).ok());
  REQUIRE(d.set("window", 8).ok());
  RandomCutForest forest(d, 2, Seed{3});
  for (std::uint64_t n = 0; n < 30; ++n) static_cast<void>(forest.step(point(n, 2, 3)));
  ByteWriter writer;
  forest.save(writer);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < writer.bytes().size(); ++at) {
    std::vector<std::byte> bytes(writer.bytes().begin(), writer.bytes().end());
    bytes[at] ^= std::byte{0x41};
    RandomCutForest restored(d, 2, Seed{3});
    ByteReader reader(bytes);
    restored.restore(reader);
    refused += reader.failed() ? 1 : 0;
    if (reader.failed()) continue;
    for (std::uint64_t n = 30; n < 50; ++n) static_cast<void>(restored.step(point(n, 2, 3)));
  }
  CHECK(refused > 8 * 12);  // eight nodes' links and sizes, at least
}

}  // namespace dwell::detect::test
