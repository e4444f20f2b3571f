// Coverage of intervals by simulation, and size of tests. Bounds hold the known finite-sample coverage with room for
// 1e-6 of sampling error.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "bench/stats/bootstrap.hpp"
#include "bench/stats/counts.hpp"
#include "bench/stats/ranks.hpp"
#include "bench/stats/survival.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::stats;

namespace {
double exponential(RandomStream& random, double mean) { return -mean * det_log(random.open_uniform()); }
}  // namespace

TEST_CASE("BCa intervals of a mean cover it about as often as they say") {
  constexpr int runs = 1500;
  for (const bool skewed : {false, true}) {
    int covered = 0;
    for (int run = 0; run < runs; ++run) {
      RandomStream random(Seed{3}, static_cast<std::uint32_t>(run), purpose("test.coverage"), skewed ? 1 : 0);
      std::vector<double> values(30);
      for (double& v : values) v = skewed ? exponential(random, 1) : 1 + det_normal_quantile(random.open_uniform());
      BootstrapOptions options;
      options.resamples = 1000;
      options.seed = Seed{static_cast<std::uint64_t>(run)};
      const auto interval = bootstrap_mean(values, options);
      covered += interval.low <= 1 && 1 <= interval.high ? 1 : 0;
    }
    // Around .94 for the normal and .92 for the exponential at n = 30.
    const double share = static_cast<double>(covered) / runs;
    INFO((skewed ? "exponential " : "normal ") << share);
    CHECK(share > 0.885);
    CHECK(share < 0.975);
  }
}

TEST_CASE("the Kaplan–Meier restricted mean is unbiased under censoring, and its error honest") {
  constexpr int runs = 2000;
  const double tau = 2;
  double sum = 0;
  double squares = 0;
  double errors = 0;
  for (int run = 0; run < runs; ++run) {
    RandomStream random(Seed{4}, static_cast<std::uint32_t>(run), purpose("test.survival"));
    std::vector<Observation> observations;
    for (int i = 0; i < 100; ++i) {
      const double event = exponential(random, 1);
      const double censored = 1 + 4 * random.uniform();
      observations.push_back({std::min(event, censored), event <= censored});
    }
    const KaplanMeier curve(observations);
    const double found = curve.restricted_mean(tau);
    sum += found;
    squares += found * found;
    errors += curve.restricted_mean_error(tau);
  }
  const double centre = sum / runs;
  const double sd = std::sqrt(squares / runs - centre * centre);
  CHECK(std::abs(centre - (1 - std::exp(-tau))) < 4.9 * sd / std::sqrt(runs));
  CHECK(errors / runs == Approx(sd).epsilon(0.08));
}

TEST_CASE("the conditional test and the signed-rank test keep their size") {
  constexpr int runs = 4000;
  int rates_differ = 0;
  int shifted = 0;
  for (int run = 0; run < runs; ++run) {
    RandomStream random(Seed{5}, static_cast<std::uint32_t>(run), purpose("test.size"));
    std::uint64_t counts[2] = {0, 0};
    for (int side = 0; side < 2; ++side) {
      for (double t = exponential(random, 1); t < 20; t += exponential(random, 1)) ++counts[side];
    }
    rates_differ += compare_rates(counts[0], 1, counts[1], 1).two_sided <= 0.05 ? 1 : 0;
    std::vector<double> differences(20);
    for (double& d : differences) d = det_normal_quantile(random.open_uniform());
    shifted += wilcoxon_signed_rank(differences).two_sided <= 0.05 ? 1 : 0;
  }
  // Exact tests: at most 5 %, plus 4.9 standard errors; and not so far below as to be useless.
  const double most = 0.05 + 4.9 * std::sqrt(0.05 * 0.95 / runs);
  CHECK(rates_differ < most * runs);
  CHECK(rates_differ > 0.01 * runs);
  CHECK(shifted < most * runs);
  CHECK(shifted > 0.025 * runs);
}
