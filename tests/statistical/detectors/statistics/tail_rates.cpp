// SPOT's rate of anomalies on independent streams with tails of several shapes. Once it knows a thousand peaks, it is
// the probability q that was asked for. The published calibration knows twenty, and no anomaly is ever learnt: the
// threshold scatters about its place, and the rate, which is convex in it, is a few times q in the mean, as with every
// excess kept.

#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/statistics/peaks_over_threshold.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace {

using namespace dwell;
using namespace dwell::detect;

struct Rate {
  double mean = 0;
  double standard_error = 0;
};

/// Share of anomalies after calibration, over streams of generalised Pareto draws.
Rate anomaly_rate(double gamma, const PeaksOptions& options, int streams, int length) {
  double sum = 0;
  double squares = 0;
  for (int stream = 0; stream < streams; ++stream) {
    RandomStream random(Seed{20250624}, static_cast<std::uint32_t>(stream), purpose("test.tail"));
    PeaksOverThreshold spot(options);
    int anomalies = 0;
    for (int i = 0; i < length; ++i) {
      const double log_u = det_log(random.open_uniform());
      const double x = gamma == 0 ? -log_u : det_expm1(-gamma * log_u) / gamma;
      anomalies += spot.step(x).anomaly ? 1 : 0;
    }
    const double rate = anomalies / static_cast<double>(length - static_cast<int>(options.init));
    sum += rate;
    squares += rate * rate;
  }
  const double mean = sum / streams;
  return {mean, std::sqrt((squares / streams - mean * mean) / streams)};
}

void check(Rate found, double q, double least, double most) {
  INFO("found " << found.mean << " ± " << found.standard_error << ", asked for " << q);
  CHECK(found.mean > least * q - 4.9 * found.standard_error);
  CHECK(found.mean < most * q + 4.9 * found.standard_error);
  CHECK(found.standard_error < 0.15 * q);
}

}  // namespace

TEST_CASE("SPOT exceeds its quantile at the rate asked for on a Pareto tail") {
  for (const double gamma : {-0.2, 0.0, 0.2}) {
    check(anomaly_rate(gamma, {.q = 1e-3, .init = 50'000, .most_peaks = 2000}, 40, 60'000), 1e-3, 0.95, 1.15);
  }
  check(anomaly_rate(0.2, {.q = 1e-4, .init = 50'000, .most_peaks = 2000}, 60, 70'000), 1e-4, 0.95, 1.2);
}

TEST_CASE("with few peaks SPOT exceeds its quantile a few times too often, hardly more for keeping the newest alone") {
  const Rate bounded = anomaly_rate(0.2, {.q = 1e-3}, 60, 20'000);
  const Rate whole = anomaly_rate(0.2, {.q = 1e-3, .most_peaks = 5000}, 60, 20'000);
  INFO(bounded.mean << " ± " << bounded.standard_error << ", all peaks kept " << whole.mean);
  CHECK(whole.mean > 1e-3);
  CHECK(bounded.mean < 5e-3);
  CHECK(bounded.mean < 1.4 * whole.mean + 4.9 * bounded.standard_error);
}
