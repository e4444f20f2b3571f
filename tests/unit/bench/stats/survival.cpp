#include "bench/stats/survival.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/check.hpp"

using namespace dwell::stats;

namespace {

// Remission times in weeks of 42 children with leukaemia (Freireich et al. 1963; Gehan 1965).
const std::vector<Observation> kTreated = {{6, true},   {6, true},   {6, true},   {6, false}, {7, true},   {9, false},
                                           {10, true},  {10, false}, {11, false}, {13, true}, {16, true},  {17, false},
                                           {19, false}, {20, false}, {22, true},  {23, true}, {25, false}, {32, false},
                                           {32, false}, {34, false}, {35, false}};
const std::vector<double> kPlacebo = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};

std::vector<Observation> all_events(const std::vector<double>& times) {
  std::vector<Observation> observations;
  for (const double time : times) observations.push_back({time, true});
  return observations;
}

}  // namespace

TEST_CASE("Kaplan–Meier gives the published curve of the 6-MP trial") {
  const KaplanMeier curve(kTreated);
  struct Published {
    double time, survival, error;
    std::size_t at_risk;
  };
  constexpr std::array published = {Published{6, .857, .0764, 21},  Published{7, .807, .0869, 17},
                                    Published{10, .753, .0963, 15}, Published{13, .690, .1068, 12},
                                    Published{16, .627, .1141, 11}, Published{22, .538, .1282, 7},
                                    Published{23, .448, .1346, 6}};
  REQUIRE(curve.steps().size() == published.size());
  for (std::size_t i = 0; i < published.size(); ++i) {
    CHECK(curve.steps()[i].time_days == published[i].time);
    CHECK(curve.steps()[i].at_risk == published[i].at_risk);
    CHECK(curve.steps()[i].survival == Approx(published[i].survival).margin(0.0005));
    CHECK(curve.steps()[i].standard_error == Approx(published[i].error).margin(0.00005));
  }
  REQUIRE(curve.median());
  CHECK(*curve.median() == 23);
  CHECK(curve.survival(5.999) == 1);
  CHECK(curve.survival(9) == Approx(.807).margin(0.0005));
  CHECK(curve.restricted_mean(35) == Approx(23.29).margin(0.005));
  CHECK(curve.restricted_mean_error(35) == Approx(2.83).margin(0.005));
}

TEST_CASE("without censoring the curve is the empirical one, and Greenwood is binomial") {
  const KaplanMeier curve(all_events(kPlacebo));
  CHECK(*curve.median() == 8);
  const auto n = static_cast<double>(kPlacebo.size());
  double sum = 0;
  for (const double t : kPlacebo) {
    double above = 0;
    for (const double other : kPlacebo) above += other > t ? 1 : 0;
    CHECK(curve.survival(t) == Approx(above / n));
    CHECK(curve.standard_error(t) == Approx(std::sqrt(above / n * (1 - above / n) / n)).margin(1e-12));
    sum += t;
  }
  CHECK(curve.restricted_mean(100) == Approx(sum / n));
  double squares = 0;
  for (const double t : kPlacebo) squares += (t - sum / n) * (t - sum / n);
  // Greenwood's sum telescopes to the population variance over n.
  CHECK(curve.restricted_mean_error(100) == Approx(std::sqrt(squares) / n));
  CHECK(curve.restricted_mean_error(100, true) == Approx(std::sqrt(squares / (n * (n - 1)))));
}

TEST_CASE("with all censoring at the horizon the restricted mean is the mean of min(Y, tau)") {
  const double tau = 147;
  const std::vector<Observation> observations = {{0, true}, {3.5, true}, {40, true}, {tau, false}, {tau, false}};
  const KaplanMeier curve(observations);
  CHECK(curve.restricted_mean(tau) == Approx((0 + 3.5 + 40 + 2 * tau) / 5));
  CHECK(*curve.median() == 40);
  CHECK(curve.survival(0) == Approx(0.8));
  CHECK(curve.restricted_mean(10) == Approx((0 + 3.5 + 10 + 10 + 10) / 5));
}

TEST_CASE("no detection at all: the mean is the horizon and there is no median") {
  const std::vector<Observation> observations(8, Observation{147, false});
  const KaplanMeier curve(observations);
  CHECK(curve.restricted_mean(147) == 147);
  CHECK(curve.restricted_mean_error(147) == 0);
  CHECK_FALSE(curve.median());
  CHECK(curve.survival_interval(147).low == 1);
}

TEST_CASE("the median lies half way when the curve is flat at one half") {
  const KaplanMeier curve(all_events({1, 2, 4, 8}));
  CHECK(*curve.median() == 3);
}

TEST_CASE("the interval of survival holds its estimate and widens with confidence") {
  const KaplanMeier curve(kTreated);
  const Interval narrow = curve.survival_interval(10, 0.2);
  const Interval wide = curve.survival_interval(10, 0.01);
  CHECK(wide.low < narrow.low);
  CHECK(narrow.low < curve.survival(10));
  CHECK(curve.survival(10) < narrow.high);
  CHECK(narrow.high < wide.high);
  // log(-log) interval of the 6-MP arm at 10 weeks, as computed by common packages: .503 to .889.
  const Interval usual = curve.survival_interval(10);
  CHECK(usual.low == Approx(0.503).margin(0.001));
  CHECK(usual.high == Approx(0.889).margin(0.001));
}

TEST_CASE("a survival curve demands finite times") {
  const std::vector<Observation> none;
  CHECK_THROWS_AS(KaplanMeier(none), dwell::InvariantError);
  const std::vector<Observation> negative = {{-1, true}};
  CHECK_THROWS_AS(KaplanMeier(negative), dwell::InvariantError);
  const std::vector<Observation> endless = {{INFINITY, false}};
  CHECK_THROWS_AS(KaplanMeier(endless), dwell::InvariantError);
}
