// The scenarios that ship: sound, and carrying the published figures of the case.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "sim/world/scenario.hpp"
#include "sim/world/scenario_check.hpp"

namespace dwell::world {
namespace {

const std::string kFolder = std::string(DWELL_SOURCE_DIR) + "/scenarios/";

Scenario load(const std::string& name) {
  const auto read = read_scenario(kFolder + name + ".json");
  if (!read.ok()) FAIL(read.error().message());
  return read.value();
}

TEST_CASE("every scenario of the library is sound and named like its file") {
  int scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string file = entry.path().filename().string();
    if (entry.path().extension() != ".json" || file.find(".schema.") != std::string::npos) continue;
    CHECK(load(entry.path().stem().string()).name == entry.path().stem().string());
    ++scenarios;
  }
  CHECK(scenarios >= 3);
}

TEST_CASE("the case carries the published figures") {
  const Scenario s = load("coupang-2025");
  CHECK(s.reading().name == "founding");
  CHECK(to_string(s.reading().start) == "2025-06-24");
  CHECK(s.campaign.length == Duration::days(147));
  CHECK(s.scale.denominator == 1000);
  CHECK(s.key_use == workforce::KeyUseOfInsider::shared_production);
  CHECK(s.campaign.sources.count == 2'313);
  CHECK(s.campaign.sources.concentration == campaign::Concentration::even);
  double views = 0;
  for (const auto& phase : s.campaign.phases) {
    for (const auto& share : phase.pages) views += share.views;
  }
  CHECK(views == 148'056'502. + 50'474. + 102'682. + 33'673'817.);
  // The sweep of every id misses about 44 million times.
  CHECK(s.platform.population.ids - s.platform.population.accounts == 44'000'000);
  // Reads of the peak day: 6.3 million in the first phase.
  const auto& first = s.campaign.phases.at(0);
  const double days = 147 * first.length / (first.length + s.campaign.phases.at(1).length);
  const double first_views = first.pages.at(0).views + first.pages.at(1).views + first.pages.at(2).views;
  CHECK(first.peak_to_mean * first_views / days == Approx(6.3e6).epsilon(0.01));
}

TEST_CASE("the other reading of the case stretches the campaign and keeps its peak day") {
  Scenario s = load("coupang-2025");
  const double before = s.campaign.phases.at(0).peak_to_mean;
  const Date left = parse_date("2025-01-01").value();
  CHECK(s.workforce.insider_left_before == Duration::days(s.reading().start.days - left.days) - s.warm_up);
  REQUIRE(choose_baseline(s, "ministry").ok());
  CHECK(to_string(s.reading().start) == "2025-04-14");
  CHECK(s.campaign.length == Duration::days(208));
  CHECK(s.workforce.insider_left_before == Duration::days(s.reading().start.days - left.days) - s.warm_up);
  CHECK(s.campaign.phases.at(0).peak_to_mean == Approx(before * 208 / 147));
  CHECK_FALSE(find_contradiction(s).has_value());
  const Status unknown = choose_baseline(s, "police");
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().message() == "no baseline is named \"police\"; accepted: \"founding\" or \"ministry\"");
}

TEST_CASE("the clean scenario is the case without its campaign") {
  Scenario attacked = load("coupang-2025");
  const Scenario clean = load("clean-2025");
  CHECK_FALSE(clean.campaign.on);
  attacked.name = clean.name;
  attacked.title = clean.title;
  attacked.timeline = clean.timeline;
  attacked.campaign = clean.campaign;
  CHECK(to_json(attacked) == to_json(clean));
}

}  // namespace
}  // namespace dwell::world
