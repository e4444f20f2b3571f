// Plans of sensitivity studies, and what is made of two studies on the same seeds.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "bench/report/sensitivity.hpp"
#include "bench/run/sensitivity.hpp"

using namespace dwell;
using namespace dwell::run;

namespace {

const std::string kRoot = DWELL_SOURCE_DIR;

world::Scenario load(const std::string& name) {
  return world::read_scenario(kRoot + "/scenarios/" + name + ".json").value();
}

std::string plan_with(const std::string& axes) {
  return "{\"schema\": \"dwell.sensitivity/1\", \"name\": \"p\", \"title\": \"t\",\n\"axes\": " + axes + "}";
}
std::string axis(const std::string& pointer, const std::string& low, const std::string& high) {
  return R"({"name": "a", "pointer": ")" + pointer + R"(", "low": )" + low + R"(, "high": )" + high +
         R"(, "why": "w"})";
}
std::string refusal(const std::string& text) { return parse_sensitivity_plan(text, "p.json").error().message(); }

/// A study of made-up times: one row a seed, one summary a detector.
struct Made {
  std::string name;
  detect::Tier tier;
  std::vector<double> days;
  Mark mark = Mark::none;
  bool placebo = false;
};
StudyResult study(const std::vector<Made>& detectors) {
  StudyResult result;
  for (const Made& made : detectors) {
    Summary summary;
    summary.detector = made.name;
    summary.kind = made.name.starts_with("control") ? "control" : "detector";
    summary.tier = made.tier;
    summary.budget_per_day = 1;
    summary.p_detect_horizon = 1;
    summary.mark = made.mark;
    summary.placebo_mark = made.placebo;
    for (std::size_t i = 0; i < made.days.size(); ++i) {
      Row row;
      row.detector = made.name;
      row.seed = 2 * i + 1;
      row.budget_per_day = 1;
      row.ttd_days = made.days[i];
      result.rows.push_back(row);
      summary.ttd_days_rmst += made.days[i] / static_cast<double>(made.days.size());
    }
    result.summary.push_back(summary);
  }
  return result;
}

}  // namespace

TEST_CASE("the plan that ships has ten parameters and fits the case", "[sensitivity]") {
  const auto plan = read_sensitivity_plan(kRoot + "/scenarios/sensitivity/leaderboard.json");
  if (!plan.ok()) FAIL(plan.error().message());
  CHECK(plan.value().axes.size() == 10);
  const world::Scenario scenario = load("coupang-2025");
  const auto fitted = fit_plan(plan.value(), scenario);
  if (!fitted.ok()) FAIL(fitted.error().message());
  for (const FittedAxis& one : fitted.value()) {
    INFO(one.axis.name);
    CHECK(world::scenario_digest(one.low) != world::scenario_digest(one.high));
    CHECK_FALSE(one.parameter.tag.empty());
    CHECK(one.axis.why.size() > 20);
  }
}

TEST_CASE("broken plans: one sentence with the place", "[sensitivity]") {
  const std::string sound = axis("/platform/logs/auth_lost", "0", "0.5");
  CHECK(parse_sensitivity_plan(plan_with("[" + sound + "]"), "p.json").ok());
  CHECK(refusal(plan_with("[]")) ==
        "p.json: /axes (line 2, column 9): found an array of 0; accepted: an array of 1 to 100 axes");
  CHECK(refusal(plan_with("[" + sound + ", " + sound + "]")).find("every name once") != std::string::npos);
  CHECK(refusal(plan_with("[{\"name\": \"a\"}]")) ==
        "p.json: /axes/0 (line 2, column 10): missing key \"pointer\"; accepted: an object with \"name\", \"pointer\", "
        "\"low\", \"high\" and \"why\"");
  CHECK(refusal("{\"schema\": \"x\", \"name\": \"p\", \"title\": \"t\", \"axes\": []}").find("dwell.sensitivity/1") !=
        std::string::npos);
  CHECK(refusal("[").find("not JSON") != std::string::npos);
  CHECK(refusal(plan_with("[" + axis("/platform/logs/auth_lost", "0.5", "0.50") + "]")).find("/axes/0/high (line 2") !=
        std::string::npos);
  CHECK(refusal(plan_with("[" + axis("/key_use", "\"exclusive\"", "\"exclusive\"") + "]"))
            .find("accepted: another value than \"low\"") != std::string::npos);
  for (const char* pointer : {"/name", "/scale", "/title", "/baseline", "/timeline/0/day", "", "platform"}) {
    INFO(pointer);
    const std::string said = refusal(plan_with("[" + axis(pointer, "0", "1") + "]"));
    CHECK(said.find(pointer[0] == 0
                        ? "/axes/0/pointer"
                        : "accepted: a parameter of what is simulated, below \"/platform\"") != std::string::npos);
  }
}

TEST_CASE("a plan that does not fit is refused before anything runs", "[sensitivity]") {
  const world::Scenario tiny = load("tiny");
  const auto refused = [&](const std::string& one) {
    const auto plan = parse_sensitivity_plan(plan_with("[" + one + "]"), "p.json");
    REQUIRE(plan.ok());
    const auto result = run_sensitivity(tiny, plan.value(), {});
    REQUIRE_FALSE(result.ok());
    return result.error().message();
  };
  CHECK(
      refused(axis("/platform/logs/lost", "0", "1")) ==
      "p.json: /axes/0/pointer: found \"/platform/logs/lost\", and tiny has no value there; accepted: the JSON pointer "
      "of a value of the scenario");
  CHECK(
      refused(axis("/platform/logs/auth_lost", "0", "7")) ==
      "p.json: /axes/0/high: does not fit tiny: /platform/logs/auth_lost: found the number 7; accepted: a probability, "
      "0 to 1");
}

TEST_CASE("two studies on the same seeds are compared seed by seed", "[sensitivity]") {
  using detect::Tier;
  const StudyResult base = study({{"slow", Tier::t0, {10, 20, 30}},
                                  {"quick", Tier::t0, {1, 2, 3}},
                                  {"keys", Tier::t1, {5, 5, 5}},
                                  {"control-coins", Tier::t0, {0, 0, 0}}});
  const std::vector<Summary> ranked = ranked_detectors(base, 1);
  REQUIRE(ranked.size() == 3);
  CHECK(ranked[0].detector == "quick");
  CHECK(ranked[1].detector == "keys");
  CHECK(ranked[2].detector == "slow");
  CHECK(best_of_tiers(ranked) == std::vector<std::string>{"quick", "keys"});
  CHECK(ranked_detectors(base, 0.5).empty());

  const StudyResult other = study(
      {{"slow", Tier::t0, {0, 0, 0}}, {"quick", Tier::t0, {2, 3, 4}}, {"keys", Tier::t1, {9, 5, 1}, Mark::overflow}});
  const Side side = compare_studies(ranked, base, other, 1);
  REQUIRE(side.changes.size() == 3);
  const Change& quick = side.changes[0];
  CHECK(quick.detector == "quick");
  CHECK(quick.difference_days == Approx(1));
  CHECK(quick.standard_error_days == Approx(0).margin(1e-12));
  CHECK(quick.clear());
  const Change& keys = side.changes[1];
  CHECK(keys.difference_days == Approx(0).margin(1e-12));
  CHECK(keys.standard_error_days == Approx(4 / std::sqrt(3.0)));
  CHECK_FALSE(keys.clear());
  CHECK(keys.mark == Mark::overflow);
  const Change& slow = side.changes[2];
  CHECK(slow.difference_days == Approx(-20));
  CHECK(slow.standard_error_days == Approx(10 / std::sqrt(3.0)));
  // quick before keys still; slow has overtaken both: one pair of three agrees.
  CHECK(side.tau.value() == Approx(-1.0 / 3));
  CHECK(compare_studies(ranked, base, base, 1).tau.value() == Approx(1));
}

TEST_CASE("rows that mean little are not the best of their logs", "[sensitivity]") {
  using detect::Tier;
  const auto ranked = ranked_detectors(study({{"broken", Tier::t0, {0, 0}, Mark::overflow},
                                              {"fooled", Tier::t0, {1, 1}, Mark::none, true},
                                              {"sound", Tier::t0, {9, 9}}}),
                                       1);
  CHECK(best_of_tiers(ranked) == std::vector<std::string>{"sound"});
}

TEST_CASE("the page shows two lines a parameter in 80 columns, the document everything", "[sensitivity]") {
  using detect::Tier;
  const StudyResult base = study({{"source-entropy", Tier::t0, {1, 2}}, {"token-issuance", Tier::t1, {5, 5}}});
  SensitivityResult result;
  result.plan = "p";
  result.manifest.scenario = "tiny";
  result.manifest.scale = "1/1000";
  result.base = ranked_detectors(base, 1);
  result.best = best_of_tiers(result.base);
  AxisResult line{
      {"rows lost", "/platform/logs/auth_lost", "0.0003", "0.03", "w"}, {"0.003", "assumption", "", "m"}, {}, {}};
  line.low = compare_studies(result.base, base,
                             study({{"source-entropy", Tier::t0, {1, 2}}, {"token-issuance", Tier::t1, {2, 2}}}), 1);
  line.low->value = line.axis.low;
  result.axes.push_back(line);
  AxisResult list = line;
  list.axis.name = "a list";
  list.axis.low = "[0.05, 0.05]";
  list.axis.high = "[0.1, 0.1]";
  list.parameter.value = "[0.07]";
  list.low->value = list.axis.low;
  result.axes.push_back(list);
  list.axis.name = "objects";
  list.axis.low = R"([{"page": "address", "factor": 0.5}, {"page": "mypage", "factor": 1}])";
  list.axis.high = R"([{"page": "address", "factor": 2}, {"page": "mypage", "factor": 1}])";
  list.parameter.value = "[]";
  result.axes.push_back(list);
  const std::string page = report::sensitivity_page(result, result.best, {});
  INFO(page);
  for (std::size_t begin = 0; begin < page.size(); begin = page.find('\n', begin) + 1)
    CHECK(page.find('\n', begin) - begin <= 80);
  CHECK(page.find("rows lost         0.0003 A        0      -3 d  1.00\n") != std::string::npos);
  CHECK(page.find("  (0.003)           0.03\n") != std::string::npos);
  CHECK(page.find("a list          all 0.05 A ") != std::string::npos);
  CHECK(page.find("  (all 0.07)") != std::string::npos);
  CHECK(page.find("factor 0.5 A ") != std::string::npos);
  CHECK(page.find("factor 2\n") != std::string::npos);
  CHECK(page.find("  (none)") != std::string::npos);
  const std::string document = report::sensitivity_json(result);
  for (const char* words : {"\"schema\": \"dwell.sensitivity-results/1\"", "\"high\": null",
                            "\"difference_days\": -3.0", "\"tag\": \"assumption\"", "\"value\": 0.0003"}) {
    INFO(words);
    CHECK(document.find(words) != std::string::npos);
  }
}

TEST_CASE("a study of one parameter: what does not change does not change", "[sensitivity]") {
  world::Scenario tiny = load("tiny");
  const auto plan =
      parse_sensitivity_plan(plan_with("[" + axis("/containment", "\"25 h\"", "\"26 h\"") + "]"), "p.json");
  REQUIRE(plan.ok());
  SensitivityOptions options;
  options.study.scale = {1, 20000};
  options.study.calibration_seeds = options.study.evaluation_seeds = 1;
  options.study.days = 1;
  options.study.threads = 1;
  options.study.detectors = {"threshold-rules", "source-entropy"};
  std::size_t reported = 0;
  std::string last;
  options.progress = [&](const SensitivityProgress& p) {
    CHECK(p.studies == 3);
    CHECK(p.done <= 1);
    ++reported;
    last = p.study;
  };
  const auto result = run_sensitivity(tiny, plan.value(), options);
  if (!result.ok()) FAIL(result.error().message());
  CHECK_FALSE(result.value().manifest.partial);
  REQUIRE(result.value().axes.size() == 1);
  for (const auto* side : {&result.value().axes[0].low, &result.value().axes[0].high}) {
    REQUIRE(side->has_value());
    CHECK((*side)->event_digest == result.value().manifest.event_digest);
    for (const Change& change : (*side)->changes) CHECK(change.difference_days == 0);
  }
  CHECK(reported > 0);
  CHECK(last == "a: high");

  const std::atomic<bool> stop = true;
  options.study.stop = &stop;
  CHECK_FALSE(run_sensitivity(tiny, plan.value(), options).ok());
}
