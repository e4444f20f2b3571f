#include "detectors/statistics/seasonal_mean.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using dwell::detect::SeasonalMean;

TEST_CASE("the seasonal mean standardises noise about a daily rhythm to unit variance") {
  SeasonalMean usual(14, 2);
  RandomStream random(Seed{5}, 0, purpose("test.seasonal_mean"));
  double sum = 0;
  double squares = 0;
  int judged = 0;
  for (int hour = 0; hour < 24 * 200; ++hour) {
    const auto of_day = static_cast<std::uint32_t>(hour % 24);
    const double weight = 20 + 5 * (hour % 24);
    const double noise = det_normal_quantile(random.open_uniform()) * 0.3 / std::sqrt(weight);
    const double x = 0.5 + 0.02 * (hour % 24) + noise;
    if (usual.ready(of_day) && hour > 24 * 40) {
      const double z = usual.standardise(of_day, x, weight);
      sum += z;
      squares += z * z;
      ++judged;
    }
    usual.learn(of_day, x, weight);
  }
  REQUIRE(judged > 3000);
  CHECK(std::abs(sum / judged) < 0.1);
  CHECK(std::sqrt(squares / judged) == Approx(1).epsilon(0.1));
}

TEST_CASE("an hour of the day never seen is not judged") {
  SeasonalMean usual(14, 2);
  for (int day = 0; day < 30; ++day) {
    for (std::uint32_t hour = 6; hour < 24; ++hour) usual.learn(hour, 0.5, 10);
  }
  CHECK(usual.ready(12));
  CHECK_FALSE(usual.ready(3));
}
