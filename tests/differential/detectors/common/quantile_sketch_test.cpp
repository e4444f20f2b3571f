// The quantile sketch: its error as an inequality, and that merges are exact.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/common/quantile_sketch.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

/// Values over many magnitudes.
std::vector<double> values(std::uint32_t seed, std::size_t count) {
  RandomStream random(Seed{14}, seed, purpose("test.quantile"));
  std::vector<double> drawn(count);
  for (double& value : drawn) value = std::pow(10, 8 * random.uniform() - 3);
  return drawn;
}

}  // namespace

TEST_CASE("a quantile is off by no more than the stated share of it", "[detectors][quantile-sketch]") {
  for (const double alpha : {.005, .02, .2}) {
    for (const std::size_t count : {1U, 2U, 17U, 20'000U}) {
      QuantileSketch sketch(alpha, 1e-3, 1e5);
      std::vector<double> drawn = values(static_cast<std::uint32_t>(count), count);
      for (const double value : drawn) sketch.add(value);
      std::sort(drawn.begin(), drawn.end());
      REQUIRE(sketch.count() == count);
      for (double q = 0; q <= 1; q += .001) {
        const double exact = drawn[static_cast<std::size_t>(q * static_cast<double>(count - 1))];
        REQUIRE(std::abs(sketch.quantile(q) - exact) <= alpha * exact * (1 + 1e-12));
      }
    }
  }
}

TEST_CASE("values beyond the range count as its ends", "[detectors][quantile-sketch]") {
  QuantileSketch sketch(.01, .5, 100);
  for (const double value : {0., 1e-300, .4}) sketch.add(value);
  CHECK(sketch.quantile(1) == Approx(.5).epsilon(.01));
  sketch.add(1e300);
  CHECK(sketch.quantile(1) == Approx(100).epsilon(.01));
  CHECK_THROWS(QuantileSketch(.01, .5, 100).quantile(.5));
}

TEST_CASE("quantile sketches merge exactly in any grouping, and back", "[detectors][quantile-sketch]") {
  const auto bytes_of = [](const QuantileSketch& sketch) {
    ByteWriter writer;
    sketch.save(writer);
    return std::vector<std::byte>(writer.bytes().begin(), writer.bytes().end());
  };
  const QuantileSketch empty(.02, 1e-3, 1e5);
  QuantileSketch whole = empty;
  std::vector<QuantileSketch> parts(4, empty);
  const std::vector<double> drawn = values(1, 5000);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    whole.add(drawn[i]);
    parts[i * i % 4].add(drawn[i]);
  }
  QuantileSketch left = parts[3];
  for (const std::size_t i : {0U, 2U, 1U}) left.merge(parts[i]);
  QuantileSketch pair = parts[1];
  pair.merge(parts[0]);
  QuantileSketch right = parts[2];
  right.merge(parts[3]);
  right.merge(pair);
  CHECK(bytes_of(left) == bytes_of(whole));
  CHECK(bytes_of(right) == bytes_of(whole));
  right.subtract(pair);
  QuantileSketch rest = parts[2];
  rest.merge(parts[3]);
  CHECK(bytes_of(right) == bytes_of(rest));
  CHECK(right.count() == rest.count());
  QuantileSketch restored = empty;
  const std::vector<std::byte> saved = bytes_of(whole);
  ByteReader reader(saved);
  restored.restore(reader);
  CHECK(reader.finish("sketch").ok());
  CHECK(restored.quantile(.37) == whole.quantile(.37));
  restored.clear();
  CHECK(restored.count() == 0);
  CHECK(bytes_of(restored) == bytes_of(empty));
  CHECK_THROWS(whole.merge(QuantileSketch(.03, 1e-3, 1e5)));
}

}  // namespace dwell::detect
