// The windowed Gaussian and the relative entropy of NAB against plain versions that keep the whole series.

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/frequency_hypotheses.hpp"
#include "detectors/statistics/sliding_gaussian.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::detect;

namespace {

/// Counts about a level that moves by phases.
std::vector<double> phases(std::size_t length) {
  RandomStream random(Seed{12}, 0, purpose("test.nab"));
  std::vector<double> values(length);
  constexpr double levels[] = {10, 10, 25, 10, 18, 40, 10};
  for (std::size_t i = 0; i < length; ++i) {
    values[i] = std::floor(levels[i / 400 % 7] + 3 * det_normal_quantile(random.open_uniform()));
  }
  return values;
}

/// The rule as published, on the whole series: the window's statistic for every hypothesis, infinite where the window
/// has values in a bin that the hypothesis never saw. True where the window is rejected.
class PlainRule {
 public:
  PlainRule(double low, double high) : low_(low), step_((high - low) / 5) {}
  bool rejects(const std::vector<double>& x, std::size_t end) {
    std::vector<double> share(5);
    for (std::size_t i = end - 52; i < end; ++i) {
      const double bin = std::clamp(std::ceil((x[i] - low_) / step_), 0.0, 5.0);
      share[std::min<std::size_t>(4, static_cast<std::size_t>(bin))] += 1.0 / 52;
    }
    const double limit = boost::math::quantile(boost::math::chi_squared(4), 0.99);
    least = std::numeric_limits<double>::infinity();
    for (const std::vector<double>& hypothesis : hypotheses_) {
      double sum = 0;
      for (std::size_t b = 0; b < 5; ++b) {
        if (share[b] > 0) sum += hypothesis[b] > 0 ? share[b] * std::log(share[b] / hypothesis[b]) : 1e300;
      }
      least = std::min(least, 2 * 52 * sum);
    }
    if (least < limit) return false;
    hypotheses_.push_back(share);
    return true;
  }
  double least = 0;
  [[nodiscard]] std::size_t size() const { return hypotheses_.size(); }

 private:
  double low_, step_;
  std::vector<std::vector<double>> hypotheses_;
};

}  // namespace

TEST_CASE("the sliding Gaussian is that of its window") {
  constexpr std::size_t window = 640, stride = 10;
  const std::vector<double> x = phases(5000);
  SlidingGaussian gaussian(window, stride);
  for (std::size_t n = 1; n <= x.size(); ++n) {
    gaussian.learn(x[n - 1]);
    const std::size_t end = n <= window ? n : n - (n - window) % stride;
    const std::size_t begin = end <= window ? 0 : end - window;
    double mean = 0;
    double variance = 0;
    const auto size = static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) mean += x[i] / size;
    for (std::size_t i = begin; i < end; ++i) variance += (x[i] - mean) * (x[i] - mean) / size;
    REQUIRE(gaussian.mean() == Approx(mean).margin(1e-9));
    REQUIRE(gaussian.sd() == Approx(n == 1 ? 1e-6 : std::sqrt(variance)).margin(1e-9));
  }
}

TEST_CASE("windowed-gaussian has NAB's window and scores distances in its deviations") {
  const Descriptor descriptor = windowed_gaussian_entry.describe();
  CHECK(descriptor.parameter("window") == 6400);
  CHECK(descriptor.parameter("stride") == 100);
  const auto series = windowed_gaussian_entry.make_series(descriptor, 1);
  std::vector<double> x = phases(7000);
  for (std::size_t n = 0; n < x.size(); ++n) {
    const double score = series->step(0, {&x[n], 1});
    if (n != 6399 && n != 6400 && n != 6499 && n != 6500) continue;
    // The window is that of the first 6,400 values, or from 6,500 values on of the next that end there.
    const std::size_t begin = n < 6500 ? 0 : 100, end = n < 6500 ? std::min<std::size_t>(n, 6400) : 6500;
    double mean = 0, variance = 0;
    for (std::size_t i = begin; i < end; ++i) mean += x[i] / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i)
      variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(end - begin);
    CHECK(score == Approx(std::abs(x[n] - mean) / std::sqrt(variance)).margin(1e-9));
  }
}

TEST_CASE("relative entropy rejects the windows that the published rule rejects") {
  const std::vector<double> x = phases(8000);
  const FrequencyOptions options{.established = 1, .most_hypotheses = 1000};
  CHECK(options.bins == 5);
  CHECK(options.window == 52);
  CHECK(options.limit == Approx(boost::math::quantile(boost::math::chi_squared(4), 0.99)).epsilon(1e-12));
  FrequencyHypotheses hypotheses(options);
  const auto first = x.begin() + options.range_values;
  PlainRule plain(*std::min_element(x.begin(), first), *std::max_element(x.begin(), first));
  int rejected = 0;
  for (std::size_t n = 1; n <= x.size(); ++n) {
    const double score = hypotheses.step(x[n - 1]);
    if (n < 52) continue;
    const bool rejects = plain.rejects(x, n);  // the first window as well, as there is no hypothesis
    if (n <= options.range_values) {
      REQUIRE(score == 0);
      continue;
    }
    REQUIRE((score >= options.limit) == rejects);
    if (plain.least < 1e200) REQUIRE(score == Approx(plain.least).margin(1e-9));
    rejected += rejects ? 1 : 0;
  }
  CHECK(rejected > 5);
  CHECK(hypotheses.hypotheses() == plain.size());
}

TEST_CASE("the hypothesis that agreed least often makes room") {
  FrequencyHypotheses hypotheses({.window = 10, .established = 1, .range_values = 10, .most_hypotheses = 2});
  const auto play = [&](double value, int times) {
    double last = 0;
    for (int i = 0; i < times; ++i) last = hypotheses.step(value);
    return last;
  };
  for (int i = 0; i < 10; ++i) hypotheses.step(i);
  CHECK(hypotheses.hypotheses() == 1);
  play(9, 200);  // far beyond what the first window's one agreement is worth
  CHECK(hypotheses.hypotheses() == 2);
  const double known = play(9, 1);
  CHECK(known < 13.2);
  play(0, 200);
  CHECK(hypotheses.hypotheses() == 2);
  CHECK(play(0, 1) < 13.2);
  CHECK(play(9, 300) < 13.2);
}

TEST_CASE("with established hypotheses a lasting change stands out for a window") {
  const auto steps_beyond = [](std::uint32_t established) {
    FrequencyHypotheses hypotheses({.established = established});
    RandomStream random(Seed{13}, 0, purpose("test.nab"));
    for (int i = 0; i < 3000; ++i) hypotheses.step(10 + det_normal_quantile(random.open_uniform()));
    int beyond = 0;
    for (int i = 0; i < 60; ++i) beyond += hypotheses.step(30) > 50 ? 1 : 0;
    return beyond;
  };
  CHECK(steps_beyond(1) == 0);
  CHECK(steps_beyond(52) > 25);
}

TEST_CASE("the detectors of NAB go on where they were saved") {
  const std::vector<double> x = phases(3000);
  for (const std::size_t at : {100U, 999U, 1000U, 2345U}) {
    FrequencyHypotheses straight({}), restored({});
    SlidingGaussian gaussian(500, 30), other(500, 30);
    for (std::size_t i = 0; i < at; ++i) {
      straight.step(x[i]);
      gaussian.learn(x[i]);
    }
    ByteWriter writer;
    straight.save(writer);
    gaussian.save(writer);
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    other.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(reader.remaining() == 0);
    for (std::size_t i = at; i < x.size(); ++i) {
      REQUIRE(restored.step(x[i]) == straight.step(x[i]));
      gaussian.learn(x[i]);
      other.learn(x[i]);
      REQUIRE(gaussian.mean() == other.mean());
      REQUIRE(gaussian.sd() == other.sd());
    }
  }
}
