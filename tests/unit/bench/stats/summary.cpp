#include "bench/stats/summary.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/core/check.hpp"

using namespace dwell::stats;

TEST_CASE("mean and standard deviation of a textbook sample") {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  CHECK(mean(values) == 5);
  CHECK(standard_deviation(values) == Approx(std::sqrt(32.0 / 7)));
  CHECK(standard_deviation(std::vector<double>{3}) == 0);
  CHECK(mean({}) == 0);
}

TEST_CASE("variance does not cancel at a large offset, in either way") {
  std::vector<double> values;
  RunningMoments running;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(1e9 + (i % 2 == 0 ? 1 : -1));
    running.add(values.back());
  }
  CHECK(standard_deviation(values) == Approx(std::sqrt(1000.0 / 999)).epsilon(1e-9));
  CHECK(running.variance() == Approx(1000.0 / 999).epsilon(1e-6));
  CHECK(running.mean() == Approx(1e9));
  CHECK(running.count() == 1000);
}

TEST_CASE("quantiles interpolate between order statistics") {
  const std::vector<double> values = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 1) == 10);
  CHECK(quantile(values, 0.1) == Approx(1.9));
  CHECK(quantile(values, 0.25) == Approx(3.25));
  CHECK(median(values) == 5.5);
  CHECK(median(std::vector<double>{7}) == 7);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(quantile(std::vector<double>{1, 2, infinity}, 0.75) == infinity);
  CHECK(quantile(std::vector<double>{infinity, infinity}, 0.5) == infinity);
  CHECK_THROWS_AS(quantile({}, 0.5), dwell::InvariantError);
}
