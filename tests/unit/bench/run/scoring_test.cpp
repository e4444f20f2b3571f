// Rows of contenders that failed.

#include "bench/run/scoring.hpp"

#include <catch2/catch.hpp>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run {
namespace {

WorldRecord world_of(const std::vector<Contender>& list, std::uint64_t seed, bool evaluation) {
  WorldOptions options;
  options.scale = {1, 30'000};
  options.seed = {seed};
  options.days = 1;
  options.evaluation = evaluation;
  if (evaluation) options.floors.assign(list.size(), 0);
  return std::move(*run_world(world::test::tiny(), list, options).value());
}

TEST_CASE("a detector that failed while calibrating says so in its rows, and only in the track that needs it") {
  const auto list = contenders({"never-alert", "ewma"}).value();
  std::vector<WorldRecord> calibration;
  for (const std::uint64_t seed : {2, 4}) calibration.push_back(world_of(list, seed, false));
  calibration[1].contenders[1].crash = "out of ideas";
  std::vector<WorldRecord> evaluation;
  evaluation.push_back(world_of(list, 3, true));
  const ScoringInput input{.contenders = &list,
                           .calibration = &calibration,
                           .evaluation = &evaluation,
                           .containment = Duration::hours(1),
                           .horizon_days = 1,
                           .outcome_days = 1,
                           .outcome = "test"};
  StudyResult result;
  score_study(input, calibrate(list, calibration), result);
  std::size_t noted = 0;
  for (const Row& row : result.rows) {
    const bool failed = row.detector == "ewma" && row.track == Track::calibrated;
    CHECK(row.note == (failed ? "while calibrating: out of ideas" : ""));
    if (!failed) continue;
    CHECK(row.mark == Mark::not_calibratable);
    ++noted;
  }
  CHECK(noted == 3);
  for (const Summary& summary : result.summary) {
    if (summary.detector == "ewma" && summary.track == Track::calibrated) CHECK(!summary.note.empty());
  }
}

}  // namespace
}  // namespace dwell::run
