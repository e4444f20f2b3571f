// LODA against histograms made by going through all points of the window before.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/learning/loda.hpp"
#include "sim/core/digest.hpp"

namespace dwell::detect::test {
namespace {

std::vector<double> point(std::uint64_t n) {
  std::vector<double> x;
  for (std::uint64_t q = 0; q < 5; ++q) {
    const auto bits = mix64(n, q);
    x.push_back(static_cast<double>(bits % 1000 + bits / 1000 % 1000) / 500 + (n % 71 == 70 ? 4 : 0));
  }
  return x;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t q = 0; q < a.size(); ++q) sum += a[q] * b[q];
  return sum;
}

}  // namespace

TEST_CASE("LODA scores by the histograms of the window before", "[detectors][learning]") {
  constexpr std::size_t window = 120, directions = 40, bins = 10;
  Descriptor d = Loda::describe();
  REQUIRE(d.set("window", static_cast<double>(window)).ok());
  REQUIRE(d.set("directions", static_cast<double>(directions)).ok());
  REQUIRE(d.set("bins", static_cast<double>(bins)).ok());
  Loda fast(d, 5, Seed{4});
  double outliers = 0, others = 0;
  for (std::uint64_t n = 0; n < 6 * window; ++n) {
    const double score = fast.step(point(n));
    INFO("point " << n);
    if (n < window) {
      REQUIRE(score == 0);
      continue;
    }
    double expected = 0;
    for (std::uint32_t i = 0; i < directions; ++i) {
      const std::vector<double> w = Loda::direction(Seed{4}, i, 5);
      std::vector<double> values;
      for (std::uint64_t m = n / window * window - window; m < n / window * window; ++m)
        values.push_back(dot(w, point(m)));
      const double least = *std::min_element(values.begin(), values.end());
      const double width = (*std::max_element(values.begin(), values.end()) - least) / bins;
      const auto bin_of = [&](double v) { return std::min<double>(std::floor((v - least) / width), bins - 1); };
      const double v = dot(w, point(n));
      const bool inside = v >= least && v <= least + bins * width;
      const auto same = [&](double other) { return inside && bin_of(other) == bin_of(v); };
      const auto count = static_cast<double>(std::count_if(values.begin(), values.end(), same));
      expected -= std::log((count + .5) / (window + .5 * bins)) / directions;
    }
    REQUIRE(score == Approx(expected).margin(1e-9));
    (n % 71 == 70 ? outliers : others) += score / (n % 71 == 70 ? 8 : 592);
  }
  CHECK(outliers > others + .5);
}

TEST_CASE("a direction of LODA takes the root of the dimensions", "[detectors][learning]") {
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const std::vector<double> w = Loda::direction(Seed{9}, i, 16);
    REQUIRE(std::count_if(w.begin(), w.end(), [](double x) { return x != 0; }) == 4);
    for (const double x : w) sum += x, squares += x * x;
  }
  CHECK(std::abs(sum / 8000) < 5 / std::sqrt(8000.0));
  CHECK(std::abs(squares / 8000 - 1) < 5 * std::sqrt(2 / 8000.0));
}

TEST_CASE("LODA goes on from saved state", "[detectors][learning]") {
  const Descriptor d = Loda::describe();
  for (const std::uint64_t cut : {10ULL, 256ULL, 400ULL}) {
    Loda straight(d, 5, Seed{3});
    for (std::uint64_t n = 0; n < cut; ++n) static_cast<void>(straight.step(point(n)));
    ByteWriter writer;
    straight.save(writer);
    Loda restored(d, 5, Seed{3});
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::uint64_t n = cut; n < 900; ++n) REQUIRE(straight.step(point(n)) == restored.step(point(n)));
  }
}

}  // namespace dwell::detect::test
