#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/learning/running_gaussian.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::detect {

TEST_CASE("D² of Gaussian data is χ² with d degrees of freedom", "[detectors][statistical][mahalanobis]") {
  constexpr std::size_t kDimension = 5;
  constexpr std::size_t kJudged = 4000;
  RunningGaussian gaussian(kDimension, 1);
  RandomStream random(Seed{11}, 0, purpose("test.gaussian"));
  std::vector<double> distances;
  for (std::size_t n = 0; n < 60'000 + kJudged; ++n) {
    // Correlated, of very different scales, far from the origin.
    std::vector<double> x(kDimension);
    const double common = sample_normal(random, 0, 1);
    for (std::size_t i = 0; i < kDimension; ++i) {
      x[i] = 1000 + std::pow(10.0, static_cast<double>(i) - 2) * (common + sample_normal(random, 0, 1));
    }
    if (n >= 60'000) distances.push_back(gaussian.distance_squared(x));
    gaussian.learn(x);
  }
  std::sort(distances.begin(), distances.end());
  const boost::math::chi_squared_distribution<> chi(kDimension);
  double ks = 0;
  for (std::size_t i = 0; i < kJudged; ++i) {
    const double p = boost::math::cdf(chi, distances[i]);
    ks = std::max(
        {ks, std::abs(p - static_cast<double>(i) / kJudged), std::abs(p - static_cast<double>(i + 1) / kJudged)});
  }
  // Kolmogorov: P(√n·D > 2.7) = 2 exp(-2 · 2.7²) < 1e-6.
  CHECK(ks * std::sqrt(kJudged) < 2.7);
}

TEST_CASE("running covariance equals the two-pass one, and forgetting follows a shift", "[detectors][mahalanobis]") {
  RunningGaussian all(2, 1);
  RunningGaussian recent(2, .98);
  RandomStream random(Seed{12}, 0, purpose("test.gaussian"));
  std::vector<std::vector<double>> data;
  for (int n = 0; n < 400; ++n) {
    const double a = sample_normal(random, n < 200 ? 0 : 10, 1);
    data.push_back({a, a + sample_normal(random, 0, 2)});
    all.learn(data.back());
    recent.learn(data.back());
  }
  double mean0 = 0;
  double mean1 = 0;
  for (const auto& x : data) {
    mean0 += x[0] / 400;
    mean1 += x[1] / 400;
  }
  double s00 = 0;
  double s01 = 0;
  double s11 = 0;
  for (const auto& x : data) {
    s00 += (x[0] - mean0) * (x[0] - mean0) / 399;
    s01 += (x[0] - mean0) * (x[1] - mean1) / 399;
    s11 += (x[1] - mean1) * (x[1] - mean1) / 399;
  }
  const double dx = 3 - mean0;
  const double dy = -4 - mean1;
  const double expected = (s11 * dx * dx - 2 * s01 * dx * dy + s00 * dy * dy) / (s00 * s11 - s01 * s01);
  const std::vector<double> at{3, -4};
  CHECK(all.distance_squared(at, 0) == Approx(expected));
  CHECK(recent.mean()[0] == Approx(10).margin(1));
  CHECK(all.mean()[0] == Approx(mean0));
}

TEST_CASE("nothing is judged before enough was seen, and constant data divides by nothing",
          "[detectors][mahalanobis]") {
  RunningGaussian gaussian(3, 1);
  const std::vector<double> x{1, 2, 3};
  CHECK(gaussian.distance_squared(x) == 0);
  for (int i = 0; i < 100; ++i) gaussian.learn(x);
  CHECK(gaussian.distance_squared(x) == 0);
  const std::vector<double> other{1, 2, 4};
  CHECK(std::isfinite(gaussian.distance_squared(other)));
  CHECK(gaussian.distance_squared(other) > 1e6);
}

}  // namespace dwell::detect
