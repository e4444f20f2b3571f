// Ensembles against members that are run by themselves and ranked by counting.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/ensembles/ensembles.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect::test {
namespace {

std::vector<double> point(std::uint64_t n) {
  std::vector<double> x;
  for (std::uint64_t q = 0; q < 4; ++q) {
    const auto bits = mix64(n, q);
    x.push_back(static_cast<double>(bits % 1000 + bits / 1000 % 1000) / 500 - 2 + (n % 401 == 400 ? 6 : 0));
  }
  return x;
}

/// p value of the last of `scores` among up to `capacity` before it.
double p_value(const std::vector<double>& scores, std::size_t capacity) {
  const double score = scores.back();
  const std::size_t n = std::min(capacity, scores.size() - 1);
  std::vector<double> past(scores.end() - 1 - static_cast<std::ptrdiff_t>(n), scores.end() - 1);
  double above = 0;
  for (const double other : past) above += other >= score;
  const auto count = static_cast<double>(n);
  if (above > 0) return (1 + above) / (count + 1);
  std::sort(past.begin(), past.end());
  const std::size_t upper = std::max<std::size_t>(5, n / 20);
  double excess = 0;
  for (std::size_t i = 1; i <= upper; ++i) excess += past[n - i] - past[n - 1 - upper];
  excess /= static_cast<double>(upper);
  return std::exp(-(score - past.back()) / excess) / (count + 1);
}

}  // namespace

TEST_CASE("ensembles join what their members say by themselves", "[detectors][ensembles]") {
  constexpr std::size_t past = 200;
  Descriptor of_holm = EnsembleHolm::describe(), of_mean = EnsembleRankMean::describe();
  REQUIRE(of_holm.set("past", past).ok());
  REQUIRE(of_mean.set("past", past).ok());
  const Seed seed{6};
  EnsembleHolm holm(of_holm, 4, seed);
  EnsembleRankMean mean(of_mean, 4, seed);
  HalfSpaceTrees trees(HalfSpaceTrees::describe(), 4, seed);
  Loda loda(Loda::describe(), 4, seed);
  PcaSubspace pca(PcaSubspace::describe(), 4, seed);
  std::array<std::vector<double>, 4> scores;
  int records = 0;
  for (std::uint64_t n = 0; n < 1300; ++n) {
    const std::vector<double> x = point(n);
    double greatest = 0;
    for (const double each : x) greatest = std::max(greatest, std::abs(each));
    const std::array<double, 4> found = {trees.step(x), loda.step(x), pca.step(x), greatest};
    std::vector<double> p;
    for (std::size_t m = 0; m < 4; ++m) {
      if (found[m] <= 0) continue;
      scores[m].push_back(found[m]);
      if (scores[m].size() > TrailingRank::kLeast) p.push_back(p_value(scores[m], past));
    }
    std::sort(p.begin(), p.end());
    INFO("point " << n);
    const double by_holm = holm.step(x);
    const double by_mean = mean.step(x);
    if (p.empty()) {
      REQUIRE(by_holm == 0);
      REQUIRE(by_mean == 0);
      continue;
    }
    // Holm's corrected p values, of which the first is the least.
    double corrected = 0;
    for (std::size_t i = 0; i < 1; ++i) corrected = std::max(corrected, p[i] * static_cast<double>(p.size() - i));
    double sum = 0;
    for (const double each : p) sum += each / static_cast<double>(p.size());
    REQUIRE(by_holm == Approx(-std::log(std::min(1.0, corrected))).margin(1e-9));
    REQUIRE(by_mean == Approx(-std::log(sum)).margin(1e-9));
    records += p[0] < 1.0 / (past + 1) ? 1 : 0;
  }
  CHECK(records > 5);
}

TEST_CASE("p values by trailing rank are uniform for scores that are alike", "[detectors][ensembles]") {
  TrailingRank rank(99);
  RandomStream random(Seed{3}, 1, purpose("test.trailing-rank"));
  int tenth = 0, half = 0, judged = 0;
  for (int n = 0; n < 20'099; ++n) {
    const auto p = rank.step(random.uniform());
    if (n < 99) continue;
    ++judged;
    tenth += *p <= .1;
    half += *p <= .5;
  }
  // Neighbouring p values share their past, which widens the counts a little beyond a binomial's.
  CHECK(std::abs(tenth - .1 * judged) < 8 * std::sqrt(.09 * judged));
  CHECK(std::abs(half - .5 * judged) < 8 * std::sqrt(.25 * judged));
}

TEST_CASE("beyond its past a score's p value falls on", "[detectors][ensembles]") {
  TrailingRank rank(100);
  for (int n = 0; n < 100; ++n) static_cast<void>(rank.step(n));
  TrailingRank farther = rank;
  const double near = *rank.step(100);
  const double far = *farther.step(130);
  CHECK(near < 1.0 / 101);
  CHECK(far < near / 100);
}

}  // namespace dwell::detect::test
