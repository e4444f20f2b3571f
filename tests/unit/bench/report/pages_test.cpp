#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "bench/report/case_study.hpp"
#include "bench/report/conclusion.hpp"
#include "bench/report/leaderboard.hpp"
#include "bench/report/marks.hpp"
#include "tests/unit/bench/report/sample.hpp"

using dwell::test::sample_study;
using dwell::test::summary_line;
using namespace dwell::report;

namespace {

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  INFO("looked for: " << part);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

/// The words of a page, as if its lines were endless.
std::string flat(const std::string& page) {
  std::istringstream words(page);
  std::string out;
  for (std::string word; words >> word;) out += word + " ";
  return out;
}

void fits(const std::string& page) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(display_width(line) <= 80);
  }
}

/// Sentences of a conclusion: full stops that end one.
long sentences(const std::string& text) {
  long n = text.ends_with('.') ? 1 : 0;
  for (std::size_t at = text.find(". "); at != std::string::npos; at = text.find(". ", at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("the leaderboard is sorted by mean time to detect at one alert a day") {
  auto study = sample_study();
  const auto order = contenders(study, dwell::run::Track::calibrated);
  REQUIRE(order.size() == 5);
  CHECK(order[0].name == "oracle-volume");
  CHECK(order[1].name == "orphaned-key");
  CHECK(order[1].cost->state_bytes == 1'500'000);
  CHECK(budgets_of(study) == std::vector<double>{1.0, 1.0 / 7, 1.0 / 30});
  const std::string page = leaderboard(study, {});
  CHECK(page.find("orphaned-key") < page.find("ewma"));
  has(page, "12 h");
  has(page, "147 d");
  has(page, "1/month");
  fits(page);
}

TEST_CASE("accounts exposed are told by data field, of the best in each tier and of what happened") {
  auto study = sample_study();
  const std::string page = leaderboard(study, {});
  const std::size_t at = page.find("Simulated accounts exposed, by data field");
  REQUIRE(at != std::string::npos);
  const std::string table = page.substr(at, page.find("\n\n", at) - at);
  has(table, "door");
  has(table, "ewma");
  has(table, "orphaned-key");
  has(table, "real-outcome");
  has(table, "50");
  CHECK(table.find("phone") == std::string::npos);
  CHECK(table.find("never-alert") == std::string::npos);
  fits(page);
  for (auto& summary : study.summary) {
    if (summary.detector == "ewma") summary.p_detect_horizon = 0;
  }
  const std::string without = leaderboard(study, {});
  CHECK(without.find("ewma", without.find("Simulated accounts exposed")) == std::string::npos);
  for (auto& summary : study.summary) summary.exposed_by_field_mean = {};
  CHECK(leaderboard(study, {}).find("accounts exposed, by data field") == std::string::npos);
}

TEST_CASE("marks are explained when they occur, and only then") {
  auto study = sample_study();
  const std::string before = leaderboard(study, {});
  CHECK(before.find("budget test failed") == std::string::npos);
  has(before, "not better than placebo");
  for (auto& s : study.summary) {
    s.budget_mark = s.placebo_mark = s.scale_limited = true;
    s.detector = "a-detector-with-a-very-long-name-" + s.detector;
  }
  const std::string after = leaderboard(study, {});
  has(after, "budget test failed");
  has(after, "scale-limited");
  has(after, "bps");
  has(flat(after), "with fewer than 5 seeds their mean is compared");
  fits(after);
}

TEST_CASE("what was never judged has the one mark that says why") {
  using dwell::run::Mark;
  dwell::run::Summary s = summary_line("ewma", "detector", dwell::detect::Tier::t0, 1, 147);
  s.budget_mark = s.placebo_mark = s.scale_limited = true;
  const auto as = [&](Mark mark, const std::string& note) {
    s.mark = mark;
    s.note = note;
    return marks_of(s);
  };
  CHECK(as(Mark::none, "") == "bps");
  CHECK(as(Mark::overflow, "") == "bpsv");
  CHECK(as(Mark::crashed, "out of its depth") == "x");
  CHECK(as(Mark::over_budget, "") == "o");
  CHECK(as(Mark::not_calibratable, "") == "c");
  CHECK(as(Mark::not_calibratable, "while calibrating: out of its depth") == "x");
  has(explain_marks({&s}, {}), "x  crashed");
  CHECK(explain_marks({&s}, {}).find("not calibratable") == std::string::npos);
}

TEST_CASE("an empty study says so") {
  has(leaderboard({}, {}), "No detector was scored");
  CHECK(sentences(conclusion({})) == 2);
  fits(study_page({}, "", {}));
}

TEST_CASE("the conclusion is two sentences computed from the results") {
  const std::string text = conclusion(sample_study());
  CHECK(sentences(text) == 2);
  has(text, "orphaned-key");
  has(text, "one false alert a day");
  has(text, "after 12 hours on average");
  has(text, "146 days earlier");
  has(text, "33.6 M of 33.7 M");
  has(text, "from the access log alone the best is ewma, after 12 days");
  has(text, "8 simulated runs at scale 1/1000");
}

TEST_CASE("the conclusion follows the figures") {
  auto study = sample_study();
  std::erase_if(study.summary, [](const auto& s) { return s.detector == "orphaned-key"; });
  std::string text = conclusion(study);
  has(text, "logs with ewma");
  has(text, "It needs nothing but the gateway access log");
  has(text, "with one false alert a month the best is ewma");

  std::erase_if(study.summary, [](const auto& s) { return s.kind == "detector" && s.budget_per_day == 1.0 / 30; });
  has(conclusion(study), "with one false alert a month nothing tried here");

  std::erase_if(study.summary, [](const auto& s) { return s.kind == "detector"; });
  study.manifest.partial = true;
  text = conclusion(study);
  CHECK(sentences(text) == 2);
  has(text, "None of the detectors");
  has(text, "within 147 days");
  has(text, "stopped early");
}

TEST_CASE("without a threshold there is no time to show, and nothing to conclude") {
  auto study = sample_study();
  for (auto& s : study.summary) {
    if (s.kind == "detector") s.mark = dwell::run::Mark::not_calibratable;
  }
  CHECK(leaderboard(study, {}).find("12 d") == std::string::npos);
  const std::string text = conclusion(study);
  CHECK(sentences(text) == 2);
  has(text, "no alert budget could be set");
}

TEST_CASE("budgets that could not be set take a line that says how many seeds they need") {
  auto study = sample_study();
  study.manifest.horizon_days = 3;
  study.manifest.calibration_seeds = {2000, 2002, 2004, 2006};
  for (auto& s : study.summary) {
    const bool judged = s.kind == "detector" || s.kind == "control";
    if (judged && s.budget_per_day < 1) s.mark = dwell::run::Mark::not_calibratable;
  }
  std::string page = leaderboard(study, {});
  has(page, "No threshold for 1/week: 4 seeds of 3 days; --calibration-seeds 24 needed\n");
  has(page, "No threshold for 1/month: 4 seeds of 3 days; --calibration-seeds 100 needed\n");
  has(page, "1/day");
  CHECK(page.find("1/week", page.find("Time to detect")) == std::string::npos);
  CHECK(page.find("not calibratable") == std::string::npos);
  fits(page);

  study.manifest.calibration_seeds = {2000};
  for (auto& s : study.summary) {
    if (s.kind == "detector" || s.kind == "control") s.mark = dwell::run::Mark::not_calibratable;
  }
  page = leaderboard(study, {});
  has(page, "No threshold for 1/day: 1 seed of 3 days; --calibration-seeds 4 needed");
  CHECK(page.find("ewma") == std::string::npos);
  CHECK(page.find("Time to detect") == std::string::npos);
  fits(page);

  // A crash beside them is shown, and the seeds are still asked for.
  for (auto& s : study.summary) {
    if (s.detector == "ewma") s.mark = dwell::run::Mark::crashed;
  }
  for (auto& c : study.timing.detectors) c.ns_per_event = 1234.5;
  page = leaderboard(study, {});
  has(page, "No threshold for 1/day: 1 seed of 3 days; --calibration-seeds 4 needed");
  has(page, "crashed: counted as undetected");
  has(page, "1234 ");
  CHECK(page.find("e+03") == std::string::npos);
  fits(page);

  // One that failed keeps its row: more seeds would not help it.
  study.summary[1].note = "while calibrating: out of its depth";
  has(leaderboard(study, {}), "out of its depth");
}

TEST_CASE("runs shorter than a week are asked what they can answer") {
  auto study = sample_study();
  has(leaderboard(study, {}), "<=7 d");
  study.manifest.horizon_days = 3;
  const std::string page = leaderboard(study, {});
  has(page, "<=3 d");
  has(flat(page), "noticed within 3 days");
  CHECK(page.find("<=7 d") == std::string::npos);
}

TEST_CASE("detectors from outside are named without their file where that tells them apart") {
  auto study = sample_study();
  const auto named = [&](const std::string& one, const std::string& other) {
    for (auto& s : study.summary) {
      if (s.kind == "detector") s.detector = s.tier == dwell::detect::Tier::t0 ? one : other;
    }
    const auto all = contenders(study, dwell::run::Track::calibrated);
    std::vector<std::string> labels;
    for (const Contender& c : all) {
      if (c.kind == "detector") labels.push_back(c.label);
    }
    study = sample_study();
    return labels;
  };
  using Labels = std::vector<std::string>;
  CHECK(named("python:first_seen.py:FirstSeen:least=3", "./x.so:burst") == Labels{"burst", "FirstSeen:least=3"});
  CHECK(named("python:a.py:Mine", "python:b.py:Mine") == Labels{"python:b.py:Mine", "python:a.py:Mine"});
  CHECK(named("x.so:never-alert", "ewma") == Labels{"ewma", "x.so:never-alert"});
}

TEST_CASE("a budget that could not be set is no failure of the detectors") {
  auto study = sample_study();
  std::erase_if(study.summary, [](const auto& s) { return s.detector == "orphaned-key"; });
  for (auto& s : study.summary) {
    if (s.kind == "detector" && s.budget_per_day == 1.0 / 30) s.mark = dwell::run::Mark::not_calibratable;
  }
  has(conclusion(study), "one false alert a month could not be set");
  CHECK(conclusion(study).find("nothing tried") == std::string::npos);
  // What was never measured is not marked as no better than a placebo.
  for (auto& s : study.summary) s.placebo_mark = s.mark == dwell::run::Mark::not_calibratable;
  CHECK(leaderboard(study, {}).find("not better than placebo") == std::string::npos);
}

TEST_CASE("thresholds of the run's own warm-up do not stand for calibrated ones") {
  auto study = sample_study();
  for (auto& s : study.summary) {
    if (s.kind == "detector") s.mark = dwell::run::Mark::not_calibratable;
  }
  study.summary.push_back(study.summary.front());
  study.summary.back().track = dwell::run::Track::field;
  study.summary.back().mark = dwell::run::Mark::none;
  has(conclusion(study), "no alert budget could be set");
}

TEST_CASE("without a campaign nothing was there to notice") {
  auto study = sample_study();
  study.manifest.campaign_requests = 0;
  for (auto& s : study.summary) s.false_alerts_per_day = s.detector == "ewma" ? 0.95 : 0.5;
  const std::string text = conclusion(study);
  CHECK(sentences(text) == 3);
  has(text, "There was no campaign: every alert is false.");
  has(text,
      "Of 2 detectors set for one false alert a day, 2 agree with it within chance; the noisiest, ewma, raised 0.95 "
      "false alerts a day (below 1.1 with 95 % certainty).");
  CHECK(text.find("theft") == std::string::npos);
  std::erase_if(study.summary, [](const auto& s) { return s.detector == "orphaned-key"; });
  study.summary.front().budget_mark = true;
  has(conclusion(study),
      "The one detector set for one false alert a day, ewma, raised 0.95 false alerts a day (below 1.1 "
      "with 95 % certainty), which does not agree with the budget within chance.");
}

TEST_CASE("a page without a campaign tells of false alerts alone") {
  auto study = sample_study();
  study.manifest.campaign_requests = 0;
  study.manifest.campaign_log_share = 0;
  study.summary.front().budget_mark = true;
  const std::string page = study_page(study, "", {});
  has(page, "False alerts a day, by alert budget");
  has(flat(page), "agree with the budget within chance");
  has(page, "no campaign");
  has(page, "1.1 no ");
  for (const char* absent : {"onset", "oracle", "real-outcome", "campaign requests", "P(det)", "placebo",
                             "Time to detect", "containment", "data field"}) {
    INFO(absent);
    CHECK(page.find(absent) == std::string::npos);
  }
  fits(page);
}

TEST_CASE("seeds are told with their gaps, those finished where a study was stopped") {
  auto study = sample_study();
  has(study_page(study, "", {}), "calibration 2 (2000, 2002); evaluation 8 (2001, 2003, …, 2015)");
  study.manifest.partial = true;
  study.manifest.calibration_seeds = {2000, 2002, 2004, 2006, 2008, 2010, 2012, 2014, 2016};
  study.manifest.evaluation_seeds = {2001, 2005};
  const std::string page = flat(study_page(study, "", {}));
  has(page, "calibration 9 (2000, 2002, …, 2016); evaluation 2 (2001, 2005) ");
  has(page, "stopped before the end: only finished seeds are counted");
}

TEST_CASE("nobody wins by breaking the budget, by finding placebos or by crashing") {
  const auto without = [](auto spoil) {
    auto study = sample_study();
    for (auto& s : study.summary) {
      if (s.detector == "orphaned-key") spoil(s);
    }
    const auto* best = best_detector(study, 1.0, dwell::detect::Tier::t3);
    REQUIRE(best != nullptr);
    return best->detector;
  };
  using Line = dwell::run::Summary;
  CHECK(without([](Line&) {}) == "orphaned-key");
  CHECK(without([](Line& s) { s.placebo_mark = true; }) == "ewma");
  CHECK(without([](Line& s) { s.mark = dwell::run::Mark::crashed; }) == "ewma");
  CHECK(without([](Line& s) { s.p_detect_horizon = 0; }) == "ewma");
  CHECK(without([](Line& s) { s.budget_mark = true; }) == "orphaned-key");  // fewer alerts than promised
  CHECK(without([](Line& s) {
          s.budget_mark = true;
          s.false_alerts_per_day = 3;
        }) == "ewma");
}

TEST_CASE("scored days that end before the complaint are said to") {
  auto study = sample_study();
  study.manifest.horizon_days = 30;
  for (auto& s : study.summary) {
    if (s.kind == "outcome") {
      s.ttd_days_rmst = 30;
      s.p_detect_horizon = 0;
    }
  }
  has(conclusion(study), "instead of more than 30 days, at least 30 days earlier");
  has(leaderboard(study, {}), "> 30 d");
}

TEST_CASE("a case study shows dates, readings, digests and where the results went") {
  dwell::world::Scenario scenario;
  scenario.name = "sample";
  scenario.title = "A sample of a case whose title goes on for so long that it has to be wrapped at eighty columns";
  scenario.baseline = "b";
  scenario.baselines = {{"a", {20'263}, 208, "the ministry"}, {"b", {20'263}, 147, "the company"}};
  scenario.timeline = {{{20'300}, "Later.", "press"}, {{20'263}, "Earlier.", ""}};
  const std::string page = case_study(scenario, sample_study(), "out.json", {});
  CHECK(page.find("Earlier.") < page.find("Later."));
  has(page, "2025-06-24");
  has(page, "147 days [the company] - simulated here");
  has(page, "208 days [the ministry]");
  has(page, "0123456789abcdef");
  has(page, "850 M");
  has(page, "out.json");
  fits(page);
}

TEST_CASE("the rate is of what was simulated here, and what came from a checkpoint is told") {
  auto study = sample_study();
  const auto events = [&] {
    const std::string page = what_was_simulated(study, {});
    const std::size_t at = page.find("  events ");
    REQUIRE(at != std::string::npos);
    std::string words;
    std::istringstream stream(page.substr(at, page.find("\n  digests", at) - at));
    for (std::string word; stream >> word;) words += (words.empty() ? "" : " ") + word;
    return words;
  };
  study.timing.events_per_s = 850e6 / study.timing.wall_s;
  CHECK(events().starts_with("events 850 M in 61.5 s, 13.8 M events/s on 2 threads"));
  study.timing.events_per_s = 10e6;  // 615 M of them
  CHECK(events().starts_with(
      "events 850 M, of which 235 M from a checkpoint; 615 M in 61.5 s, 10 M events/s on 2 threads"));
  study.timing.events_per_s = 0;
  CHECK(events().starts_with("events 850 M, of which 850 M from a checkpoint; none in 61.5 s on 2 threads"));
}
