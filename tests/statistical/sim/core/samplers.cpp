#include "sim/core/samplers.hpp"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/exponential.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/uniform.hpp>
#include <catch2/catch.hpp>

#include "sim/core/check.hpp"
#include "tests/statistical/sim/core/goodness.hpp"

using dwell::RandomStream;
using dwell::test::chi_square_p_value;
using dwell::test::kLeastP;
using dwell::test::kMostSigmas;
using dwell::test::ks_p_value;

namespace {

/// One draw from each of many streams, and many from a few: both ways the samplers are used.
template <class Draw>
std::vector<double> sample(Draw draw, std::uint32_t streams = 40'000, int each = 2) {
  std::vector<double> out;
  out.reserve(static_cast<std::size_t>(streams) * static_cast<std::size_t>(each));
  for (std::uint32_t entity = 0; entity < streams; ++entity) {
    RandomStream random(dwell::Seed{2025}, entity, dwell::purpose("test.samplers"));
    for (int i = 0; i < each; ++i) out.push_back(static_cast<double>(draw(random)));
  }
  return out;
}

template <class Distribution>
void check_moments(const std::vector<double>& values, const Distribution& distribution) {
  const auto m =
      dwell::test::moments(values, mean(distribution), variance(distribution), kurtosis_excess(distribution));
  CHECK(m.mean_sigmas < kMostSigmas);
  CHECK(m.variance_sigmas < kMostSigmas);
}

template <class Distribution, class Draw>
void check_continuous(const Distribution& distribution, Draw draw) {
  const auto values = sample(draw);
  CHECK(ks_p_value(values, distribution) > kLeastP);
  check_moments(values, distribution);
}

template <class Distribution, class Draw>
void check_discrete(const Distribution& distribution, Draw draw) {
  const auto values = sample(draw);
  const double spread = 8 * std::sqrt(variance(distribution)) + 12;
  const long first = std::max(0L, static_cast<long>(mean(distribution) - spread));
  long last = static_cast<long>(mean(distribution) + spread);
  last = std::min(last, static_cast<long>(std::min(range(distribution).second * 1.0, 4e18)));
  CHECK(chi_square_p_value(values, first, last, [&](long k) { return pdf(distribution, static_cast<double>(k)); }) >
        kLeastP);
  check_moments(values, distribution);
}

}  // namespace

TEST_CASE("uniform") {
  check_continuous(boost::math::uniform(0, 1), [](RandomStream& r) { return dwell::sample_uniform(r, 0, 1); });
  check_continuous(boost::math::uniform(-3, 20), [](RandomStream& r) { return dwell::sample_uniform(r, -3, 20); });
}

TEST_CASE("exponential") {
  for (const double m : {1e-6, 1.0, 3600.0}) {
    check_continuous(boost::math::exponential(1 / m), [m](RandomStream& r) { return dwell::sample_exponential(r, m); });
  }
}

TEST_CASE("normal") {
  check_continuous(boost::math::normal(0, 1), [](RandomStream& r) { return dwell::sample_normal(r, 0, 1); });
  check_continuous(boost::math::normal(-40, 7), [](RandomStream& r) { return dwell::sample_normal(r, -40, 7); });
}

TEST_CASE("lognormal, whose logarithm carries the moments") {
  for (const auto& [mu, sigma] : {std::pair{1.5, 1.1}, {3.5, 0.97}, {-2.0, 0.1}}) {
    const auto values = sample([&](RandomStream& r) { return dwell::sample_lognormal(r, mu, sigma); });
    CHECK(ks_p_value(values, boost::math::lognormal(mu, sigma)) > kLeastP);
    std::vector<double> logarithms(values);
    for (double& value : logarithms) value = std::log(value);
    check_moments(logarithms, boost::math::normal(mu, sigma));
  }
}

TEST_CASE("gamma, shapes below and above one") {
  for (const auto& [shape, scale] :
       {std::pair{0.05, 1.0}, {0.5, 4.0}, {0.999, 1.0}, {1.0, 2.0}, {2.5, 0.1}, {300.0, 1.0}}) {
    CAPTURE(shape);
    check_continuous(boost::math::gamma_distribution<>(shape, scale),
                     [&](RandomStream& r) { return dwell::sample_gamma(r, shape, scale); });
  }
}

TEST_CASE("beta, from U-shaped to peaked") {
  for (const auto& [a, b] : {std::pair{1.09, 1.21}, {0.3, 0.4}, {0.5, 8.0}, {30.0, 2.0}, {200.0, 300.0}}) {
    CAPTURE(a, b);
    check_continuous(boost::math::beta_distribution<>(a, b),
                     [&](RandomStream& r) { return dwell::sample_beta(r, a, b); });
  }
}

TEST_CASE("beta with tiny shapes stays a number and keeps its mean") {
  const auto values = sample([](RandomStream& r) { return dwell::sample_beta(r, 0.0005, 0.0015); }, 5'000, 1);
  double sum = 0;
  for (const double value : values) {
    REQUIRE(value >= 0);
    REQUIRE(value <= 1);
    sum += value;
  }
  CHECK(sum / 5'000 == Approx(0.25).margin(5 * 0.433 / std::sqrt(5'000.0)));
}

TEST_CASE("poisson, inversion and transformed rejection") {
  for (const double m : {0.01, 0.9, 1.6, 9.99, 10.0, 12.5, 40.0, 1000.0}) {
    CAPTURE(m);
    check_discrete(boost::math::poisson(m), [m](RandomStream& r) { return dwell::sample_poisson(r, m); });
  }
  CHECK(sample([](RandomStream& r) { return dwell::sample_poisson(r, 0); }, 10) == std::vector<double>(20, 0.0));
}

TEST_CASE("poisson with a huge mean is as normal as it must be") {
  const double m = 1e12;
  const auto values = sample([m](RandomStream& r) { return dwell::sample_poisson(r, m); });
  CHECK(ks_p_value(values, boost::math::normal(m, std::sqrt(m))) > kLeastP);
  check_moments(values, boost::math::normal(m, std::sqrt(m)));
}

TEST_CASE("binomial, inversion and transformed rejection, both sides of one half") {
  for (const auto& [n, p] : {std::pair<std::uint64_t, double>{1, 0.3},
                             {10, 0.5},
                             {7, 0.9},
                             {30, 0.1},
                             {5'000, 0.001},
                             {40, 0.5},
                             {100, 0.1},
                             {100, 0.97},
                             {1'000, 0.25},
                             {1'000, 0.8},
                             {20'000, 0.01}}) {
    CAPTURE(n, p);
    check_discrete(boost::math::binomial(static_cast<double>(n), p),
                   [&](RandomStream& r) { return dwell::sample_binomial(r, n, p); });
  }
}

TEST_CASE("binomial at its edges and with huge n") {
  const auto all = [](std::uint64_t n, double p) {
    return sample([=](RandomStream& r) { return dwell::sample_binomial(r, n, p); }, 10);
  };
  CHECK(all(50, 0) == std::vector<double>(20, 0.0));
  CHECK(all(50, 1) == std::vector<double>(20, 50.0));
  CHECK(all(0, 0.5) == std::vector<double>(20, 0.0));
  // Rare among very many: Poisson in the limit, and only right if log(1 - p) keeps its digits.
  check_discrete(boost::math::poisson(3.0),
                 [](RandomStream& r) { return dwell::sample_binomial(r, 3'000'000'000'000'000ULL, 1e-15); });
  const double n = 1e14, sd = std::sqrt(n * 0.4 * 0.6);
  const auto values = sample([](RandomStream& r) { return dwell::sample_binomial(r, 100'000'000'000'000ULL, 0.4); });
  CHECK(ks_p_value(values, boost::math::normal(0.4 * n, sd)) > kLeastP);
}

TEST_CASE("zipf, exponents around one, with and without shift") {
  for (const auto& [s, q] : {std::pair{0.9, 0.0}, {1.0, 0.0}, {1.0 + 1e-9, 2.7}, {0.6, 10.0}, {2.5, 0.0}, {0.1, 1.0}}) {
    for (const std::uint64_t n : {1U, 2U, 10U, 1000U}) {
      CAPTURE(s, q, n);
      double total = 0;
      for (std::uint64_t k = 1; k <= n; ++k) total += std::pow(static_cast<double>(k) + q, -s);
      const auto values = sample([&](RandomStream& r) { return dwell::sample_zipf(r, n, s, q); });
      CHECK(chi_square_p_value(values, 1, static_cast<long>(n),
                               [&](long k) { return std::pow(static_cast<double>(k) + q, -s) / total; }) > kLeastP);
    }
  }
  const auto huge = sample([](RandomStream& r) { return dwell::sample_zipf(r, 1ULL << 50, 0.9, 0); }, 1000);
  CHECK(*std::max_element(huge.begin(), huge.end()) <= 0x1p50);
  CHECK(*std::min_element(huge.begin(), huge.end()) >= 1);
}

TEST_CASE("the tests of fit would notice a parameter that is two in a hundred off") {
  const auto off = sample([](RandomStream& r) { return dwell::sample_gamma(r, 2.5, 1.02); });
  CHECK(dwell::test::moments(off, 2.5, 2.5, 2.4).mean_sigmas > kMostSigmas);
  CHECK(ks_p_value(off, boost::math::gamma_distribution<>(2.5, 1.0)) < 1e-3);
  const auto counts = sample([](RandomStream& r) { return dwell::sample_poisson(r, 40.8); });
  CHECK(chi_square_p_value(counts, 0, 110,
                           [](long k) { return pdf(boost::math::poisson(40.0), static_cast<double>(k)); }) < kLeastP);
}

TEST_CASE("samplers demand their ranges") {
  RandomStream r(dwell::Seed{1}, 1, dwell::purpose("test.samplers"));
  CHECK_THROWS_AS(dwell::sample_uniform(r, 1, 0), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_exponential(r, 0), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_normal(r, 0, -1), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_gamma(r, 0, 1), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_beta(r, 1, 0), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_poisson(r, -1), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_poisson(r, std::nan("")), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_binomial(r, 3, 1.5), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_zipf(r, 0, 1, 0), dwell::InvariantError);
  CHECK_THROWS_AS(dwell::sample_zipf(r, 5, 0, 0), dwell::InvariantError);
}
