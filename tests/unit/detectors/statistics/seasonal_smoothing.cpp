#include "detectors/statistics/seasonal_smoothing.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::detect;

namespace {

std::vector<double> noisy_seasons(std::size_t season, std::size_t count) {
  RandomStream random(Seed{3}, 0, purpose("test.smoothing"));
  std::vector<double> values;
  for (std::size_t t = 0; t < season * count; ++t) {
    const double place = static_cast<double>(t % season) / static_cast<double>(season);
    values.push_back(50 + 0.01 * static_cast<double>(t) + 20 * std::sin(6.283185307 * place) +
                     det_normal_quantile(random.open_uniform()));
  }
  return values;
}

}  // namespace

TEST_CASE("Holt-Winters leaves no residual on an exact season") {
  const std::vector<double> day = {3, 1, 0, 2, 8, 21, 34, 30, 12, 6};
  SeasonalSmoothing smoothing({.season = 10});
  for (std::size_t t = 0; t < 1000; ++t) {
    const auto found = smoothing.step(day[t % day.size()]);
    CHECK(found.judged == (t >= 20));
    REQUIRE(std::abs(found.residual) < 1e-9);
    REQUIRE(found.deviation < 1e-9);
  }
}

TEST_CASE("Holt-Winters follows its equations") {
  constexpr std::size_t m = 24;
  const SmoothingOptions options{.season = m, .alpha = 0.2, .beta = 0.03, .gamma = 0.15};
  const std::vector<double> y = noisy_seasons(m, 40);
  // All of the past is kept, indexed by t as in the paper.
  std::vector<double> a(y.size()), b(y.size()), c(y.size()), d(y.size());
  double mean = 0;
  for (std::size_t t = 0; t < m; ++t) mean += y[t] / m;
  for (std::size_t t = 0; t < m; ++t) c[t] = y[t] - mean;
  a[m - 1] = mean;
  SeasonalSmoothing smoothing(options);
  double first_residuals = 0;
  for (std::size_t t = 0; t < y.size(); ++t) {
    const auto found = smoothing.step(y[t]);
    if (t < m) continue;
    const double forecast = a[t - 1] + b[t - 1] + c[t - m];
    const double distance = std::abs(y[t] - forecast);
    a[t] = options.alpha * (y[t] - c[t - m]) + (1 - options.alpha) * (a[t - 1] + b[t - 1]);
    b[t] = options.beta * (a[t] - a[t - 1]) + (1 - options.beta) * b[t - 1];
    c[t] = options.gamma * (y[t] - a[t]) + (1 - options.gamma) * c[t - m];
    if (t < 2 * m) {
      first_residuals += distance;
      d[t] = first_residuals / static_cast<double>(t - m + 1);
    } else {
      d[t] = options.gamma * distance + (1 - options.gamma) * d[t - m];
      REQUIRE(found.judged);
      REQUIRE(found.deviation == Approx(d[t - m]).margin(1e-9));
    }
    REQUIRE(found.residual == Approx(y[t] - forecast).margin(1e-9));
    REQUIRE(smoothing.level() == Approx(a[t]).margin(1e-9));
    REQUIRE(smoothing.trend() == Approx(b[t]).margin(1e-9));
  }
}

TEST_CASE("Holt-Winters goes on where it was saved") {
  const std::vector<double> y = noisy_seasons(12, 9);
  SeasonalSmoothing straight({.season = 12});
  for (std::size_t t = 0; t < 31; ++t) straight.step(y[t]);
  ByteWriter writer;
  straight.save(writer);
  SeasonalSmoothing restored({.season = 12});
  ByteReader reader(writer.bytes());
  restored.restore(reader);
  REQUIRE_FALSE(reader.failed());
  for (std::size_t t = 31; t < y.size(); ++t) REQUIRE(restored.step(y[t]).residual == straight.step(y[t]).residual);
}
