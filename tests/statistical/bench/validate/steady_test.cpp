// On a platform whose rate does not wander, the estimators give back what the calendar says.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "bench/validate/simulated.hpp"
#include "bench/validate/statistics.hpp"

using namespace dwell;
using namespace dwell::validate;

TEST_CASE("a steady platform shows the factors of its calendar and the shapes of its sessions",
          "[statistical][validate]") {
  auto read = world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json");
  REQUIRE(read);
  world::Scenario scenario = read.value();
  scenario.platform.sessions.factor_cv = {};
  SimulatedOptions options;
  options.scale = {1, 10'000};
  options.first_day = world::parse_date("2025-10-01").value();
  const auto seen = observe_simulation(scenario, options);
  REQUIRE(seen);
  const std::vector<Statistic> all = compute_statistics(seen.value().observed);
  const auto value = [&](int id, std::size_t part) {
    return all[static_cast<std::size_t>(id) - 1].parts[part].value.value;
  };
  // About 8,700 sessions a day: the standard error of a day is 2 % (sessions come in days of members).
  CHECK(value(13, 0) == Approx(.95).margin(.02));
  CHECK(value(13, 1) == Approx(1.03).margin(.02));
  CHECK(value(13, 2) == Approx(.92).margin(.025));
  CHECK(value(13, 3) == Approx(2.0).margin(.07));
  CHECK(value(4, 0) == Approx(33.1).epsilon(.01));
  CHECK(value(4, 1) == Approx(.97).epsilon(.01));
  CHECK(value(1, 0) == 5);
  CHECK(value(2, 0) == Approx(.087).margin(.003));
  CHECK(value(12, 2) == 22);
  CHECK(value(15, 0) == Approx(.06).margin(.01));
  // Ranks 10 to 10,000 of a law of .9 whose first ranks are flat.
  CHECK(value(11, 0) == Approx(.88).margin(.06));
}
