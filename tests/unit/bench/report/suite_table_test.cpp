// Studies side by side.

#include "bench/report/suite_table.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

#include "tests/unit/bench/report/sample.hpp"

using dwell::test::kBudgets;
using dwell::test::sample_study;
using dwell::test::summary_line;
using namespace dwell::report;

namespace {

/// The sample under another name; what it says of a detector is put in the place of what it said.
dwell::run::StudyResult study(const char* name, const std::vector<dwell::run::Summary>& lines) {
  auto result = sample_study();
  result.manifest.scenario = name;
  for (const dwell::run::Summary& line : lines) {
    for (dwell::run::Summary& s : result.summary) {
      if (s.detector == line.detector && s.budget_per_day == line.budget_per_day) s = line;
    }
  }
  return result;
}

dwell::run::Summary days(const char* name, double ttd_days) {
  return summary_line(name, "detector", dwell::detect::Tier::t0, 1, ttd_days);
}

/// The cells of the row that begins with a word.
std::vector<std::string> row_of(const std::string& page, const std::string& first) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> cells;
    for (std::string word; words >> word;) cells.push_back(word);
    if (!cells.empty() && cells.front() == first) return cells;
  }
  return {};
}

using Cells = std::vector<std::string>;

}  // namespace

TEST_CASE("a table over scenarios has medians, shares where most runs missed, and false alerts where all is clean") {
  auto missed = days("ewma", 120);
  missed.p_detect_horizon = 0.25;
  auto clean = study("quiet-year", {});
  clean.manifest.campaign_requests = 0;
  const std::string page = suite_table(std::vector{study("loud", {}), study("quiet-one", {missed}), clean}, {});
  INFO(page);
  CHECK(row_of(page, "orphaned-key") == Cells{"orphaned-key", "T2", "12", "h", "12", "h", "0.90/d", "1.0"});
  CHECK(row_of(page, "ewma") == Cells{"ewma", "T0", "12", "d", "in", "25", "%", "0.90/d", "2.0"});
  CHECK(page.find("over the 2") != std::string::npos);
  CHECK(page.find("never-alert") == std::string::npos);
}

TEST_CASE("mean ranks are over the scenarios with a campaign, share ties, and put failures last") {
  auto failed = days("ewma", 1);
  failed.mark = dwell::run::Mark::crashed;
  failed.note = "gone";
  const std::string page =
      suite_table(std::vector{study("one", {failed}), study("two", {days("ewma", 0.25)}),
                              study("three", {days("ewma", 0.5)}), study("four", {days("ewma", 0.5)})},
                  {});
  INFO(page);
  // 2, 1, 1.5 and 1.5; the other 1, 2, 1.5 and 1.5.
  CHECK(row_of(page, "ewma").back() == "1.5");
  CHECK(row_of(page, "orphaned-key").back() == "1.5");
  const Cells cells = row_of(page, "ewma");
  REQUIRE(cells.size() > 3);
  CHECK(cells[2] == "-");
  CHECK(cells[3] == "x");
  CHECK(page.find("  x  crashed") != std::string::npos);
}

TEST_CASE("without a threshold of calibration the table is of those from the runs' own warm-up") {
  auto few = study("few", {});
  const auto summary = few.summary;
  for (dwell::run::Summary& s : few.summary) s.mark = dwell::run::Mark::not_calibratable;
  for (dwell::run::Summary s : summary) {
    s.track = dwell::run::Track::field;
    few.summary.push_back(s);
  }
  const std::string page = suite_table(std::vector{few, few}, {});
  INFO(page);
  CHECK(page.starts_with("All scenarios, at 1/day, thresholds from the run's own warm-up\n"));
  CHECK(row_of(page, "ewma").at(2) == "12");
}

TEST_CASE("where no detector has a threshold in any scenario, none has a rank") {
  auto none = study("none", {});
  for (dwell::run::Summary& s : none.summary) s.mark = dwell::run::Mark::not_calibratable;
  const std::string page = suite_table(std::vector{none, none}, {});
  INFO(page);
  CHECK(row_of(page, "ewma").back() == "-");
  CHECK(row_of(page, "orphaned-key").back() == "-");
}

TEST_CASE("many scenarios come in several tables that fit the page, and one alone in none") {
  std::vector<dwell::run::StudyResult> studies;
  for (const char* name : {"a-long-name-of-one", "another-name", "third", "fourth", "fifth", "sixth-of-all"})
    studies.push_back(study(name, {}));
  const std::string page = suite_table(studies, {});
  INFO(page);
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= 80);
  std::size_t tables = 0;
  for (std::size_t at = page.find("orphaned-key"); at != std::string::npos; at = page.find("orphaned-key", at + 1))
    ++tables;
  CHECK(tables == 2);
  CHECK(suite_table(std::vector{study("alone", {})}, {}).empty());
  CHECK(suite_table({}, {}).empty());
}
