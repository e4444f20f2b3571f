// Page–Hinkley, Shiryaev–Roberts and the window-limited likelihood ratio against their definitions.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/statistics/recursions.hpp"
#include "detectors/statistics/window_glr.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::detect;

namespace {

/// A standard normal stream whose mean changes every 150 steps.
std::vector<double> shifting_stream(std::size_t length, std::uint32_t entity) {
  RandomStream random(Seed{77}, entity, purpose("test.charts"));
  constexpr double means[] = {0, 0.5, 0, -1, 2, 0, 0.2};
  std::vector<double> stream(length);
  for (std::size_t i = 0; i < length; ++i) stream[i] = det_normal_quantile(random.open_uniform()) + means[i / 150 % 7];
  return stream;
}

}  // namespace

TEST_CASE("Page-Hinkley equals CUSUM at a fixed mean") {
  for (const double delta : {0.005, 0.5}) {
    PageHinkley test;
    Cusum cusum;
    // The classical form: a cumulative sum above the lowest point it has come through.
    double sum = 0;
    double lowest = 0;
    for (const double x : shifting_stream(5000, 1)) {
      const double mean = 0.25;
      const double found = test.step(x - mean, delta, 1);
      sum += x - mean - delta;
      lowest = std::min(lowest, sum);
      REQUIRE(found == Approx(cusum.step(x - mean, delta)).margin(1e-9));
      REQUIRE(found == Approx(sum - lowest).margin(1e-9));
    }
  }
}

TEST_CASE("Page-Hinkley forgets by alpha") {
  PageHinkley test;
  CHECK(test.step(2, 0.5, 0.5) == 1.5);
  CHECK(test.step(0, 0.5, 0.5) == 0.25);
  CHECK(test.step(0, 0.5, 0.5) == 0);
  CHECK(test.step(1, 0.5, 0.5) == 0.5);
}

TEST_CASE("Shiryaev-Roberts follows its recursion, and cannot overflow") {
  for (const double theta : {0.5, 1.0, 2.0}) {
    ShiryaevRoberts statistic;
    long double r = 0;
    for (const double z : shifting_stream(900, 2)) {  // within the range of a long double
      r = (1 + r) * std::exp(static_cast<long double>(theta) * (z - theta / 2.0L));
      REQUIRE(statistic.step(z, theta) == Approx(static_cast<double>(std::log(r))).margin(1e-9));
    }
  }
  ShiryaevRoberts statistic;
  for (int i = 0; i < 100'000; ++i) statistic.step(3, 1);
  CHECK(statistic.value == Approx(250'000).epsilon(1e-6));
  for (int i = 0; i < 200'000; ++i) statistic.step(-3, 1);
  CHECK(statistic.value == Approx(std::log(std::exp(-3.5) + std::exp(-7.0))).epsilon(1e-3));
}

TEST_CASE("the window-limited likelihood ratio equals the maximum over all change points") {
  const std::vector<double> stream = shifting_stream(2500, 3);
  for (const std::uint32_t window : {1U, 2U, 15U, 16U, 17U, 200U}) {
    WindowGlr glr(window);
    for (std::size_t n = 1; n <= stream.size(); ++n) {
      double most = 0;
      double sum = 0;
      for (std::size_t m = 1; m <= std::min<std::size_t>(window, n); ++m) {
        sum += stream[n - m];
        if (sum > 0) most = std::max(most, sum * sum / (2.0 * static_cast<double>(m)));
      }
      INFO("window " << window << ", step " << n);
      REQUIRE(glr.step(stream[n - 1]) == Approx(most).margin(1e-9));
    }
  }
}

TEST_CASE("the window-limited likelihood ratio goes on where it was saved") {
  const std::vector<double> stream = shifting_stream(900, 4);
  WindowGlr straight(200);
  WindowGlr before(200);
  WindowGlr after(200);
  for (std::size_t n = 0; n < 431; ++n) {
    straight.step(stream[n]);
    before.step(stream[n]);
  }
  ByteWriter writer;
  before.save(writer);
  ByteReader reader(writer.bytes());
  after.restore(reader);
  REQUIRE_FALSE(reader.failed());
  for (std::size_t n = 431; n < stream.size(); ++n) REQUIRE(after.step(stream[n]) == straight.step(stream[n]));
  WindowGlr other(100);
  ByteReader foreign(writer.bytes());
  other.restore(foreign);
  CHECK(foreign.failed());
}
