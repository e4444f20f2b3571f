// Rows of contenders that failed.

#include "bench/run/scoring.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run {
namespace {

/// A day of a small world on each seed, to be changed before it is scored.
struct Study {
  Study(const std::vector<std::string>& names, const std::vector<std::uint64_t>& calibration_seeds,
        const std::vector<std::uint64_t>& evaluation_seeds)
      : list(contenders(names).value()) {
    for (const std::uint64_t seed : calibration_seeds) calibration.push_back(world_of(seed, false));
    for (const std::uint64_t seed : evaluation_seeds) evaluation.push_back(world_of(seed, true));
  }
  [[nodiscard]] WorldRecord world_of(std::uint64_t seed, bool scored) const {
    WorldOptions options;
    options.scale = {1, 30'000};
    options.seed = {seed};
    options.days = 1;
    options.evaluation = scored;
    if (scored) options.floors.assign(list.size(), 0);
    return std::move(*run_world(world::test::tiny(), list, options).value());
  }
  [[nodiscard]] StudyResult score(std::uint32_t days, bool cut = false) const {
    const ScoringInput input{.contenders = &list,
                             .calibration = &calibration,
                             .evaluation = &evaluation,
                             .containment = Duration::hours(1),
                             .horizon_days = static_cast<double>(days),
                             .outcome_days = static_cast<double>(days),
                             .outcome = "test",
                             .recognition_cut = cut};
    StudyResult result;
    score_study(input, calibrate(list, calibration), result);
    return result;
  }
  std::vector<Contender> list;
  std::vector<WorldRecord> calibration, evaluation;
};

TEST_CASE("a detector that failed while calibrating says so in its rows, and only in the track that needs it") {
  Study study({"never-alert", "ewma"}, {2, 4}, {3});
  study.calibration[1].contenders[1].crash = "out of ideas";
  const StudyResult result = study.score(1);
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

TEST_CASE("rows that read no logs are of no tier, and the complaint's says when its fit does not hold") {
  Study study({"ewma"}, {2}, {3, 5, 7, 9});
  // The last lies beyond the scored days.
  const std::array<std::int64_t, 4> days = {10, 20, 40, 200};
  for (std::size_t i = 0; i < days.size(); ++i) {
    study.evaluation[i].plan.scored_days = 100;
    study.evaluation[i].complaint = study.evaluation[i].plan.onset + Duration::days(days[i]);
  }
  for (const bool cut : {false, true}) {
    bool complaint = false;
    const StudyResult result = study.score(100, cut);
    for (const Summary& summary : result.summary) {
      INFO(summary.detector);
      const bool none = summary.kind == "outcome" || summary.detector == "oracle-entity";
      CHECK((summary.tier == kNoLogs) == none);
      if (summary.detector != kCustomerComplaint) continue;
      complaint = true;
      CHECK(summary.ttd_days_median == Approx(30));
      CHECK(summary.note.find("had noticed by 15 d, 30 d, 40 d") != std::string::npos);
      CHECK((summary.note.find("cut to 1") != std::string::npos) == cut);
    }
    CHECK(complaint);
  }
}

TEST_CASE("the complaint's quartiles are told in the unit that fits") {
  Study study({"never-alert"}, {2}, {3, 5, 7, 9});
  const std::array<std::int64_t, 4> minutes = {5, 15, 255, 345};
  for (std::size_t i = 0; i < minutes.size(); ++i)
    study.evaluation[i].complaint = study.evaluation[i].plan.onset + Duration::minutes(minutes[i]);
  const StudyResult result = study.score(1);
  const auto told = std::find_if(result.summary.begin(), result.summary.end(),
                                 [](const Summary& s) { return s.detector == kCustomerComplaint; });
  REQUIRE(told != result.summary.end());
  INFO(told->note);
  CHECK(told->note.find("had noticed by 10 min, 2.2 h, 5 h") != std::string::npos);
}

}  // namespace
}  // namespace dwell::run
