// Where PHOLD's events go and when, against the field's definition: a chi-square test of destinations and a
// Kolmogorov-Smirnov test of delays, each at 1e-6, and the two independent of each other.

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "bench/perf/phold_rules.hpp"

using dwell::perf::PholdHop;
using dwell::perf::PholdRules;
using dwell::perf::PholdShape;

namespace {

constexpr std::uint32_t kProcesses = 50;
constexpr std::uint32_t kHops = 10'000;  // of each process
constexpr double kError = 1e-6;

PholdShape shape_of(double remote, double mean_units = 2, double lookahead_units = 1) {
  PholdShape shape;
  shape.processes = kProcesses;
  shape.remote = remote;
  shape.mean_units = mean_units;
  shape.lookahead_units = lookahead_units;
  return shape;
}

/// Largest distance from L + Exp(mean - L), times the root of the number of delays.
double distance(std::vector<double> delays_units, const PholdShape& shape) {
  std::sort(delays_units.begin(), delays_units.end());
  const auto n = static_cast<double>(delays_units.size());
  double worst = 0;
  for (std::size_t i = 0; i < delays_units.size(); ++i) {
    const double tail = shape.mean_units - shape.lookahead_units;
    const double p = 1 - std::exp(-(delays_units[i] - shape.lookahead_units) / tail);
    worst = std::max({worst, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return worst * std::sqrt(n);
}

const double kWorstDistance = std::sqrt(-std::log(kError / 2) / 2);

}  // namespace

TEST_CASE("a child goes to any process with probability remote, its own included, else to its own") {
  for (const double remote : {0.0, 0.25, 1.0}) {
    INFO("remote " << remote);
    const PholdRules rules(shape_of(remote));
    std::vector<std::uint64_t> by_step(kProcesses);  // how many processes on, around the circle
    for (std::uint32_t process = 0; process < kProcesses; ++process) {
      for (std::uint32_t k = 0; k < kHops; ++k)
        ++by_step[(rules.hop(process, k).to + kProcesses - process) % kProcesses];
    }
    const double all = double{kProcesses} * kHops;
    double chi_square = 0;
    for (std::uint32_t step = 0; step < kProcesses; ++step) {
      const double expected = all * (remote / kProcesses + (step == 0 ? 1 - remote : 0));
      const auto found = static_cast<double>(by_step[step]);
      if (expected == 0) {
        CHECK(found == 0);
      } else {
        chi_square += (found - expected) * (found - expected) / expected;
      }
    }
    CHECK(chi_square <
          boost::math::quantile(boost::math::complement(boost::math::chi_squared(kProcesses - 1), kError)));
  }
}

TEST_CASE("delays are the lookahead and an exponential tail, whoever the child is for") {
  for (const PholdShape& shape : {shape_of(.25), shape_of(.25, 2, .001), shape_of(.5, 7, 3)}) {
    INFO("mean " << shape.mean_units << ", lookahead " << shape.lookahead_units);
    const PholdRules rules(shape);
    std::vector<double> first, own, other;
    for (std::uint32_t process = 0; process < kProcesses; ++process) {
      for (std::uint32_t k = 0; k < kHops; ++k) {
        const PholdHop hop = rules.hop(process, k);
        (hop.to == process ? own : other).push_back(static_cast<double>(hop.after.us) * 1e-6);
        first.push_back(static_cast<double>(rules.first(process, k).us) * 1e-6);
      }
    }
    CHECK(distance(first, shape) < kWorstDistance);
    CHECK(distance(own, shape) < kWorstDistance);
    CHECK(distance(other, shape) < kWorstDistance);
    // First events and children are drawn apart.
    CHECK(first.front() != own.front());
  }
}

TEST_CASE("without a tail every delay is the lookahead") {
  const PholdRules rules(shape_of(.25, 1, 1));
  for (std::uint32_t k = 0; k < 1000; ++k) CHECK(rules.hop(3, k).after.us <= 1'000'001);
}
