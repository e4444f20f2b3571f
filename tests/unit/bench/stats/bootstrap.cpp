#include "bench/stats/bootstrap.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/core/check.hpp"

using namespace dwell::stats;
using Method = BootstrapInterval::Method;

namespace {
const std::vector<double> kValues = {3.1, 4.7, 2.2, 9.8,  5.0, 3.3, 7.7, 4.1, 6.0, 2.9,
                                     5.5, 4.4, 3.8, 12.4, 4.9, 6.6, 3.0, 5.2, 4.0, 8.1};
}

TEST_CASE("a bootstrap is repeatable and its seed matters") {
  const auto a = bootstrap_mean(kValues);
  const auto b = bootstrap_mean(kValues);
  CHECK(a.low == b.low);
  CHECK(a.high == b.high);
  CHECK(a.method == Method::bca);
  BootstrapOptions other;
  other.seed = dwell::Seed{2};
  CHECK(bootstrap_mean(kValues, other).low != a.low);
}

TEST_CASE("the bootstrap's standard error is that of the mean") {
  const auto found = bootstrap_mean(kValues);
  const auto n = static_cast<double>(kValues.size());
  CHECK(found.estimate == Approx(mean(kValues)));
  CHECK(found.standard_error == Approx(standard_deviation(kValues) * std::sqrt((n - 1) / n / n)).epsilon(0.04));
  // Skewed to the right, so the interval reaches further up than down, further than the percentile interval would.
  CHECK(found.high - found.estimate > 1.1 * (found.estimate - found.low));
}

TEST_CASE("BCa of the mean agrees with its second-order expansion") {
  // BCa's limits of a mean: m + s (z + skewness (2 z² + 1) / (6 sqrt n)) / sqrt n + O(1/n), with moments of divisor n.
  const auto n = static_cast<double>(kValues.size());
  const double centre = mean(kValues);
  double second = 0;
  double third = 0;
  for (const double v : kValues) {
    second += (v - centre) * (v - centre) / n;
    third += std::pow(v - centre, 3) / n;
  }
  const double skewness = third / std::pow(second, 1.5);
  const double s = std::sqrt(second / n);
  BootstrapOptions options;
  options.resamples = 50'000;
  const auto found = bootstrap_mean(kValues, options);
  const double z = 1.959964;
  const double shift = skewness * (2 * z * z + 1) / (6 * std::sqrt(n));
  CHECK(found.low == Approx(centre + s * (-z + shift)).margin(0.2 * s));
  CHECK(found.high == Approx(centre + s * (z + shift)).margin(0.25 * s));
}

TEST_CASE("intervals move and scale with the data") {
  std::vector<double> moved;
  for (const double v : kValues) moved.push_back(10 * v - 3);
  const auto a = bootstrap_mean(kValues);
  const auto b = bootstrap_mean(moved);
  CHECK(b.low == Approx(10 * a.low - 3));
  CHECK(b.high == Approx(10 * a.high - 3));
}

TEST_CASE("a paired difference is the mean of the differences") {
  std::vector<double> second(kValues.rbegin(), kValues.rend());
  std::vector<double> differences;
  for (std::size_t i = 0; i < kValues.size(); ++i) differences.push_back(kValues[i] - second[i]);
  CHECK(bootstrap_paired_difference(kValues, second).low == bootstrap_mean(differences).low);
  CHECK_THROWS_AS(bootstrap_paired_difference(kValues, std::vector<double>{1}), dwell::InvariantError);
}

TEST_CASE("equal values give a point, and so does a single one") {
  const auto equal = bootstrap_mean(std::vector<double>(12, 147.0));
  CHECK(equal.method == Method::point);
  CHECK(equal.low == 147);
  CHECK(equal.high == 147);
  CHECK(bootstrap_mean(std::vector<double>{3}).method == Method::point);
}

TEST_CASE("clusters of one row each are rows") {
  const auto rows = bootstrap_mean(kValues);
  const auto statistic = [](std::span<const std::uint32_t> chosen) {
    double sum = 0;
    for (const std::uint32_t i : chosen) sum += kValues[i];
    return sum / static_cast<double>(chosen.size());
  };
  const auto clusters = bootstrap_clusters(static_cast<std::uint32_t>(kValues.size()), statistic);
  CHECK(clusters.low == Approx(rows.low));
  CHECK(clusters.high == Approx(rows.high));
  CHECK(bootstrap_clusters(1, statistic).method == Method::point);
}

TEST_CASE("where no resample lies below the estimate the interval falls back to percentiles") {
  // The negated maximum, lowered by one for the clusters as given: every resample lies above.
  const auto statistic = [](std::span<const std::uint32_t> chosen) {
    const bool distinct = std::is_sorted(chosen.begin(), chosen.end()) &&
                          std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end();
    return -static_cast<double>(*std::max_element(chosen.begin(), chosen.end())) - (distinct ? 1.0 : 0.0);
  };
  const auto found = bootstrap_clusters(20, statistic);
  CHECK(found.method == Method::percentile);
  CHECK(found.low <= found.high);
  CHECK(found.low > found.estimate);
}

TEST_CASE("strata are resampled within themselves and weigh alike") {
  // Large differences between strata add nothing to the interval.
  const std::vector<std::vector<double>> strata = {{1, 2, 3, 4, 5}, {1001, 1002, 1003, 1004, 1005, 1006, 1007}};
  const auto found = bootstrap_stratified_mean(strata);
  CHECK(found.estimate == Approx((3 + 1004) / 2.0));
  const double variance = (2.0 / 5 + 4.0 / 7) / 4;
  CHECK(found.standard_error == Approx(std::sqrt(variance)).epsilon(0.04));
  CHECK(bootstrap_stratified_mean({kValues}).low == bootstrap_mean(kValues).low);
  CHECK_THROWS_AS(bootstrap_stratified_mean({{1, 2}, {}}), dwell::InvariantError);
}
