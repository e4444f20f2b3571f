// The law of random cut trees: co-displacement of a point over many trees that points went into and out of, against its
// distribution when a tree is cut from the top as the paper defines it, all cuts enumerated.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>
#include <vector>

#include "detectors/learning/random_cut_tree.hpp"

namespace dwell::detect::test {
namespace {

using Point = std::array<double, 2>;
using Points = std::vector<Point>;
/// Probability by co-displacement.
using Law = std::map<double, double>;

/// Adds what cuts of `all`, of which the first point is the one asked for, make of it; `most` is its greatest ratio on
/// the way here, `probability` that of the way.
void cut_all(const Points& all, double most, double probability, Law& law) {
  const bool equal = std::all_of(all.begin(), all.end(), [&](const Point& x) { return x == all.front(); });
  if (equal) {
    law[most] += probability;
    return;
  }
  double total = 0;
  for (std::size_t q = 0; q < 2; ++q) {
    const auto [least, greatest] =
        std::minmax_element(all.begin(), all.end(), [q](const Point& a, const Point& b) { return a[q] < b[q]; });
    total += (*greatest)[q] - (*least)[q];
  }
  for (std::size_t q = 0; q < 2; ++q) {
    std::vector<double> at;
    for (const Point& x : all) at.push_back(x[q]);
    std::sort(at.begin(), at.end());
    for (std::size_t i = 1; i < at.size(); ++i) {
      if (at[i] == at[i - 1]) continue;
      Points own;
      for (const Point& x : all) {
        if ((x[q] < at[i]) == (all.front()[q] < at[i])) own.push_back(x);
      }
      const auto with = static_cast<double>(own.size()), others = static_cast<double>(all.size()) - with;
      cut_all(own, std::max(most, others / with), probability * (at[i] - at[i - 1]) / total, law);
    }
  }
}

/// How often the point that comes last, after those of `before` came and those of `gone` among them left, has which
/// co-displacement, in as many trees.
Law observed(const Points& before, const std::vector<std::size_t>& gone, const Point& last, std::uint32_t trees) {
  Law counts;
  std::vector<Lanes> rows(before.size() + 1);
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const Point& x = place < before.size() ? before[place] : last;
    for (std::size_t q = 0; q < 2; ++q) rows[place].number[q] = static_cast<float>(x[q]);
  }
  const RoundKeys keys(Seed{20161});
  for (std::uint32_t t = 0; t < trees; ++t) {
    RandomCutTree tree(rows.size(), 2);
    const std::span<RandomCutTree> one(&tree, 1);
    double found = 0;
    for (std::uint32_t place = 0; place < rows.size(); ++place) {
      if (place == before.size()) {
        for (const std::size_t each : gone) RandomCutTree::remove(one, rows, each);
      }
      const RandomCutTree::Draw draw = RandomCutTree::draw(keys, t, place);
      found = RandomCutTree::insert(one, rows, place, std::span(&draw, 1));
    }
    counts[found] += 1;
  }
  return counts;
}

}  // namespace

TEST_CASE("co-displacement has the law of trees cut from the top, whatever came and went", "[statistical][learning]") {
  const Point asked{2.5, 3.25};
  const Points others{{0, 0}, {1, 4}, {2, 3}, {2, 3}, {6, 1}, {2.75, 7}, {-1, 3}};
  Points all{asked};
  all.insert(all.end(), others.begin(), others.end());
  Law law;
  cut_all(all, 0, 1, law);
  REQUIRE(law.size() > 8);
  REQUIRE(std::accumulate(law.begin(), law.end(), 0.0,
                          [](double sum, const auto& each) { return sum + each.second; }) == Approx(1));

  const std::uint32_t trees = 40'000;
  Points reversed(others.rbegin(), others.rend());
  Points with_more = others;
  with_more.insert(with_more.begin() + 2, {{9, 9}, {-4, 2}, asked});
  for (const auto& [before, gone] :
       std::vector<std::pair<Points, std::vector<std::size_t>>>{{others, {}}, {reversed, {}}, {with_more, {3, 2, 4}}}) {
    Law counts = observed(before, gone, asked, trees);
    double chi_squared = 0;
    std::size_t cells = 0;
    for (const auto& [value, probability] : law) {
      const double expected = probability * trees;
      REQUIRE(expected > 10);
      chi_squared += (counts[value] - expected) * (counts[value] - expected) / expected;
      ++cells;
    }
    CHECK(counts.size() == law.size());  // no value that no cuts make
    // Three standard deviations of chi-squared above its mean.
    const auto freedom = static_cast<double>(cells - 1);
    INFO(cells << " values, chi-squared " << chi_squared);
    CHECK((chi_squared - freedom) * (chi_squared - freedom) < 9 * 2 * freedom);
  }
}

}  // namespace dwell::detect::test
