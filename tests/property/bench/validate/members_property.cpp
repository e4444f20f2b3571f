// That only members are looked at changes nothing about them.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "bench/validate/simulated.hpp"
#include "bench/validate/statistics.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

using Row = std::tuple<std::int64_t, std::uint32_t, std::uint64_t, std::uint8_t, std::uint16_t>;

world::Scenario tiny() {
  auto read = world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/tiny.json");
  REQUIRE(read);
  world::Scenario scenario = read.value();
  scenario.warm_up = Duration{};
  scenario.campaign.on = false;
  return scenario;
}

std::vector<Row> rows_of(const world::Scenario& scenario, std::uint32_t days) {
  auto made = world::Simulation::make(scenario, {.scale = {1, 20'000}, .seed = Seed{3}, .days = days});
  REQUIRE(made);
  std::vector<Row> rows;
  while (made.value()->step()) {
    for (const telemetry::PartitionRows& part : made.value()->partitions()) {
      const auto& a = part.access.rows;
      for (std::size_t i = 0; i < a.size(); ++i)
        rows.emplace_back(a.time_us[i], a.member[i], a.token[i], a.page[i], a.network[i]);
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("members' rows are the same without bots, stuffing, support and batch jobs", "[validate]") {
  const world::Scenario all = tiny();
  world::Scenario members = all;
  members.background.bots.on = members.background.scrapers.on = members.background.stuffing.on = false;
  members.background.support.on = members.background.batch.on = members.background.marketing.on = false;
  members.background.partners.on = members.background.forgotten_jobs.on = false;
  const std::vector<Row> crowd = rows_of(all, 2), alone = rows_of(members, 2);
  CHECK(alone.size() > 10'000);
  CHECK(crowd.size() > alone.size());
  CHECK(std::includes(crowd.begin(), crowd.end(), alone.begin(), alone.end()));
}

TEST_CASE("an observed simulation counts every row of members, and follows the calendar asked for", "[validate]") {
  const world::Scenario scenario = tiny();
  world::Scenario members = scenario;
  members.background.bots.on = members.background.scrapers.on = members.background.stuffing.on = false;
  members.background.support.on = members.background.batch.on = members.background.marketing.on = false;
  members.background.partners.on = members.background.forgotten_jobs.on = false;
  SimulatedOptions options;
  options.scale = {1, 20'000};
  options.seed = Seed{3};
  options.first_day = scenario.baselines.front().start;
  options.days = 2;
  const auto result = observe_simulation(scenario, options);
  REQUIRE(result);
  const Observed& seen = result.value().observed;
  CHECK(result.value().late == 0);
  double events = 0;
  for (const Day& day : seen.days) events += day.events;
  CHECK(events == static_cast<double>(rows_of(members, 2).size()));
  CHECK(seen.first_day == options.first_day.days);
  REQUIRE(seen.days.size() == 2);
  CHECK(seen.days[0].whole);
  int stopped_after = 0;
  const auto stopped =
      observe_simulation(scenario, options, [&](double, std::uint64_t) { return ++stopped_after < 3; });
  REQUIRE(stopped);
  CHECK_FALSE(stopped.value().finished);
}
