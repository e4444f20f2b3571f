// The Kolmogorov-Smirnov tail against its series and against samples.

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/common/kolmogorov.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

TEST_CASE("the tail in nats equals the logarithm of its series", "[detectors][kolmogorov]") {
  for (double lambda = .35; lambda < 4; lambda += .01) {
    long double q = 0;
    for (int k = 1; k <= 400; ++k) q += (k % 2 == 1 ? 2 : -2) * std::exp(-2.L * k * k * lambda * lambda);
    INFO("lambda " << lambda);
    CHECK(kolmogorov_tail_nats(lambda) == Approx(static_cast<double>(-std::log(q))).epsilon(1e-9).margin(1e-10));
  }
  // Tabled critical values.
  CHECK(std::exp(-kolmogorov_tail_nats(1.3581)) == Approx(.05).epsilon(1e-3));
  CHECK(std::exp(-kolmogorov_tail_nats(1.6276)) == Approx(.01).epsilon(1e-3));
  CHECK(kolmogorov_tail_nats(0) == 0);
  CHECK(kolmogorov_tail_nats(100) == Approx(20'000 - std::log(2)));  // far beyond where P underflows
  for (double lambda = .01; lambda < 3; lambda += .01) {
    REQUIRE(kolmogorov_tail_nats(lambda) >= kolmogorov_tail_nats(lambda - .01));
  }
}

TEST_CASE("the statistic of uniform samples has Kolmogorov's distribution", "[detectors][kolmogorov][statistical]") {
  constexpr std::uint64_t kRuns = 40'000;
  for (const std::uint32_t n : {8U, 64U}) {
    RandomStream random(Seed{9}, n, purpose("test.kolmogorov"));
    std::uint64_t beyond_20 = 0;
    std::uint64_t beyond_100 = 0;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      std::vector<double> x(n);
      for (double& value : x) value = random.uniform();
      std::sort(x.begin(), x.end());
      double d = 0;
      for (std::uint32_t i = 0; i < n; ++i) {
        d = std::max({d, x[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - x[i]});
      }
      const double nats = kolmogorov_nats(n, d);
      beyond_20 += nats > std::log(20) ? 1 : 0;
      beyond_100 += nats > std::log(100) ? 1 : 0;
    }
    // The approximation's own error is allowed 6 % of P, beside what chance exceeds once in a million.
    for (const auto& [found, p] : {std::pair{beyond_20, .05}, std::pair{beyond_100, .01}}) {
      INFO("n " << n << " found " << found << " p " << p);
      const boost::math::binomial_distribution<> low(kRuns, p * .94);
      const boost::math::binomial_distribution<> high(kRuns, p * 1.06);
      CHECK(static_cast<double>(found) > boost::math::quantile(low, 5e-7));
      CHECK(static_cast<double>(found) < boost::math::quantile(boost::math::complement(high, 5e-7)));
    }
  }
}

}  // namespace dwell::detect
