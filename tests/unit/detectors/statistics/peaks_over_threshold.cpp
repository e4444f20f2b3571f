#include "detectors/statistics/peaks_over_threshold.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::detect;

namespace {

/// Draws from the generalised Pareto distribution.
std::vector<double> pareto(double gamma, double sigma, std::size_t count, std::uint32_t entity) {
  RandomStream random(Seed{8}, entity, purpose("test.pareto"));
  std::vector<double> values(count);
  for (double& y : values) {
    const double u = random.open_uniform();
    y = gamma == 0 ? -sigma * std::log(u) : sigma / gamma * (std::pow(u, -gamma) - 1);
  }
  return values;
}

/// The likelihood by its definition.
double plain_log_likelihood(double gamma, double sigma, const std::vector<double>& excesses) {
  double sum = 0;
  for (const double y : excesses) sum -= std::log(sigma) + (1 + 1 / gamma) * std::log1p(gamma * y / sigma);
  return sum;
}

}  // namespace

TEST_CASE("log survival is that of the generalised Pareto distribution") {
  for (const double gamma : {-0.4, -0.1, 0.1, 0.5, 2.0}) {
    const ParetoTail tail{gamma, 3};
    for (const double y : {0.0, 0.01, 1.0, 5.0, 7.0}) {
      CHECK(tail.log_survival(y) == Approx(-std::log1p(gamma * y / 3) / gamma).margin(1e-12));
    }
  }
  CHECK(ParetoTail{0, 2}.log_survival(5) == Approx(-2.5));
  // A tail that ends goes on falling.
  const ParetoTail ending{-0.5, 1};
  CHECK(ending.log_survival(2.5) < ending.log_survival(2));
  CHECK(ending.log_survival(2) < ending.log_survival(1.9));
  CHECK(ending.log_survival(1e6) < ending.log_survival(1e5));
  CHECK(std::isfinite(ending.log_survival(1e6)));
}

TEST_CASE("the fit is the most likely of the generalised Pareto tails") {
  for (const double gamma : {-0.3, 0.0, 0.2, 0.7}) {
    for (const std::size_t count : {20U, 200U, 1000U}) {
      const std::vector<double> excesses = pareto(gamma, 2, count, static_cast<std::uint32_t>(count));
      const ParetoTail tail = fit_pareto_tail(excesses);
      INFO("gamma " << gamma << ", " << count << ": " << tail.gamma << ", " << tail.sigma);
      const double found =
          tail.gamma == 0 ? log_likelihood(tail, excesses) : plain_log_likelihood(tail.gamma, tail.sigma, excesses);
      CHECK(found == Approx(log_likelihood(tail, excesses)).epsilon(1e-9));
      const double most = *std::max_element(excesses.begin(), excesses.end());
      // Of few excesses the likelihood may have no maximum but that of the exponential distribution.
      double most_likely = -1e300;
      for (double g = -0.495; g < 3 && count > 20; g += 0.01) {
        for (double s = 0.1; s < 20; s *= 1.02) {
          if (1 + g * most / s > 0) most_likely = std::max(most_likely, plain_log_likelihood(g, s, excesses));
        }
      }
      CHECK(found > most_likely - 1e-9);
      if (tail.gamma == 0) continue;
      // Both likelihood equations hold, each written out.
      double by_gamma = 0;
      double by_sigma = 0;
      for (const double y : excesses) {
        const double inside = 1 + tail.gamma * y / tail.sigma;
        by_gamma += std::log(inside) / (tail.gamma * tail.gamma) - (1 + 1 / tail.gamma) * (y / tail.sigma) / inside;
        by_sigma += -1 / tail.sigma + (1 + tail.gamma) * (y / (tail.sigma * tail.sigma)) / inside;
      }
      CHECK(std::abs(by_gamma) / static_cast<double>(count) < 1e-7);
      CHECK(std::abs(by_sigma) / static_cast<double>(count) < 1e-7);
    }
  }
}

TEST_CASE("excesses that tell nothing of the shape leave an exponential tail") {
  CHECK(fit_pareto_tail({}).sigma == 1);
  const std::vector<double> one = {4}, equal(30, 2.5);
  CHECK(fit_pareto_tail(one).sigma == 4);
  CHECK(fit_pareto_tail(one).gamma == 0);
  CHECK(fit_pareto_tail(equal).sigma == 2.5);
  // Ties and extremes of size, as counts make them.
  for (const std::vector<double>& odd :
       {std::vector<double>{1, 1, 1, 1, 1, 1, 2}, {1, 1, 1, 1, 1e9}, {1e-9, 1, 1, 1}, {1, 2, 3, 4, 5, 6}}) {
    const ParetoTail tail = fit_pareto_tail(odd);
    CHECK(tail.sigma > 0);
    CHECK(std::isfinite(tail.log_survival(1e12)));
    CHECK(tail.log_survival(2) < tail.log_survival(1));
  }
}

TEST_CASE("SPOT calibrates as published and learns nothing of anomalies") {
  const PeaksOptions options{.q = 1e-3, .level = 0.9, .init = 100, .most_peaks = 1000};
  PeaksOverThreshold spot(options);
  std::vector<double> first = pareto(0.2, 1, 100, 77);
  for (const double x : first) CHECK(spot.step(x).surprise == 0);
  std::vector<double> sorted = first;
  std::sort(sorted.begin(), sorted.end());
  CHECK(spot.calibrated());
  CHECK(spot.threshold() == sorted[90]);
  std::vector<double> excesses;
  for (const double x : first) {
    if (x > sorted[90]) excesses.push_back(x - sorted[90]);
  }
  REQUIRE(excesses.size() == 9);
  CHECK(spot.tail().gamma == fit_pareto_tail(excesses).gamma);
  CHECK(spot.step(sorted[90]).surprise == 0);
  // Below the published quantile z_q nothing is an anomaly, above it everything; n is 101 by then.
  const ParetoTail tail = spot.tail();
  const double ratio = options.q * 101 / 9;
  const double z_q = tail.gamma == 0 ? spot.threshold() - tail.sigma * std::log(ratio)
                                     : spot.threshold() + tail.sigma / tail.gamma * (std::pow(ratio, -tail.gamma) - 1);
  for (int i = 0; i < 50; ++i) CHECK(spot.step(z_q * (1 + 1e-9)).anomaly);
  CHECK(spot.step(z_q * (1 + 1e-9)).surprise == Approx(-std::log(options.q)).margin(1e-6));
  PeaksOverThreshold other = spot;
  CHECK_FALSE(other.step(z_q * (1 - 1e-9)).anomaly);
  // One of nine excesses fits anew.
  CHECK(other.tail().sigma != tail.sigma);
}

TEST_CASE("SPOT with every excess fitted equals a plain one, whatever is bounded") {
  const std::vector<double> stream = pareto(0.3, 1, 4000, 78);
  PeaksOverThreshold spot({.q = 1e-4, .level = 0.98, .init = 1000, .most_peaks = 5000});
  std::vector<double> sorted(stream.begin(), stream.begin() + 1000);
  std::sort(sorted.begin(), sorted.end());
  const double t = sorted[980];
  std::vector<double> excesses;
  for (std::size_t i = 0; i < 1000; ++i) {
    if (stream[i] > t) excesses.push_back(stream[i] - t);
  }
  double n = 1000;
  ParetoTail tail = fit_pareto_tail(excesses);
  std::size_t fitted = excesses.size();
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const auto found = spot.step(stream[i]);
    if (i < 1000) continue;
    double expected = 0;
    if (stream[i] > t) {
      const double share = static_cast<double>(excesses.size()) / n;
      expected = -std::log(share * std::pow(1 + tail.gamma * (stream[i] - t) / tail.sigma, -1 / tail.gamma));
    }
    REQUIRE(found.surprise == Approx(expected).margin(1e-9));
    if (expected > -std::log(1e-4)) continue;
    n += 1;
    if (stream[i] <= t) continue;
    excesses.push_back(stream[i] - t);
    if (excesses.size() - fitted < std::max<std::size_t>(1, fitted / 8)) continue;
    tail = fit_pareto_tail(excesses);
    fitted = excesses.size();
  }
}

TEST_CASE("SPOT goes on where it was saved, with its newest peaks alone") {
  const std::vector<double> stream = pareto(0.1, 1, 6000, 79);
  const PeaksOptions options{.level = 0.9, .init = 500, .most_peaks = 64};
  for (const std::size_t at : {300U, 3000U}) {
    PeaksOverThreshold straight(options);
    for (std::size_t i = 0; i < at; ++i) straight.step(stream[i]);
    ByteWriter writer;
    straight.save(writer);
    PeaksOverThreshold restored(options);
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    for (std::size_t i = at; i < stream.size(); ++i) {
      REQUIRE(restored.step(stream[i]).surprise == straight.step(stream[i]).surprise);
    }
    CHECK(straight.heap_bytes() <= 64 * sizeof(double));
  }
}
