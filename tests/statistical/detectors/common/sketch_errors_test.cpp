// Published error rates of the sketches, on fixed seeds, with tolerances that chance exceeds less than once in a
// million.

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/common/bloom.hpp"
#include "detectors/common/count_min.hpp"
#include "detectors/common/hyperloglog.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

TEST_CASE("Bloom filter at 10 bits a key and 7 hashes: .82 % false positives", "[detectors][statistical]") {
  constexpr std::uint64_t kKeys = 100'000;
  constexpr std::uint64_t kAsked = 1'000'000;
  const double expected = std::pow(1 - std::exp(-.7), 7);
  CHECK(expected == Approx(.0082).epsilon(.005));
  Bloom filter(kKeys, 10, 7);
  for (std::uint64_t i = 0; i < kKeys; ++i) filter.add(mix64(i, 1));
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kAsked; ++i) wrong += filter.contains(mix64(i, 2)) ? 1 : 0;
  // Bits set vary too, by a relative 7 · sd(fill) / fill ≈ .5 %: allowed for beside the binomial interval.
  const boost::math::binomial_distribution<> low(kAsked, expected * .98);
  const boost::math::binomial_distribution<> high(kAsked, expected * 1.02);
  CHECK(static_cast<double>(wrong) > boost::math::quantile(low, 5e-7));
  CHECK(static_cast<double>(wrong) < boost::math::quantile(boost::math::complement(high, 5e-7)));
}

TEST_CASE("HyperLogLog with 2^14 registers: relative error .81 %, no bias", "[detectors][statistical]") {
  constexpr int kRuns = 150;
  for (const std::uint64_t n : {5'000U, 40'000U, 200'000U}) {
    double sum = 0;
    double squares = 0;
    for (int run = 0; run < kRuns; ++run) {
      HyperLogLog sketch(14);
      for (std::uint64_t i = 0; i < n; ++i) sketch.add(mix64(i, static_cast<std::uint64_t>(run) + 100));
      const double error = sketch.estimate() / static_cast<double>(n) - 1;
      sum += error;
      squares += error * error;
    }
    const double sd = 1.04 / 128;
    INFO("n " << n << " rms " << std::sqrt(squares / kRuns));
    CHECK(std::abs(sum / kRuns) < 5 * sd / std::sqrt(kRuns));
    // Small sets are counted better than the asymptote; never worse.
    const boost::math::chi_squared_distribution<> chi(kRuns);
    CHECK(squares / (sd * sd) < boost::math::quantile(boost::math::complement(chi, 5e-7)) * 1.05);
    if (n == 200'000U) CHECK(squares / (sd * sd) > boost::math::quantile(chi, 5e-7));
  }
}

TEST_CASE("linear counting at four places a hash: an error of .37 √n, no bias", "[detectors][statistical]") {
  constexpr int kRuns = 4000;
  for (const std::uint64_t n : {16U, 128U, 2048U}) {
    double sum = 0, squares = 0;
    for (int run = 0; run < kRuns; ++run) {
      std::vector<bool> places(4 * n);
      std::uint64_t occupied = 0;
      for (std::uint64_t i = 0; i < n; ++i) {
        auto place = places[mix64(i, static_cast<std::uint64_t>(run) + 900) % places.size()];
        occupied += place ? 0 : 1;
        place = true;
      }
      const double error = linear_count(occupied, places.size()) - static_cast<double>(n);
      sum += error;
      squares += error * error;
    }
    // At t hashes a place, variance m (e^t - t - 1), and a bias of half of that over m (Whang et al. 1990), with half
    // of t from (1 - 1 / m)^n in place of e^-t.
    const double excess = std::exp(.25) - 1.25;
    const double variance = 4 * static_cast<double>(n) * excess;
    CHECK(std::sqrt(variance) == Approx(.37 * std::sqrt(static_cast<double>(n))).epsilon(.01));
    INFO("n " << n << " mean " << sum / kRuns << " variance " << squares / kRuns << " expected " << variance);
    CHECK(std::abs(sum / kRuns - (excess + .25) / 2) < 5 * std::sqrt(variance / kRuns));
    CHECK(squares / kRuns == Approx(variance).epsilon(.15));
  }
}

TEST_CASE("Count-Min: error above εN with probability at most δ", "[detectors][statistical]") {
  constexpr double kEpsilon = .005;
  constexpr double kDelta = .05;
  constexpr std::uint64_t kKeys = 20'000;
  CountMin sketch = CountMin::with_error(kEpsilon, kDelta, 77);
  std::uint64_t total = 0;
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    const std::uint64_t count = 1 + 2'000 / (key + 1);
    sketch.add(key, count);
    total += count;
  }
  std::uint64_t above = 0;
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    const std::uint64_t truth = 1 + 2'000 / (key + 1);
    above += static_cast<double>(sketch.estimate(key) - truth) > kEpsilon * static_cast<double>(total) ? 1 : 0;
  }
  CHECK(static_cast<double>(above) <= kDelta * kKeys);
}

}  // namespace dwell::detect
