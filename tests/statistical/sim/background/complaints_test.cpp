// What customers report: the base rate, surges, and what a leak adds.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/background/background.hpp"
#include "tests/statistical/sim/background/surroundings.hpp"
#include "tests/unit/sim/campaign/case.hpp"

using namespace dwell;
using namespace dwell::background;
using namespace dwell::test;

TEST_CASE("complaints without a leak come at their rate, more of them by day") {
  Surroundings long_run = around();
  long_run.days = 1000;
  long_run.scale = 0.05;
  telemetry::PlatformRows rows;
  (void)test::run(make_complaints({}, long_run, &rows), kShards, 1000);
  const auto n = static_cast<double>(rows.complaints.rows.size());
  check_size(n, 2 * 1000);
  double night = 0;
  for (std::size_t i = 0; i < rows.complaints.rows.size(); ++i) {
    REQUIRE(test::exists({rows.complaints.rows.member[i]}));
    const std::int64_t hour = Time{rows.complaints.rows.time_us[i]}.hour() % 24;
    night += hour >= 2 && hour < 6 ? 1 : 0;
  }
  check_size(night, n * (.32 + .22 + .18 + .22) / 24);
}

TEST_CASE("surges add complaints on their days and leave the others alone") {
  Surroundings long_run = around();
  long_run.days = 400;
  long_run.scale = 0.05;
  ComplaintParams params;
  telemetry::PlatformRows calm;
  (void)run(make_complaints(params, long_run, &calm), kShards, 400);
  const std::int32_t first = long_run.first_day.days;
  params.surges = {{{first + 100}, {first + 139}, 11}};
  telemetry::PlatformRows rows;
  (void)run(make_complaints(params, long_run, &rows), kShards, 400);
  double in = 0, out = 0, calm_out = 0;
  const auto surge = [](std::int64_t us) { return Time{us}.day() >= 100 && Time{us}.day() < 140; };
  for (std::size_t i = 0; i < rows.complaints.rows.size(); ++i)
    (surge(rows.complaints.rows.time_us[i]) ? in : out) += 1;
  for (std::size_t i = 0; i < calm.complaints.rows.size(); ++i)
    calm_out += surge(calm.complaints.rows.time_us[i]) ? 0 : 1;
  check_size(in, 2 * 40 * 11);
  CHECK(out == calm_out);
  params.on = false;
  telemetry::PlatformRows none;
  (void)run(make_complaints(params, long_run, &none), kShards, 10);
  CHECK(none.complaints.rows.empty());
}

TEST_CASE("a leaked record leads to one complaint with the stated probability, delay and kind") {
  static const protocol::NetworkTable networks(test::networks(), {21});
  campaign::Setting setting = case_setting(networks, kScale);
  setting.complaints = {setting.shards + 1};
  campaign::Spec spec = founding();
  spec.length = Duration::days(30);
  spec.misuse = {.probability = 0.05, .delay_median = Duration::days(20), .delay_sigma = 0.5, .threatening = 0.3};
  constexpr std::int64_t kRun = 300;  // six standard deviations after the campaign
  ComplaintParams only_leaks;
  only_leaks.per_day = 0;
  Surroundings around_it = around();
  around_it.days = kRun;
  telemetry::PlatformRows rows;
  std::vector<std::unique_ptr<kernel::Process>> processes;
  processes.push_back(campaign::make_campaign(spec, setting));
  processes.push_back(make_complaints(only_leaks, around_it, &rows));
  run_quietly(std::move(processes), setting.shards, kRun);

  // When each account's first record leaked, from the same campaign alone.
  campaign::Setting alone = setting;
  alone.complaints = protocol::kNoProcess;
  const Mail mail = run(campaign::make_campaign(spec, alone), alone.shards, 40);
  std::map<std::uint32_t, Time> leaked;
  for (const auto& r : mail.requests) {
    REQUIRE(r.message.answer_to == protocol::kNoProcess);
    if (exists(r.message.member)) leaked.try_emplace(r.message.member.value, kNever);
    if (const auto at = leaked.find(r.message.member.value); at != leaked.end())
      at->second = std::min(at->second, r.at);
  }
  const auto& complaints = rows.complaints;
  const auto n = static_cast<double>(complaints.rows.size());
  const auto accounts = static_cast<double>(leaked.size());
  CHECK(n == Approx(accounts * .05).margin(5 * std::sqrt(accounts * .05 * .95)));
  CHECK(complaints.foreign == complaints.rows.size());
  double sum = 0, squares = 0, threats = 0;
  std::set<std::uint32_t> members;
  for (std::size_t i = 0; i < complaints.rows.size(); ++i) {
    REQUIRE(complaints.origins[i] == setting.origin);
    members.insert(complaints.rows.member[i]);
    // The gateway's answer took one lookahead.
    const Duration delay =
        Time{complaints.rows.time_us[i]} - leaked.at(complaints.rows.member[i]) - Duration::minutes(1);
    const double z = std::log(delay.as_days() / 20) / 0.5;
    sum += z;
    squares += z * z;
    threats += complaints.rows.kind[i] == static_cast<std::uint8_t>(telemetry::ComplaintKind::threatening_mail) ? 1 : 0;
  }
  CHECK(members.size() == complaints.rows.size());
  CHECK(sum / n == Approx(0).margin(5 / std::sqrt(n)));
  CHECK(squares / n == Approx(1).margin(5 * std::sqrt(2 / n)));
  CHECK(threats / n == Approx(.3).margin(5 * std::sqrt(.21 / n)));
}
