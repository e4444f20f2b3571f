// When customers' complaints are understood: the fit of the one parameter, and that the time does not depend on scale.
// `test_bench "[complaint fit]" -s` prints the fitted value and the distribution.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "bench/oracle/complaint_desk.hpp"
#include "sim/background/background.hpp"
#include "sim/world/scenario.hpp"
#include "tests/unit/sim/campaign/case.hpp"

using namespace dwell;

namespace {

constexpr std::int64_t kDays = 500;
constexpr double kTarget = 147;  // days, published
constexpr int kCoins = 100;      // desks that read the complaints of one run
// So many times the complaints, each recognised so many times less often: the same notices, with less noise.
constexpr double kFiner = 30;

const world::Scenario& reference() {
  static const world::Scenario scenario =
      world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json").value();
  return scenario;
}

campaign::Setting setting_of(const protocol::NetworkTable& networks, double scale, std::uint64_t seed) {
  campaign::Setting setting = test::case_setting(networks, scale);
  setting.onset = Time{} + Duration::minutes(1);
  setting.hour = reference().platform.calendar.hour;
  setting.seed = {seed};
  setting.complaints = {setting.shards + 1};
  return setting;
}

/// The campaign of the reference case and the complaints desk alone: times and desks' notices in days after the onset.
struct Notices {
  std::vector<double> days;  ///< kDays where nobody noticed
  double complaints = 0;     ///< a run, caused by the leak within 147 d, at full scale
};

Notices notices(double scale, std::uint64_t runs, double finer) {
  const double recognised = reference().background.complaints.recognised / finer;
  Notices found;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    const protocol::NetworkTable networks(reference().networks, {seed});
    const campaign::Setting setting = setting_of(networks, scale, seed);
    campaign::Spec spec = reference().campaign;
    spec.length = Duration::days(reference().reading().days);
    spec.misuse.probability *= finer;
    background::Surroundings around;
    around.shards = setting.shards;
    around.ids = setting.ids;
    around.scale = scale;
    around.hour = setting.hour;
    around.seed = setting.seed;
    around.days = kDays;
    around.exists = test::exists;
    background::ComplaintParams complaints = reference().background.complaints;
    complaints.surges.clear();
    telemetry::PlatformRows rows;
    std::vector<std::unique_ptr<kernel::Process>> processes;
    processes.push_back(campaign::make_campaign(spec, setting));
    processes.push_back(background::make_complaints(complaints, around, &rows));
    test::run_quietly(std::move(processes), setting.shards, kDays);
    for (std::size_t i = 0; i < rows.complaints.rows.size(); ++i) {
      const double day = (Time{rows.complaints.rows.ingest_us[i]} - setting.onset).as_days();
      if (rows.complaints.origins[i] == setting.origin && day < kTarget)
        found.complaints += 1 / scale / finer / static_cast<double>(runs);
    }
    for (std::uint64_t coin = 0; coin < kCoins; ++coin) {
      oracle::ComplaintDesk desk(recognised, scale, {seed * kCoins + coin});
      desk.observe(rows.complaints, [&](Origin origin) { return origin == setting.origin; });
      const bool noticed = desk.noticed() != kNever;
      found.days.push_back(noticed ? (desk.noticed() - setting.onset).as_days() : static_cast<double>(kDays));
    }
  }
  std::sort(found.days.begin(), found.days.end());
  return found;
}

/// Complaints that the leak leads to within 147 d at full scale, from the plan of the campaign and the distribution
/// function of the delay: accounts are met evenly over the requests of the first phase.
double expected_complaints() {
  const protocol::NetworkTable networks(reference().networks, {1});
  campaign::Spec spec = reference().campaign;
  spec.length = Duration::days(reference().reading().days);
  double length = 0;
  for (const campaign::Phase& phase : spec.phases) length += phase.length;
  const double first_phase_hours = 24 * kTarget * spec.phases[0].length / length;
  const auto plan = campaign::plan_hours(spec, setting_of(networks, 1e-3, 1));
  const auto address = static_cast<std::size_t>(Page::address);
  double all = 0, sum = 0;
  const campaign::MisuseParams& misuse = spec.misuse;
  for (std::size_t h = 0; h < plan.size() && static_cast<double>(h) < first_phase_hours; ++h) {
    const double left = kTarget - (static_cast<double>(h) + 0.5) / 24;
    const double z = std::log(left / misuse.delay_median.as_days()) / misuse.delay_sigma;
    all += plan[h][address];
    sum += plan[h][address] * 0.5 * std::erfc(-z / std::sqrt(2.0));
  }
  return static_cast<double>(reference().platform.population.accounts) * misuse.probability * sum / all;
}

double median(const Notices& found) { return found.days[found.days.size() / 2]; }

}  // namespace

TEST_CASE("the one parameter of the complaint desk is the one fitted to 147 days", "[complaint fit]") {
  // P(not noticed by t) = exp(-recognised x complaints by t): one half at the published time.
  const double arrive = 1 - reference().background.logs.complaints.lost;
  const double fitted = std::log(2.0) / (expected_complaints() * arrive);
  CAPTURE(fitted, expected_complaints());
  CHECK(reference().background.complaints.recognised == Approx(fitted).epsilon(.01));
}

TEST_CASE("the median of the simulated notice is 147 days, at 1:1000 and at 1:100", "[complaint fit]") {
  const double expected = expected_complaints();
  CHECK(reference().background.complaints.recognised / 1e-3 < 1);
  for (const auto& [scale, runs] : {std::pair{1e-3, std::uint64_t{60}}, std::pair{1e-2, std::uint64_t{6}}}) {
    const Notices found = notices(scale, runs, kFiner);
    const std::size_t n = found.days.size();
    CAPTURE(scale, found.complaints, expected, found.days[n / 4], found.days[n / 2], found.days[n * 3 / 4]);
    // Poisson: the complaints of all runs of a scale.
    const double counted = expected * kFiner * scale * static_cast<double>(runs);
    CHECK(found.complaints == Approx(expected).epsilon(5 / std::sqrt(counted)));
    // Six thousand desks: one half to within .0065, and some .004 of them notice in a day around the median.
    CHECK(median(found) == Approx(kTarget).margin(10));
    CHECK(found.days[n / 4] == Approx(kTarget * 0.67).margin(10));
    CHECK(found.days[n * 3 / 4] > 200);
  }
}

TEST_CASE("complaints that no leak caused are never taken for a notice, and a clean run has none") {
  telemetry::PlatformRows rows;
  for (std::uint32_t m = 1; m <= 1000; ++m) rows.complaints.push({m, m, m, 0}, m % 2 == 0 ? kBackground : Origin{2});
  oracle::ComplaintDesk desk(1, 1, {3});
  desk.observe(rows.complaints, [](Origin origin) { return origin == Origin{1}; });
  CHECK(desk.noticed() == kNever);
  desk.observe(rows.complaints, [](Origin origin) { return origin == Origin{2}; });
  CHECK(desk.noticed() == Time{1});
}

TEST_CASE("a complaint is recognised with the stated probability, once, and the notice survives a checkpoint") {
  double noticed = 0;
  constexpr int kDesks = 4000;
  for (std::uint64_t seed = 0; seed < kDesks; ++seed) {
    telemetry::PlatformRows rows;
    rows.complaints.push({7, 9, 5, 0}, Origin{1});
    oracle::ComplaintDesk desk(0.002, 0.01, {seed});
    desk.observe(rows.complaints, [](Origin) { return true; });
    const Time first = desk.noticed();
    noticed += first == Time{9} ? 1 : 0;
    ByteWriter writer;
    desk.save(writer);
    ByteReader reader(writer.bytes());
    oracle::ComplaintDesk other(0.002, 0.01, {seed});
    other.restore(reader);
    REQUIRE(other.noticed() == first);
  }
  CHECK(noticed == Approx(kDesks * 0.2).margin(5 * std::sqrt(kDesks * .16)));
}
