// Parameters that made a sample are found again.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "bench/validate/fit.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::validate;

TEST_CASE("lengths give back their lognormal", "[validate]") {
  std::array<double, kLengths> lengths{};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const double z = det_normal_quantile(to_open_uniform(random_block(Seed{2}, i, purpose("test.length"), 0, 0).low()));
    const double pages = std::ceil(std::exp(1.5 + 1.1 * z));
    lengths[static_cast<std::size_t>(std::min(pages, static_cast<double>(kLengths - 1)))] += 1;
  }
  const Lognormal found = fit_lengths(lengths);
  CHECK(found.mu == Approx(1.5).margin(.02));
  CHECK(found.sigma == Approx(1.1).margin(.02));
}

TEST_CASE("days with a visit give back their beta distribution", "[validate]") {
  // Expected counts of a beta-binomial with a = 1.09, b = 1.21; those who never came are not seen.
  const auto log_beta = [](double a, double b) { return det_log_gamma(a) + det_log_gamma(b) - det_log_gamma(a + b); };
  std::array<double, 29> days{};
  for (int k = 1; k <= 28; ++k) {
    const double choose = det_log_gamma(29) - det_log_gamma(k + 1) - det_log_gamma(29 - k);
    days[static_cast<std::size_t>(k)] =
        1e6 * std::exp(choose + log_beta(1.09 + k, 1.21 + 28 - k) - log_beta(1.09, 1.21));
  }
  const Beta found = fit_visits(days);
  CHECK(found.a == Approx(1.09).epsilon(.001));
  CHECK(found.b == Approx(1.21).epsilon(.001));
}

TEST_CASE("sessions of users give back how many there are beyond the first, and how users differ", "[validate]") {
  // Half of the users come on 4 days, half on 20; on each with 1 + Poisson(1.6 I) sessions, I being 0.4 or 1.6: the
  // variance .36 of a gamma variable of shape 2.78. What they do is put in as expected.
  Observed seen;
  seen.spans = 1;
  seen.columns.user = true;
  UserEvidence& users = seen.by_user[0];
  for (const double days : {4.0, 20.0}) {
    for (const double level : {0.4, 1.6}) {
      constexpr double kUsers = 250;
      const double extra = days * 1.6 * level;
      users.monthly += kUsers;
      users.visits[static_cast<std::size_t>(days)] += kUsers;
      users.daily += kUsers * days / 28;
      users.visit_days += kUsers * days;
      users.sessions += kUsers * (days + extra);
      users.extra_squares += kUsers * (extra + extra * extra);
      users.extra_days += kUsers * extra * days;
      users.day_squares += kUsers * days * days;
    }
  }
  const auto fits = [&] {
    const Fit fit = fit_parameters(seen);
    REQUIRE(fit.extra_sessions);
    REQUIRE(fit.intensity_shape);
    CHECK(*fit.extra_sessions == Approx(1.6));
    CHECK(*fit.intensity_shape == Approx(1 / .36));
  };
  fits();
  // A sample of the users, over more spans, says the same.
  seen.user_share = .25;
  seen.spans = 3;
  fits();
  seen.session_share = .5;
  const Fit crowded = fit_parameters(seen);
  CHECK_FALSE(crowded.extra_sessions);
  CHECK(crowded.visit_a);
  CHECK(std::any_of(crowded.left_out.begin(), crowded.left_out.end(), [](const std::string& sentence) {
    return sentence == "Not proposed, more sessions at a time than memory holds: extra_sessions, intensity_shape.";
  }));
}

TEST_CASE("hours of the day are proposed from whole days only", "[validate]") {
  Observed seen;
  seen.by_day[0].starts.fill(200);
  seen.days.resize(2);
  seen.days[1].promotion = true;
  const Fit fit = fit_parameters(seen);
  REQUIRE(fit.hour);
  CHECK((*fit.hour)[5] == 1);
  seen.days[0].whole = false;
  const Fit partial = fit_parameters(seen);
  CHECK_FALSE(partial.hour);
  REQUIRE_FALSE(partial.left_out.empty());
  CHECK(partial.left_out.front() == "Not proposed, no whole day without promotion: hour.");
}

TEST_CASE("nothing is proposed from an empty log", "[validate]") {
  const Fit fit = fit_parameters(Observed{});
  CHECK_FALSE(fit.hour);
  CHECK_FALSE(fit.weekday_visits);
  CHECK_FALSE(fit.pages_mu);
  CHECK_FALSE(fit.visit_a);
  CHECK_FALSE(fit.mobile);
}

TEST_CASE("users who are all alike keep their mean visits where a beta distribution would be out of range",
          "[validate]") {
  // Everybody with the same chance p of coming on a day: a and b grow without bound, a / (a + b) tends to p.
  constexpr double kChance = .3;
  Observed seen;
  seen.spans = 1;
  UserEvidence& users = seen.by_user[0];
  users.monthly = users.weekly = users.daily = 1e6;
  for (int k = 1; k <= 28; ++k) {
    const double choose = det_log_gamma(29) - det_log_gamma(k + 1) - det_log_gamma(29 - k);
    users.visits[static_cast<std::size_t>(k)] =
        1e6 * std::exp(choose + k * std::log(kChance) + (28 - k) * std::log(1 - kChance));
  }
  const Fit fit = fit_parameters(seen);
  REQUIRE(fit.visit_a);
  REQUIRE(fit.visit_b);
  CHECK(std::max(*fit.visit_a, *fit.visit_b) <= 100);
  CHECK(*fit.visit_a / (*fit.visit_a + *fit.visit_b) == Approx(kChance).epsilon(.02));
}

TEST_CASE("what a scenario would not accept is proposed at the end of its range, and said", "[validate]") {
  // Everybody comes every day, thinks for the same time, and sees one page: three fits without a maximum.
  Observed seen;
  seen.spans = 1;
  UserEvidence& users = seen.by_user[0];
  users.monthly = users.weekly = users.daily = 1000;
  users.visits[28] = 1000;
  DayEvidence& days = seen.by_day[0];
  days.sessions = days.pages = days.lengths[1] = 1000;
  days.gaps = 1000;
  days.log_gap_sum = 3000;
  days.log_gap_squares = 9000;
  const Fit fit = fit_parameters(seen);
  REQUIRE(fit.visit_a);
  REQUIRE(fit.visit_b);
  for (const double value : {*fit.visit_a, *fit.visit_b}) {
    CHECK(value >= .01);
    CHECK(value <= 100);
  }
  CHECK(*fit.think_sigma == Approx(.01));
  CHECK(*fit.pages_mu >= -5);
  const auto said = [&](const std::string& name) {
    return std::any_of(fit.clamped.begin(), fit.clamped.end(),
                       [&](const std::string& sentence) { return sentence.starts_with(name + ": "); });
  };
  CHECK((said("visit_a") || said("visit_b") || said("visit_a and visit_b")));
  CHECK(said("think_sigma"));
  CHECK_FALSE(said("think_mu"));
}
