// A whole study of the tiny scenario: what must hold of every study, whatever the order of its work.

#include "bench/run/study.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <map>

#include "tests/differential/bench/run/study_lines.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {
namespace {

const std::vector<std::string> kDetectors = {"always-alert", "ewma",        "midas-r",     "never-alert",
                                             "orphaned-key", "random-hash", "random-walk", "token-issuance"};

StudyOptions options(std::vector<std::string> detectors, std::uint32_t threads) {
  StudyOptions asked;
  asked.scale = {1, 16'000};
  asked.seed = 3;
  asked.calibration_seeds = 4;
  asked.evaluation_seeds = 3;
  asked.threads = threads;
  asked.detectors = std::move(detectors);
  return asked;
}

StudyResult study(const StudyOptions& asked) { return run_study(world::test::tiny(), asked).value(); }

const StudyResult& the_study() {
  static const StudyResult result = study(options(kDetectors, 1));
  return result;
}

TEST_CASE("controls and oracles of a study stand where they must") {
  const StudyResult& result = the_study();
  std::map<std::string, int> seen;
  for (const Row& row : result.rows) {
    INFO(row.detector << ", seed " << row.seed << ", budget " << row.budget_per_day);
    ++seen[row.detector];
    CHECK(row.ttd_days >= 0);
    CHECK(row.ttd_days <= 3);
    if (!row.detected) {
      CHECK(row.ttd_days == 3);
      CHECK(row.entity.empty());
      CHECK(row.records_spared == 0);
    }
    if (row.detector == "always-alert") {
      CHECK_FALSE(row.detected);
      if (row.track == Track::calibrated && row.budget_per_day == 1) CHECK(row.mark == Mark::over_budget);
    }
    if (row.detector == "never-alert") {
      CHECK_FALSE(row.detected);
      CHECK(row.false_alerts == 0);
      CHECK(row.records_exposed > 0);
    }
    if (row.detector == "oracle-entity") {
      CHECK(row.detected);
      CHECK(row.ttd_days <= 1.0 / 1440);
    }
  }
  for (const char* name :
       {"always-alert", "never-alert", "oracle-entity", "oracle-volume", "real-outcome", "customer-complaint"}) {
    INFO(name);
    CHECK(seen[name] >= 9);
  }
}

TEST_CASE("a study notices its campaign: some detector and the volume oracle do, sooner than the horizon") {
  int by_detector = 0;
  int by_oracle = 0;
  for (const Row& row : the_study().rows) {
    if (row.budget_per_day != 1 || row.track != Track::calibrated || !row.detected) continue;
    by_oracle += row.detector == "oracle-volume";
    by_detector += row.detector == "midas-r" || row.detector == "token-issuance";
  }
  CHECK(by_oracle == 3);
  CHECK(by_detector > 0);
}

TEST_CASE("a study does not depend on the number of threads") {
  CHECK(lines_of(study(options(kDetectors, 2))) == lines_of(the_study()));
}

TEST_CASE("a study does not depend on the order of its detectors, nor on which others run") {
  CHECK(lines_of(study(options({kDetectors.rbegin(), kDetectors.rend()}, 2))) == lines_of(the_study()));
  const auto all = lines_of(the_study());
  for (const auto& [key, line] : lines_of(study(options({"midas-r"}, 1)))) {
    INFO(key);
    CHECK(all.at(key) == line);
  }
}

TEST_CASE("another base seed gives another study") {
  StudyOptions other = options(kDetectors, 2);
  other.seed = 4;
  CHECK(study(other).manifest.event_digest != the_study().manifest.event_digest);
}

TEST_CASE("a study stopped at once is an error, one stopped later is partial") {
  std::atomic<bool> stop = true;
  StudyOptions asked = options({"never-alert"}, 1);
  asked.stop = &stop;
  const auto nothing = run_study(world::test::tiny(), asked);
  REQUIRE_FALSE(nothing.ok());
  CHECK(nothing.error().message().find("stopped") != std::string::npos);

  stop = false;
  asked.evaluation_seeds = 60;
  asked.progress = [&](const Progress& progress) {
    if (progress.phase == "scoring" && progress.runs_done > asked.calibration_seeds) stop = true;
  };
  const auto part = run_study(world::test::tiny(), asked);
  REQUIRE(part.ok());
  CHECK(part.value().manifest.partial);
  CHECK(part.value().manifest.evaluation_seeds.size() < 60);
  CHECK_FALSE(the_study().manifest.partial);
}

TEST_CASE("a detector that does not exist is named in the error") {
  const auto result = run_study(world::test::tiny(), options({"no-such-detector"}, 1));
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message().find("no-such-detector") != std::string::npos);
}

}  // namespace
}  // namespace dwell::run::test
