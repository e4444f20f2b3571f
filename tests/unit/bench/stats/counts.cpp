#include "bench/stats/counts.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <catch2/catch.hpp>
#include <cmath>

#include "sim/core/check.hpp"

using namespace dwell::stats;

TEST_CASE("the Poisson upper bound is the tabulated one") {
  CHECK(poisson_upper(0, 1) == Approx(-std::log(0.05)));
  CHECK(poisson_upper(1, 1) == Approx(4.744).margin(0.0005));
  CHECK(poisson_upper(10, 1) == Approx(16.962).margin(0.0005));
  CHECK(poisson_upper(10, 300) == Approx(poisson_upper(10, 1) / 300));
}

TEST_CASE("Poisson bounds invert the distribution exactly") {
  for (const std::uint64_t k : {0U, 1U, 4U, 37U, 500U}) {
    const boost::math::poisson upper(poisson_upper(k, 2, 0.9) * 2);
    CHECK(boost::math::cdf(upper, static_cast<double>(k)) == Approx(0.1));
    if (k == 0) continue;
    const boost::math::poisson lower(poisson_lower(k, 2, 0.9) * 2);
    CHECK(boost::math::cdf(boost::math::complement(lower, static_cast<double>(k) - 1)) == Approx(0.1));
  }
  CHECK(poisson_lower(0, 2) == 0);
}

TEST_CASE("Clopper–Pearson intervals are the textbook ones and equal Boost's") {
  const Interval textbook = clopper_pearson(4, 20);
  CHECK(textbook.low == Approx(0.0573).margin(0.00005));
  CHECK(textbook.high == Approx(0.4366).margin(0.00005));
  CHECK(clopper_pearson(0, 10).low == 0);
  CHECK(clopper_pearson(0, 10).high == Approx(1 - std::pow(0.025, 0.1)));
  CHECK(clopper_pearson(10, 10).high == 1);
  for (const std::uint64_t k : {1U, 7U, 49U}) {
    using Binomial = boost::math::binomial;
    const Interval found = clopper_pearson(k, 50, 0.1);
    CHECK(found.low == Approx(Binomial::find_lower_bound_on_p(50, static_cast<double>(k), 0.05)));
    CHECK(found.high == Approx(Binomial::find_upper_bound_on_p(50, static_cast<double>(k), 0.05)));
  }
}

TEST_CASE("the comparison of two rates is the conditional binomial test") {
  // 2 against 11 in equal exposure: P(X <= 2 | 13, 1/2) = (1 + 13 + 78) / 8192.
  const RateComparison found = compare_rates(2, 1, 11, 1);
  CHECK(found.less == Approx(92.0 / 8192));
  CHECK(found.two_sided == Approx(2 * 92.0 / 8192));
  CHECK(found.greater == Approx(1 - 14.0 / 8192));
  const RateComparison turned = compare_rates(11, 1, 2, 1);
  CHECK(turned.greater == Approx(found.less));
  CHECK(turned.two_sided == Approx(found.two_sided));
  CHECK(compare_rates(0, 5, 0, 1).two_sided == 1);
}

TEST_CASE("exposures weigh in, and two-sided sums the less likely outcomes") {
  const RateComparison found = compare_rates(3, 300, 9, 100);
  const boost::math::binomial binomial(12, 0.75);
  CHECK(found.less == Approx(boost::math::cdf(binomial, 3)));
  double sum = 0;
  for (int i = 0; i <= 12; ++i) {
    if (boost::math::pdf(binomial, i) <= boost::math::pdf(binomial, 3) * (1 + 1e-9))
      sum += boost::math::pdf(binomial, i);
  }
  CHECK(found.two_sided == Approx(sum));
  CHECK(compare_rates(30, 300, 10, 100).two_sided == Approx(1));
  CHECK_THROWS_AS(compare_rates(1, 0, 1, 1), dwell::InvariantError);
}
