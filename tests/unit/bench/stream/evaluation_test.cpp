#include <catch2/catch.hpp>

#include "bench/stream/evaluation.hpp"

namespace dwell::stream {

TEST_CASE("a constant score is worth nothing", "[stream]") {
  Evaluator evaluator;
  for (int i = 0; i < 100; ++i) evaluator.add(7, i >= 90, i, i > 90);
  const Evaluation found = evaluator.finish(10);
  CHECK(*found.auc == .5);
  CHECK(found.alerts == 0);
  CHECK(found.precision == 0);
  CHECK_FALSE(found.delay);
  CHECK(found.spans == 1);
}

TEST_CASE("delays are those of the first alert of each span", "[stream]") {
  Evaluator evaluator;
  //                    span 1: 10 to 13, alert at 12; span 2: 20, no alert; span 3: 30 to 31, alert at once
  const struct {
    double at, score;
    bool labelled, joins;
  } rows[] = {{1, 0, false, false}, {10, 1, true, false},  {11, 2, true, true},  {12, 9, true, true},
              {13, 8, true, true},  {15, 1, false, false}, {20, 3, true, false}, {30, 7, true, false},
              {31, 9, true, true},  {40, 6, false, false}};
  for (const auto& row : rows) evaluator.add(row.score, row.labelled, row.at, row.joins);
  const Evaluation found = evaluator.finish(4);
  CHECK(found.alerts == 4);
  CHECK(*found.threshold == 6);
  CHECK(found.precision == 1);
  CHECK(found.spans == 3);
  CHECK(found.spans_alerted == 2);
  CHECK(*found.delay == 1);
  REQUIRE(found.listed.size() == 3);
  CHECK(found.listed[0].begin == 10);
  CHECK(found.listed[0].end == 13);
  CHECK(*found.listed[0].delay == 2);
  CHECK_FALSE(found.listed[1].delay);
  CHECK(*found.listed[2].delay == 0);
}

TEST_CASE("labels that never change have no AUC", "[stream]") {
  Evaluator none, all;
  for (int i = 0; i < 5; ++i) none.add(i, false, i, false), all.add(i, true, i, i > 0);
  CHECK_FALSE(none.finish(2).auc);
  CHECK_FALSE(all.finish(2).auc);
  CHECK(none.finish(2).precision == 0);
  CHECK(all.finish(2).precision == 1);
  CHECK(Evaluator().finish(1).rows == 0);
}

TEST_CASE("minus zero is zero", "[stream]") {
  Evaluator evaluator;
  evaluator.add(-0.0, true, 0, false);
  evaluator.add(0.0, false, 1, false);
  CHECK(*evaluator.finish(1).auc == .5);
}

}  // namespace dwell::stream
