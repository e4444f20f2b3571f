// xStream against exact counts of bins that are written out as lists of floors.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "detectors/learning/xstream.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect::test {
namespace {

std::vector<double> point(std::uint64_t n) {
  std::vector<double> x;
  for (std::uint64_t q = 0; q < 4; ++q) {
    const auto bits = mix64(n, q);
    x.push_back(static_cast<double>(bits % 100 + bits / 100 % 100) / 20 - 5 + (n % 67 == 66 ? 25 : 0));
  }
  return x;
}

}  // namespace

TEST_CASE("xStream scores by the counts of bins of the window before", "[detectors][learning]") {
  constexpr std::uint32_t window = 60, projections = 8, chains = 6, depth = 9;
  const Seed seed{21};
  Descriptor d = XStream::describe();
  REQUIRE(d.set("window", window).ok());
  REQUIRE(d.set("projections", projections).ok());
  REQUIRE(d.set("chains", chains).ok());
  REQUIRE(d.set("depth", depth).ok());
  REQUIRE(d.set("columns", 65536).ok());
  XStream fast(d, 4, seed);

  const auto project = [&](std::uint64_t n) {
    std::vector<double> y(projections, 0.0);
    for (std::uint32_t i = 0; i < projections; ++i) {
      for (std::uint32_t q = 0; q < 4; ++q)
        y[i] += std::sqrt(3.0 / projections) * XStream::sign(seed, i, q) * point(n)[q];
    }
    return y;
  };
  std::vector<double> delta;
  for (std::uint32_t i = 0; i < projections; ++i) {
    std::vector<double> values;
    for (std::uint64_t n = 0; n < window; ++n) values.push_back(project(n)[i]);
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    delta.push_back(*greatest > *least ? (*greatest - *least) / 2 : 1);
  }
  using Bin = std::map<std::uint32_t, double>;  // floor by projection
  const auto bins = [&](std::uint64_t n, std::uint32_t chain) {
    const std::vector<double> y = project(n);
    std::map<std::uint32_t, double> z;
    Bin bin;
    std::vector<Bin> levels;
    for (std::uint32_t l = 0; l < depth; ++l) {
      const std::uint32_t p = XStream::projection(seed, chain, l, projections);
      const double s = XStream::shift(seed, chain, p) * delta[p];
      z[p] = z.count(p) == 0 ? (y[p] + s) / delta[p] : 2 * z[p] - s / delta[p];
      bin[p] = std::floor(z[p]);
      levels.push_back(bin);
    }
    return levels;
  };
  std::vector<std::vector<std::map<Bin, int>>> before(chains, std::vector<std::map<Bin, int>>(depth)), now = before;
  double outliers = 0, others = 0;
  for (std::uint64_t n = 0; n < 6 * window; ++n) {
    INFO("point " << n);
    const double score = fast.step(point(n));
    double mean = 0;
    for (std::uint32_t c = 0; c < chains; ++c) {
      const auto levels = bins(n, c);
      double least = 1e9;
      for (std::uint32_t l = 0; l < depth; ++l) {
        const auto at = before[c][l].find(levels[l]);
        least = std::min(least, std::log2(1.0 + (at == before[c][l].end() ? 0 : at->second)) + l + 1);
        ++now[c][l][levels[l]];
      }
      mean += least / chains;
    }
    if (n < window) {
      REQUIRE(score == 0);
    } else {
      REQUIRE(score == Approx(std::log2(1.0 + window) + 1 - mean).margin(1e-9));
      (n % 67 == 66 ? outliers : others) += score / (n % 67 == 66 ? 5 : 295);
    }
    if ((n + 1) % window == 0) {
      before = now;
      for (auto& levels : now) levels.assign(depth, {});
    }
  }
  CHECK(outliers > others + .5);
}

TEST_CASE("a projection of xStream takes a third of the columns", "[detectors][learning]") {
  int ups = 0, downs = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    for (std::uint32_t q = 0; q < 90; ++q) {
      const int sign = XStream::sign(Seed{2}, i, q);
      ups += sign == 1;
      downs += sign == -1;
    }
  }
  CHECK(std::abs(ups - 1500) < 5 * 35.4);  // sd of a binomial of 9000 and 1/6
  CHECK(std::abs(downs - 1500) < 5 * 35.4);
}

TEST_CASE("xStream goes on from saved state", "[detectors][learning]") {
  Descriptor d = XStream::describe();
  REQUIRE(d.set("chains", 10).ok());
  for (const std::uint64_t cut : {10ULL, 256ULL, 400ULL}) {
    XStream straight(d, 4, Seed{3});
    for (std::uint64_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n)));
    ByteWriter writer;
    straight.save(writer);
    XStream restored(d, 4, Seed{3});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint64_t n = cut; n < 700; ++n) REQUIRE(straight.step(point(n)) == restored.step(point(n)));
  }
}

}  // namespace dwell::detect::test
