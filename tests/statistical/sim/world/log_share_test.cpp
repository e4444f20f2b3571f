// How hidden the campaign of the case is: its share of the log lines, from its first request to its last.

#include <catch2/catch.hpp>
#include <string>

#include "sim/world/log_share.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::world {

TEST_CASE("the share is that of the windows from the campaign's first line to its last") {
  LogShare share;
  share.add_window(1000, 0);
  CHECK(share.value() == 0);
  share.add_window(100, 10);
  share.add_window(300, 0);
  share.add_window(100, 10);
  share.add_window(5000, 0);
  CHECK(share.value() == 20.0 / 500);
}

TEST_CASE("the campaign of the case makes up 5e-4 to 1.2e-3 of the log lines while it lasts") {
  Scenario scenario = read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json").value();
  scenario.warm_up = Duration::days(1);
  for (const std::uint64_t seed : {1, 2}) {
    auto made = Simulation::make(
        scenario, {.scale = {1, 4000}, .seed = {seed}, .campaign = true, .placebo = true, .jitter = false});
    REQUIRE(made.ok());
    Simulation& simulation = *made.value();
    while (simulation.step()) continue;
    CHECK(simulation.campaign().requests() > 50'000);
    CHECK(simulation.campaign_log_share() > 5e-4);
    CHECK(simulation.campaign_log_share() < 1.2e-3);
  }
}

}  // namespace dwell::world
