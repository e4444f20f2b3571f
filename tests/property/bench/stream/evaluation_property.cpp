// One pass in bounded memory against the definitions, pair by pair and row by row.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "bench/stream/evaluation.hpp"

namespace dwell::stream {
namespace {

struct Row {
  double score;
  bool labelled;
};

/// Scores in a few values, so that many tie, or in many; labelled rows come in runs and score a little higher.
std::vector<Row> make_rows(std::uint32_t seed, std::size_t count, int values) {
  std::mt19937 random(seed);
  std::vector<Row> rows;
  bool labelled = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 9 == 0) labelled = random() % 3 == 0;
    const auto level = static_cast<double>(random() % static_cast<unsigned>(values) + (labelled ? 2 : 0));
    rows.push_back({values > 100 ? std::exp(level / 50) - 5 : level - 3, labelled});
  }
  return rows;
}

Evaluation evaluate(const std::vector<Row>& rows, Evaluator evaluator, std::uint64_t alerts) {
  bool last = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    evaluator.add(rows[i].score, rows[i].labelled, static_cast<double>(i), last);
    last = rows[i].labelled;
  }
  return evaluator.finish(alerts);
}

double auc_by_pairs(const std::vector<Row>& rows) {
  double wins = 0, pairs = 0;
  for (const Row& a : rows) {
    for (const Row& b : rows) {
      if (!a.labelled || b.labelled) continue;
      ++pairs;
      wins += a.score > b.score ? 1 : a.score == b.score ? .5 : 0;
    }
  }
  return wins / pairs;
}

/// Alerts, precision and delays as the header defines them, for every candidate threshold in turn.
void check_alerts(const std::vector<Row>& rows, std::uint64_t budget, const Evaluation& found) {
  std::vector<double> scores = {-1e300};
  for (const Row& row : rows) scores.push_back(row.score);
  std::sort(scores.begin(), scores.end());
  const auto above = [&](double threshold) {
    return std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.score > threshold; });
  };
  const auto threshold = *std::find_if(scores.begin(), scores.end(),
                                       [&](double t) { return above(t) <= static_cast<std::ptrdiff_t>(budget); });
  CHECK(found.alerts == static_cast<std::uint64_t>(above(threshold)));
  double hits = 0, delays = 0, spans = 0, alerted = 0, begin = 0;
  bool waiting = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].labelled) continue;
    if (i == 0 || !rows[i - 1].labelled) {
      ++spans;
      begin = static_cast<double>(i);
      waiting = true;
    }
    if (rows[i].score <= threshold) continue;
    ++hits;
    if (waiting) ++alerted, delays += static_cast<double>(i) - begin;
    waiting = false;
  }
  CHECK(static_cast<double>(found.spans) == spans);
  CHECK(static_cast<double>(found.spans_alerted) == alerted);
  CHECK(found.precision == (found.alerts == 0 ? 0 : hits / static_cast<double>(found.alerts)));
  REQUIRE(found.delay.has_value() == (alerted > 0));
  if (found.delay) CHECK(*found.delay == Approx(delays / alerted));
}

}  // namespace

TEST_CASE("AUC, alerts and delays are what their definitions say", "[stream][property]") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    for (const int values : {1, 4, 400}) {
      const std::vector<Row> rows = make_rows(seed, 300, values);
      const std::uint64_t budget = seed % 5 == 0 ? 1000 : 1 + 7 * seed;
      INFO("seed " << seed << ", values " << values << ", budget " << budget);
      const Evaluation found = evaluate(rows, Evaluator(), budget);
      REQUIRE(found.auc);
      CHECK(*found.auc == Approx(auc_by_pairs(rows)).margin(1e-12));
      CHECK(found.auc_error == 0);
      check_alerts(rows, budget, found);
    }
  }
}

TEST_CASE("beyond the rows that are kept, AUC stays within its stated error and alerts stay exact",
          "[stream][property]") {
  double widest = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    for (const int values : {3, 400}) {
      INFO("seed " << seed << ", values " << values);
      const std::vector<Row> rows = make_rows(seed, 1000, values);
      const Evaluation few = evaluate(rows, Evaluator(128, 40), 40);
      const double exact = auc_by_pairs(rows);
      REQUIRE(few.auc);
      CHECK(std::abs(*few.auc - exact) <= few.auc_error + 1e-12);
      // Bins that hold one score only cost nothing.
      if (values == 3) CHECK(few.auc_error == 0);
      widest = std::max(widest, few.auc_error);
      check_alerts(rows, 40, few);
    }
  }
  CHECK(widest < 2e-3);
}

}  // namespace dwell::stream
