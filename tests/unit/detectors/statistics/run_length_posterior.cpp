#include "detectors/statistics/run_length_posterior.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::detect;

namespace {

/// Density of one segment's points, whose common mean is drawn from N(0, v), v = prior_sd²: jointly normal with
/// covariance I + v 11', of determinant 1 + n v and inverse I - v / (1 + n v) 11'.
double segment_density(const std::vector<double>& x, std::size_t from, std::size_t to, double prior_sd) {
  const auto n = static_cast<double>(to - from);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = from; i < to; ++i) {
    sum += x[i];
    squares += x[i] * x[i];
  }
  const double v = prior_sd * prior_sd;
  const double form = squares - v / (1 + n * v) * sum * sum;
  return std::exp(-0.5 * form) / std::sqrt(std::pow(2 * 3.14159265358979323846, n) * (1 + n * v));
}

/// The posterior of the run length after all points, by summing over every way to cut them into segments. After each
/// point there is a cut with probability `hazard`, after the last too.
std::vector<double> enumerated(const std::vector<double>& x, double hazard, double prior_sd) {
  const std::size_t n = x.size();
  std::vector<double> posterior(n + 1);
  double total = 0;
  for (std::size_t cuts = 0; cuts < std::size_t{1} << n; ++cuts) {
    double weight = 1;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const bool cut = (cuts >> i & 1U) != 0;
      weight *= cut ? hazard : 1 - hazard;
      if (cut) {
        weight *= segment_density(x, begin, i + 1, prior_sd);
        begin = i + 1;
      }
    }
    weight *= segment_density(x, begin, n, prior_sd);
    posterior[n - begin] += weight;
    total += weight;
  }
  for (double& p : posterior) p /= total;
  return posterior;
}

double total_of(const RunLengthPosterior& posterior) {
  double total = 0;
  for (const auto& run : posterior.posterior()) total += run.probability;
  return total;
}

}  // namespace

TEST_CASE("the run-length posterior of toy series is that of all segmentations") {
  const std::vector<std::vector<double>> toys = {
      {0.2, -0.4, 0.1, 0.3, 3.1, 2.7, 3.3, 2.9}, {1, 1, 1, -2, -2, -2, -2}, {0}, {5, -5, 5, -5, 5, -5}};
  for (const std::vector<double>& toy : toys) {
    for (const double hazard : {0.01, 0.3}) {
      for (const double prior_sd : {1.0, 3.0}) {
        RunLengthPosterior posterior({.hazard = hazard, .prior_sd = prior_sd, .most_runs = 64});
        std::vector<double> seen;
        for (const double x : toy) {
          posterior.step(x);
          seen.push_back(x);
          const std::vector<double> expected = enumerated(seen, hazard, prior_sd);
          const auto found = posterior.posterior();
          REQUIRE(found.size() == expected.size());
          for (const auto& run : found) REQUIRE(run.probability == Approx(expected[run.length]).margin(1e-9));
        }
      }
    }
  }
}

TEST_CASE("the run length of a toy series falls at its change, and the evidence rises") {
  RunLengthPosterior posterior({.prior_sd = 3, .recent = 20});
  for (int i = 0; i < 60; ++i) posterior.step(i % 2 == 0 ? 0.5 : -0.5);
  CHECK(posterior.evidence_of_change() < 0.2);
  for (int i = 0; i < 10; ++i) posterior.step(4);
  CHECK(posterior.evidence_of_change() > 30);
  const auto runs = posterior.posterior();
  const auto likeliest = std::max_element(runs.begin(), runs.end(),
                                          [](const auto& a, const auto& b) { return a.probability < b.probability; });
  CHECK(likeliest->length == 10);
  // Once it is no longer recent, nothing has changed.
  for (int i = 0; i < 40; ++i) posterior.step(4 + (i % 2 == 0 ? 0.5 : -0.5));
  CHECK(posterior.evidence_of_change() < 0.2);
}

TEST_CASE("the posterior mean tells a rise from a fall") {
  for (const double shift : {-3.0, 3.0}) {
    RunLengthPosterior posterior({});
    for (int i = 0; i < 60; ++i) posterior.step(0);
    CHECK(posterior.mean() == 0);
    for (int i = 0; i < 8; ++i) posterior.step(shift);
    CHECK(posterior.evidence_of_change() > 10);
    CHECK(posterior.mean() == Approx(shift * 8 / 9).epsilon(0.02));  // shrunk to the prior's mean by one point's worth
  }
}

TEST_CASE("holding few run lengths loses no probability and hardly changes the evidence") {
  RandomStream random(Seed{4}, 0, purpose("test.runs"));
  RunLengthPosterior exact({.most_runs = 4096});
  RunLengthPosterior bounded({.most_runs = 32});
  double sum = 0;
  double worst_rise = 0;
  for (int i = 0; i < 3000; ++i) {
    const double mean = i / 250 % 3 == 1 ? 1.5 : 0;
    const double x = mean + det_normal_quantile(random.open_uniform());
    exact.step(x);
    bounded.step(x);
    REQUIRE(bounded.posterior().size() <= 32);
    REQUIRE(total_of(bounded) == Approx(1).epsilon(1e-9));
    const double truth = exact.evidence_of_change();
    const double difference = std::abs(bounded.evidence_of_change() - truth);
    sum += difference;
    if (i % 250 < 18) worst_rise = std::max(worst_rise, difference / (1 + truth));
  }
  INFO("mean difference " << sum / 3000 << ", greatest after a change " << worst_rise);
  CHECK(sum / 3000 < 0.1);
  CHECK(worst_rise < 0.3);
}

TEST_CASE("a point far from everything leaves a posterior") {
  RunLengthPosterior posterior({});
  for (int i = 0; i < 50; ++i) posterior.step(i % 2);
  posterior.step(1e6);
  CHECK(total_of(posterior) == Approx(1).epsilon(1e-9));
  for (int i = 0; i < 500; ++i) posterior.step(-1e6);
  CHECK(total_of(posterior) == Approx(1).epsilon(1e-9));
  CHECK(std::isfinite(posterior.evidence_of_change()));
}

TEST_CASE("the run-length posterior goes on where it was saved") {
  RunLengthPosterior straight({.recent = 10, .most_runs = 8});
  for (int i = 0; i < 100; ++i) straight.step(i % 7 - 3.0);
  ByteWriter writer;
  straight.save(writer);
  RunLengthPosterior restored({.recent = 10, .most_runs = 8});
  ByteReader reader(writer.bytes());
  restored.restore(reader);
  REQUIRE_FALSE(reader.failed());
  for (int i = 0; i < 100; ++i) {
    straight.step(i % 5);
    restored.step(i % 5);
    REQUIRE(straight.evidence_of_change() == restored.evidence_of_change());
  }
}
