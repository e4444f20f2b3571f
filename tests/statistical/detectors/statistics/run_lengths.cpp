// Average run lengths of the recursions on independent normal and Poisson streams, against published values. Each mean
// of run lengths must lie within 4.9 standard errors of its check value (two-sided 1e-6), and these within 2.5 %: a
// 95 % interval of 1 %.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "detectors/statistics/recursions.hpp"
#include "sim/core/random.hpp"

namespace {

using namespace dwell;
using namespace dwell::detect;

struct Average {
  double mean = 0;
  double standard_error = 0;
};

/// Runs `step(chart, draw)` on fresh charts until it signals, `runs` times.
template <class Chart, class Signal>
Average average_run_length(int runs, std::uint32_t entity, Signal&& signal) {
  RandomStream random(Seed{20250624}, entity, purpose("test.run_length"));
  double sum = 0;
  double sum_of_squares = 0;
  for (int run = 0; run < runs; ++run) {
    Chart chart;
    double length = 1;
    while (!signal(chart, random)) ++length;
    sum += length;
    sum_of_squares += length * length;
  }
  const double mean = sum / runs;
  return {mean, std::sqrt((sum_of_squares / runs - mean * mean) / runs)};
}

double normal(RandomStream& random, double shift) { return det_normal_quantile(random.open_uniform()) + shift; }

void check(Average found, double published, double most_error = 0.025) {
  INFO("found " << found.mean << " ± " << found.standard_error << ", published " << published);
  CHECK(std::abs(found.mean - published) < 4.9 * found.standard_error);
  CHECK(4.9 * found.standard_error < most_error * published);
}

constexpr int kLongRuns = 40'000;
constexpr int kShortRuns = 20'000;

}  // namespace

TEST_CASE("EWMA with lambda .1 and L 2.814 has its published run lengths") {
  const auto signals = [](double shift) {
    return
        [shift](Ewma& chart, RandomStream& random) { return std::abs(chart.step(normal(random, shift), 0.1)) > 2.814; };
  };
  check(average_run_length<Ewma>(kLongRuns, 1, signals(0)), 499.6);
  check(average_run_length<Ewma>(kShortRuns, 2, signals(1)), 10.33);
}

TEST_CASE("CUSUM with k .5 has its published run lengths") {
  const auto one_sided = [](double h, double shift) {
    return [=](Cusum& chart, RandomStream& random) { return chart.step(normal(random, shift), 0.5) > h; };
  };
  check(average_run_length<Cusum>(kLongRuns, 3, one_sided(4, 0)), 335.4);
  check(average_run_length<Cusum>(kLongRuns, 4, one_sided(5, 0)), 930.9);
  check(average_run_length<Cusum>(kShortRuns, 5, one_sided(4, 1)), 8.38);
  check(average_run_length<Cusum>(kShortRuns, 6, one_sided(5, 1)), 10.38);
}

TEST_CASE("Two-sided CUSUM with k .5 has its published run lengths") {
  const auto two_sided = [](double h) {
    return [h](TwoSidedCusum& chart, RandomStream& random) { return chart.step(normal(random, 0), 0.5) > h; };
  };
  check(average_run_length<TwoSidedCusum>(kLongRuns, 7, two_sided(4)), 167.7);
  check(average_run_length<TwoSidedCusum>(kLongRuns, 8, two_sided(5)), 465.4);
}

namespace {

/// The exact average run length of S = max(0, S + x - 3/2), signal at S > 5, x ~ Poisson(mean): S lies on
/// half-integers, so the run length from each state solves (I - Q) ARL = 1 (Brook and Evans 1972).
double exact_poisson_run_length(double mean) {
  constexpr int states = 11;  // 0, 1/2, …, 5
  double a[states][states + 1] = {};
  for (int from = 0; from < states; ++from) {
    a[from][from] = 1;
    a[from][states] = 1;
    double probability = std::exp(-mean);
    for (int x = 0; x < 40; ++x) {
      const int to = std::max(0, from + 2 * x - 3);
      if (to < states) a[from][to] -= probability;
      probability *= mean / (x + 1);
    }
  }
  for (int i = 0; i < states; ++i) {  // Gauss–Jordan; I - Q is diagonally dominant
    for (int row = 0; row < states; ++row) {
      if (row == i) continue;
      const double factor = a[row][i] / a[i][i];
      for (int column = i; column <= states; ++column) a[row][column] -= factor * a[i][column];
    }
  }
  return a[0][states] / a[0][0];
}

std::uint32_t poisson(RandomStream& random, double mean) {
  const double u = random.uniform();
  double probability = std::exp(-mean);
  double below = probability;
  std::uint32_t x = 0;
  while (u >= below && x < 100) {
    ++x;
    probability *= mean / x;
    below += probability;
  }
  return x;
}

}  // namespace

TEST_CASE("Poisson CUSUM has the run lengths of its exact Markov chain") {
  // mean (ratio - 1) / ln ratio = 3/2, so that S / ln ratio walks on half-integers.
  const double ratio = 2;
  const double log_ratio = det_log(ratio);
  const double mean = 1.5 * log_ratio;
  const auto signals = [&](double true_mean) {
    return [=](PoissonCusum& chart, RandomStream& random) {
      // Half way between two lattice points, out of reach of rounding.
      return chart.step(poisson(random, true_mean), mean, ratio, log_ratio) > 5.25 * log_ratio;
    };
  };
  check(average_run_length<PoissonCusum>(kLongRuns, 9, signals(mean)), exact_poisson_run_length(mean));
  check(average_run_length<PoissonCusum>(kShortRuns, 10, signals(2 * mean)), exact_poisson_run_length(2 * mean));
}

TEST_CASE("Shiryaev-Roberts has its run lengths and delays") {
  const auto signals = [](double theta, double limit, double shift) {
    return [theta, log_limit = det_log(limit), shift](ShiryaevRoberts& chart, RandomStream& random) {
      return chart.step(normal(random, shift), theta) >= log_limit;
    };
  };
  check(average_run_length<ShiryaevRoberts>(kLongRuns, 11, signals(1, 559.9, 0)), 1000);
  check(average_run_length<ShiryaevRoberts>(kShortRuns, 12, signals(1, 559.9, 1)), 11.14);
  check(average_run_length<ShiryaevRoberts>(kLongRuns / 8, 13, signals(1, 5603, 0)), 10'000, 0.08);
  check(average_run_length<ShiryaevRoberts>(kShortRuns, 14, signals(1, 5603, 1)), 15.72);
  check(average_run_length<ShiryaevRoberts>(kLongRuns, 15, signals(0.5, 747.3, 0)), 1000);
  check(average_run_length<ShiryaevRoberts>(kShortRuns, 16, signals(0.5, 747.3, 0.5)), 34.13);
}

TEST_CASE("Shiryaev-Roberts less the number of steps is a martingale before the shift") {
  // A small theta: the terms of R are nearly lognormal, and means of lognormals converge slowly.
  constexpr double theta = 0.2;
  constexpr int runs = 40'000;
  RandomStream random(Seed{20250624}, 17, purpose("test.run_length"));
  for (const int steps : {1, 5, 20}) {
    double sum = 0;
    double sum_of_squares = 0;
    for (int run = 0; run < runs; ++run) {
      ShiryaevRoberts chart;
      for (int n = 0; n < steps; ++n) chart.step(normal(random, 0), theta);
      const double excess = det_exp(chart.value) - steps;
      sum += excess;
      sum_of_squares += excess * excess;
    }
    const double standard_error = std::sqrt(sum_of_squares / runs / runs);
    INFO(steps << " steps: " << sum / runs << " ± " << standard_error);
    CHECK(std::abs(sum / runs) < 4.9 * standard_error);
    CHECK(4.9 * standard_error < 0.05 * steps);
  }
}
