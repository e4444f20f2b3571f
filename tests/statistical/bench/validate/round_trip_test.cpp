// Parameters that somebody changed are found again in the click log that the model writes with them.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>

#include "bench/validate/click_log.hpp"
#include "bench/validate/fit.hpp"
#include "sim/world/simulation.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

/// Members alone, whose rate does not wander, from a Monday on; no public holiday in four weeks.
world::Scenario changed() {
  auto read = world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json");
  REQUIRE(read);
  world::Scenario scenario = read.value();
  scenario.warm_up = Duration{};
  scenario.campaign.on = false;
  background::Params& others = scenario.background;
  others.bots.on = others.scrapers.on = others.stuffing.on = others.support.on = others.batch.on = false;
  others.marketing.on = others.partners.on = others.forgotten_jobs.on = others.logs.on = false;
  for (world::Baseline& baseline : scenario.baselines) baseline.start = world::parse_date("2025-06-09").value();
  commerce::Params& platform = scenario.platform;
  platform.calendar.weekday_visits = {1.2, 1.1, 1, 1, .9, .9, .9};
  platform.calendar.hour.fill(.9);
  platform.calendar.hour[13] = 3.3;
  platform.population.visit_a = 2;
  platform.population.visit_b = 3;
  platform.population.intensity_shape = 1.5;
  platform.population.mobile = .6;
  platform.population.android = .5;
  platform.sessions.extra_sessions = .8;
  platform.sessions.pages_mu = 1.1;
  platform.sessions.pages_sigma = .8;
  platform.sessions.think_mu = 3;
  platform.sessions.think_sigma = .7;
  platform.sessions.login = .15;
  platform.sessions.login_failure = .12;
  platform.sessions.factor_cv = {};
  platform.catalogue.items = 20'000;
  platform.catalogue.exponent = .7;
  return scenario;
}

/// Four weeks of clicks and log-ins as CSV.
void write_log(const std::string& path) {
  const world::Scenario scenario = changed();
  const auto made = world::Simulation::make(scenario, {.scale = {1, 10'000}, .seed = Seed{5}, .days = 28});
  REQUIRE(made);
  world::Simulation& simulation = *made.value();
  const std::int64_t begin_us = scenario.reading().start.days * kDayUs;
  constexpr std::array<const char*, 3> kSystemOf = {"Android", "iOS", "desktop"};
  std::ofstream file(path);
  file << "ts,who,visit,page,sku,login,os\n";
  while (simulation.step()) {
    for (const telemetry::PartitionRows& rows : simulation.partitions()) {
      const telemetry::AccessBatch& access = rows.access.rows;
      for (std::size_t i = 0; i < access.size(); ++i) {
        if (access.client[i] >= kSystemOf.size()) continue;
        const std::uint32_t item = simulation.model().catalogue().item(access, i);
        file << fmt::format("{},{},{:x},{},{},,{}\n", begin_us + access.time_us[i], access.member[i], access.token[i],
                            access.page[i], item == 0 ? "" : std::to_string(item), kSystemOf[access.client[i]]);
      }
      const telemetry::AuthBatch& auth = rows.auth.rows;
      for (std::size_t i = 0; i < auth.size(); ++i) {
        const auto kind = static_cast<telemetry::AuthKind>(auth.kind[i]);
        const bool failed = kind == telemetry::AuthKind::failed_login;
        if (auth.client[i] >= kSystemOf.size() || (!failed && kind != telemetry::AuthKind::login)) continue;
        file << fmt::format("{},{},,,,{},\n", begin_us + auth.time_us[i], auth.member[i], failed ? "failed" : "ok");
      }
    }
  }
}

Fit fit_of(const std::string& path, const std::string& outcome) {
  LogOptions options;
  options.columns = {"who", "ts", "page", "visit", "sku", outcome};
  options.zone_us = 0;
  const Result<LogResult> log = read_click_log(path, options);
  if (!log) FAIL(log.error().message());
  return fit_parameters(log.value().observed);
}

}  // namespace

TEST_CASE("a log of a changed platform gives back what was changed", "[statistical][validate]") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / fmt::format("dwell-round-trip-{}.csv", getpid());
  write_log(path.string());
  const Fit fit = fit_of(path.string(), "login");
  const Fit without = fit_of(path.string(), std::string(kNoColumn));
  std::filesystem::remove(path);
  // About 2,900 members, 33,000 days with a visit, 59,000 sessions: margins are four standard errors of each figure.
  REQUIRE((fit.visit_a && fit.visit_b && fit.extra_sessions && fit.intensity_shape));
  CHECK(*fit.visit_a == Approx(2).epsilon(.12));
  CHECK(*fit.visit_a / (*fit.visit_a + *fit.visit_b) == Approx(.4).margin(.018));
  CHECK(*fit.extra_sessions == Approx(.8).margin(.06));
  CHECK(1 / *fit.intensity_shape == Approx(1 / 1.5).margin(.2));
  REQUIRE((fit.pages_mu && fit.think_mu && fit.item_exponent));
  CHECK(*fit.pages_mu == Approx(1.1).margin(.02));
  CHECK(*fit.pages_sigma == Approx(.8).margin(.02));
  CHECK(*fit.think_mu == Approx(3).margin(.01));
  CHECK(*fit.think_sigma == Approx(.7).margin(.01));
  CHECK(*fit.item_exponent == Approx(.7).margin(.05));
  REQUIRE((fit.login && fit.login_failure && fit.mobile && fit.android));
  CHECK(*fit.login == Approx(.15).margin(.006));
  CHECK(*fit.login_failure == Approx(.12).margin(.013));
  CHECK(*fit.mobile == Approx(.6).margin(.01));
  CHECK(*fit.android == Approx(.5).margin(.06));
  REQUIRE((fit.hour && fit.weekday_visits));
  CHECK((*fit.hour)[13] == Approx(3.3).epsilon(.04));
  CHECK((*fit.hour)[4] == Approx(.9).epsilon(.09));
  // Factors are relative to the mean of logarithms; four days of each weekday, 2,100 sessions a day.
  const std::array<double, 7>& week = *fit.weekday_visits;
  const double mean = std::accumulate(week.begin(), week.end(), 0.0) / 7;
  CHECK(week[0] / mean == Approx(1.2).margin(.06));
  CHECK(week[6] / mean == Approx(.9).margin(.05));
  CHECK(fit.clamped.empty());
  // What the columns do not tell is named.
  CHECK_FALSE(without.login);
  CHECK(without.left_out.front().find("holiday_visits") != std::string::npos);
  REQUIRE(without.left_out.size() == fit.left_out.size() + 1);
  CHECK(without.left_out[1] == "Not proposed, column outcome missing: login, login_failure.");
}
