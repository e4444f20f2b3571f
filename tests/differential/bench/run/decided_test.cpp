// Leaving a view once its rows are decided changes no row.

#include <catch2/catch.hpp>

#include "bench/run/attribution.hpp"
#include "bench/run/scoring.hpp"
#include "tests/differential/bench/run/plain_run.hpp"

namespace dwell::run::test {
namespace {

using Thresholds = std::vector<std::vector<score::Threshold>>;

WorldRecord world_of(const std::vector<Contender>& list, const WorldOptions& options) {
  return std::move(*run_world(world::test::tiny(), list, options).value());
}

StudyResult score(const std::vector<Contender>& list, const std::vector<WorldRecord>& calibration, WorldRecord record,
                  const Thresholds& thresholds) {
  std::vector<WorldRecord> evaluation;
  evaluation.push_back(std::move(record));
  const ScoringInput input{.contenders = &list,
                           .calibration = &calibration,
                           .evaluation = &evaluation,
                           .containment = Duration::hours(1),
                           .horizon_days = static_cast<double>(evaluation[0].plan.scored_days),
                           .outcome_days = 1,
                           .outcome = "test"};
  StudyResult result;
  score_study(input, thresholds, result);
  return result;
}

std::uint64_t windows_logged(const ContenderRun& run, View view) {
  std::uint64_t windows = 0;
  for (const score::Exceedance& e : run.logs[static_cast<std::size_t>(view)].entries())
    windows += static_cast<std::uint64_t>(e.last - e.first + 1);
  return windows;
}

TEST_CASE("views left when their rows are decided give the rows of views kept to the end") {
  const auto list = contenders({}).value();
  std::vector<WorldRecord> calibration;
  for (const std::uint64_t seed : {2, 4, 6, 8})
    calibration.push_back(world_of(list, {{1, 16'000}, Seed{seed}, 0, false, {}}));
  const Thresholds thresholds = calibrate(list, calibration);
  std::size_t shorter = 0;
  std::size_t detected = 0;
  for (const std::uint64_t seed : {3, 5}) {
    const WorldOptions kept{{1, 16'000}, Seed{seed}, 0, true, floors_of(thresholds)};
    WorldOptions left = kept;
    left.thresholds = thresholds;
    WorldRecord whole = world_of(list, kept);
    WorldRecord parts = world_of(list, left);
    for (std::size_t c = 0; c < list.size(); ++c) {
      for (const View view : {View::factual, View::placebo}) {
        REQUIRE(windows_logged(parts.contenders[c], view) <= windows_logged(whole.contenders[c], view));
        shorter += windows_logged(parts.contenders[c], view) < windows_logged(whole.contenders[c], view) ? 1 : 0;
      }
      CHECK(windows_logged(parts.contenders[c], View::clean) == windows_logged(whole.contenders[c], View::clean));
    }
    const StudyResult a = score(list, calibration, std::move(whole), thresholds);
    const StudyResult b = score(list, calibration, std::move(parts), thresholds);
    REQUIRE(a.rows.size() == b.rows.size());
    for (std::size_t r = 0; r < a.rows.size(); ++r) {
      const Row& x = a.rows[r];
      const Row& y = b.rows[r];
      INFO(x.detector << ", budget " << x.budget_per_day << ", seed " << x.seed);
      CHECK(x.detected == y.detected);
      CHECK(x.ttd_days == y.ttd_days);
      CHECK(x.entity == y.entity);
      CHECK(x.records_exposed == y.records_exposed);
      CHECK(x.placebo_detected == y.placebo_detected);
      CHECK(x.placebo_ttd_days == y.placebo_ttd_days);
      CHECK(x.false_alerts == y.false_alerts);
      CHECK(x.mark == y.mark);
      detected += x.detected ? 1 : 0;
    }
  }
  CHECK(shorter > 4);
  CHECK(detected > 10);
}

/// One alert on the whole platform at `alert`, in a run whose campaign reads from its first window on.
struct OneAlert {
  truth::Incident incident;
  ContenderRun run{{score::ScoreLog{score::ScoreLog::Policy::keep_first, 0, 100},
                    score::ScoreLog{score::ScoreLog::Policy::keep_first, 0, 100},
                    score::ScoreLog{score::ScoreLog::Policy::keep_first, 0, 100}},
                   {},
                   0,
                   0,
                   {}};
  world::RunPlan plan;

  explicit OneAlert(std::int32_t alert) {
    plan.windows = 10'000;
    truth::Touch touch;
    touch.time = Time{1};
    incident.observe(touch);
    log(1, alert, 5);
  }
  void log(std::size_t view, std::int32_t window, double value) {
    run.logs[view].add(window, std::array{detect::Scores::Item{{detect::EntityKind::platform, 0}, value}});
  }
  [[nodiscard]] bool decided(double threshold, std::int64_t seen, bool twin = true) const {
    const score::Threshold asked{score::Threshold::State::found, threshold, 0, 0};
    return run::decided({plan, incident, run, View::factual, twin}, {&asked, 1}, seen);
  }
};

TEST_CASE("a view is decided when the twin is known for six hours behind its alert") {
  OneAlert one(1000);
  CHECK(!one.decided(1, 1001 + 359));
  CHECK(one.decided(1, 1001 + 360));
  CHECK(one.decided(1, 1001, false));
  CHECK(!one.decided(6, 9000));  // nothing above it yet
  one.log(0, 1300, 5);           // the twin raises it as well
  CHECK(!one.decided(1, 9000));
}

TEST_CASE("thresholds that rows ask nothing of decide nothing") {
  const OneAlert one(1000);
  const std::array<score::Threshold, 2> silent = {score::Threshold{score::Threshold::State::not_calibratable, 9, 0, 0},
                                                  score::Threshold{score::Threshold::State::over_budget, 9, 0, 0}};
  CHECK(decided({one.plan, one.incident, one.run, View::factual, true}, silent, 1));
}

}  // namespace
}  // namespace dwell::run::test
