#include <catch2/catch.hpp>

#include "detectors/statistics/recursions.hpp"

using namespace dwell::detect;

TEST_CASE("EWMA follows its update equation by hand") {
  Ewma chart;
  const double sd = dwell::det_sqrt(0.5 / 1.5);
  CHECK(chart.step(2, 0.5) == Approx(1 / sd));
  CHECK(chart.step(-1, 0.5) == Approx(0));
  CHECK(chart.step(4, 0.5) == Approx(2 / sd));
}

TEST_CASE("CUSUM follows its update equation by hand") {
  Cusum chart;
  CHECK(chart.step(1, 0.5) == 0.5);
  CHECK(chart.step(2, 0.5) == 2.0);
  CHECK(chart.step(-1, 0.5) == 0.5);
  CHECK(chart.step(-3, 0.5) == 0.0);
  CHECK(chart.step(0.75, 0.5) == 0.25);
}

TEST_CASE("Two-sided CUSUM watches both directions") {
  TwoSidedCusum chart;
  CHECK(chart.step(-2, 0.5) == 1.5);
  CHECK(chart.up.value == 0);
  CHECK(chart.step(3, 0.5) == 2.5);
  CHECK(chart.down.value == 0);
}

TEST_CASE("Poisson CUSUM sums log-likelihood ratios") {
  PoissonCusum chart;
  const double log_ratio = dwell::det_log(2);
  CHECK(chart.step(5, 3, 2, log_ratio) == Approx(5 * log_ratio - 3));
  CHECK(chart.step(0, 3, 2, log_ratio) == 0);
  // The mean may differ from step to step.
  CHECK(chart.step(2, 0.5, 2, log_ratio) == Approx(2 * log_ratio - 0.5));
}
