#include "sim/core/tables.hpp"

#include <boost/math/distributions/exponential.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/core/random.hpp"

using dwell::AliasTable;
using dwell::Duration;
using dwell::DurationTable;

namespace {

/// How many of all 2^32 draws give each item. Within a column (the draws with one value of floor(b n / 2^32)) a table
/// answers with at most two items, the second from some draw on: so a binary search in each column counts them all.
std::vector<std::uint64_t> count_all_draws(const AliasTable& table) {
  const std::uint64_t n = table.size();
  std::vector<std::uint64_t> count(n);
  const auto start_of = [n](std::uint64_t column) { return ((column << 32) + n - 1) / n; };
  for (std::uint64_t column = 0; column < n; ++column) {
    const std::uint64_t start = start_of(column), end = start_of(column + 1);
    const std::uint32_t first = table.draw(static_cast<std::uint32_t>(start));
    const std::uint32_t last = table.draw(static_cast<std::uint32_t>(end - 1));
    std::uint64_t low = start, high = end - 1;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (table.draw(static_cast<std::uint32_t>(middle)) == last) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    count[first] += low - start;
    count[last] += end - low;
  }
  return count;
}

void require_exact(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  const auto count = count_all_draws(AliasTable(weights));
  std::uint64_t total = 0;
  double worst = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    total += count[i];
    worst = std::max(worst, std::abs(static_cast<double>(count[i]) - weights[i] / sum * 0x1p32));
    if (weights[i] == 0) REQUIRE(count[i] == 0);
  }
  CHECK(total == 1ULL << 32);
  CHECK(worst < 1.0 + 1e-4);
}

/// Greatest distance between the distribution of a table over all its draws and `cdf` (of microseconds).
template <class Cdf>
double distance(const DurationTable& table, Cdf cdf) {
  double worst = 0;
  std::int64_t before = table.draw(0).us;
  for (std::uint64_t bits = 0; bits < 1ULL << 32; bits += 9973) {
    const std::int64_t us = table.draw(static_cast<std::uint32_t>(bits)).us;
    REQUIRE(us >= before);
    before = us;
    worst = std::max(worst, std::abs(cdf(static_cast<double>(us)) - static_cast<double>(bits) * 0x1p-32));
  }
  return worst;
}

constexpr Duration kLong = Duration::days(36500);

}  // namespace

TEST_CASE("an alias table gives every item its weight to one draw in 2^32") {
  require_exact({1});
  require_exact({1, 1});
  require_exact({0, 3, 0, 1, 0});
  require_exact({1, 1, 1});
  require_exact({1e-300, 1e-300, 3e-300});
  require_exact({1e300, 2e300});
  require_exact({1, 1e-9, 1e-12, 0});
  require_exact({.55, .20, .12, .10, .03});
  dwell::RandomStream random(dwell::Seed{31}, 0, dwell::purpose("test.alias"));
  for (const std::size_t n : {2U, 17U, 64U, 1000U, 65'535U, 65'536U}) {
    std::vector<double> even(n, 1.0), skewed(n), zipf(n);
    for (std::size_t i = 0; i < n; ++i) {
      skewed[i] = std::pow(random.uniform(), 20.0);
      zipf[i] = 1.0 / static_cast<double>(i + 1);
    }
    require_exact(even);
    require_exact(skewed);
    require_exact(zipf);
  }
}

TEST_CASE("an alias table refuses weights that mean nothing") {
  const auto make = [](std::vector<double> weights) { return AliasTable(weights); };
  CHECK_THROWS_AS(make({}), dwell::InvariantError);
  CHECK_THROWS_AS(make({0, 0}), dwell::InvariantError);
  CHECK_THROWS_AS(make({1, -1}), dwell::InvariantError);
  CHECK_THROWS_AS(make({1, std::numeric_limits<double>::quiet_NaN()}), dwell::InvariantError);
  CHECK_THROWS_AS(make({1, std::numeric_limits<double>::infinity()}), dwell::InvariantError);
  CHECK_THROWS_AS(make(std::vector<double>(65'537, 1.0)), dwell::InvariantError);
}

TEST_CASE("a duration table follows a lognormal think time, tails included") {
  const boost::math::lognormal think(3.5 + std::log(1e6), 0.97);
  const DurationTable table([&](double p) { return quantile(think, p); }, Duration{0}, kLong);
  CHECK(distance(table, [&](double us) { return us <= 0 ? 0.0 : cdf(think, us); }) < 3e-5);
  double sum = 0;
  constexpr int kDraws = 1 << 20;
  for (std::uint32_t i = 0; i < kDraws; ++i) sum += static_cast<double>(table.draw((i << 12) + 2048).us);
  CHECK(sum / kDraws == Approx(mean(think)).epsilon(1e-4));
  // The tails, relative to what is left of them.
  for (const std::uint32_t bits : {1U << 12, 1U << 16, 1U << 19}) {
    CHECK(cdf(think, static_cast<double>(table.draw(bits).us)) == Approx(bits * 0x1p-32).epsilon(0.02));
    CHECK(cdf(complement(think, static_cast<double>(table.draw(-bits).us))) == Approx(bits * 0x1p-32).epsilon(0.02));
  }
}

TEST_CASE("a duration table follows an exponential, and clamps where it is told to") {
  const boost::math::exponential gap(1 / 5e6);
  const DurationTable table([&](double p) { return quantile(gap, p); }, Duration{0}, kLong);
  CHECK(distance(table, [&](double us) { return us <= 0 ? 0.0 : cdf(gap, us); }) < 3e-5);
  const DurationTable clamped([&](double p) { return quantile(gap, p); }, Duration::seconds(1), Duration::seconds(9));
  CHECK(clamped.draw(0) == Duration::seconds(1));
  CHECK(clamped.draw(UINT32_MAX) == Duration::seconds(9));
  CHECK(clamped.draw(1U << 31).us == Approx(5e6 * std::log(2.0)).epsilon(1e-6));
}

TEST_CASE("a duration table holds negative, constant and very long durations") {
  const DurationTable symmetric([](double p) { return (p - 0.5) * 2e6; }, Duration::days(-1), Duration::days(1));
  CHECK(symmetric.draw(0).us == Approx(-1e6).margin(1));
  CHECK(symmetric.draw(UINT32_MAX).us == Approx(1e6).margin(1));
  CHECK(symmetric.draw(1U << 31).us == 0);
  CHECK(distance(symmetric, [](double us) { return us / 2e6 + 0.5; }) < 1e-6);

  const DurationTable constant([](double) { return -7.4; }, Duration::days(-1), Duration::days(1));
  for (const std::uint32_t bits : {0U, 1U, 1U << 20, 1U << 31, UINT32_MAX}) CHECK(constant.draw(bits).us == -7);
  for (const double us : {-7.6, 7.6}) {
    const DurationTable rounded([us](double) { return us; }, Duration::days(-1), Duration::days(1));
    CHECK(rounded.draw(1U << 31).us == (us < 0 ? -8 : 8));
  }

  // Century-wide cells: the interpolation must not overflow.
  const DurationTable wide([](double p) { return p < 0.5 ? -9e18 : 0.0; }, Duration{-9'000'000'000'000'000'000},
                           Duration{0});
  CHECK(wide.draw(0).us == -9'000'000'000'000'000'000);
  CHECK(wide.draw(UINT32_MAX).us == 0);
  CHECK(distance(wide, [](double us) { return us < -8.9e18 ? 0.25 : us < 0 ? 0.5 : 0.75; }) < 0.2501);

  const auto infinite = [](double p) {
    return p < 0.001   ? -std::numeric_limits<double>::infinity()
           : p > 0.999 ? std::numeric_limits<double>::infinity()
                       : 0.0;
  };
  const DurationTable bounded(infinite, Duration::seconds(-2), Duration::seconds(2));
  CHECK(bounded.draw(0) == Duration::seconds(-2));
  CHECK(bounded.draw(UINT32_MAX) == Duration::seconds(2));
}

TEST_CASE("a duration table refuses what is not a quantile function") {
  const auto make = [](auto quantile, Duration least, Duration most) { return DurationTable(quantile, least, most); };
  CHECK_THROWS_AS(make([](double p) { return -1e6 * p; }, Duration::days(-1), kLong), dwell::InvariantError);
  CHECK_THROWS_AS(make([](double) { return std::nan(""); }, Duration{0}, kLong), dwell::InvariantError);
  CHECK_THROWS_AS(make([](double p) { return p; }, Duration{1}, Duration{0}), dwell::InvariantError);
}
