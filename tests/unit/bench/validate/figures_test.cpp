// Figures and estimators on data whose answer is known.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "bench/validate/catalogue.hpp"
#include "bench/validate/figures.hpp"
#include "bench/validate/series.hpp"
#include "bench/validate/statistics.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

double at(const DayFigures& figures, DayFigure figure) { return figures[static_cast<std::size_t>(figure)]; }
double at(const UserFigures& figures, UserFigure figure) { return figures[static_cast<std::size_t>(figure)]; }

double normal(std::uint32_t i, std::uint32_t stream = 0) {
  return det_normal_quantile(to_open_uniform(random_block(Seed{5}, i, purpose("test.normal"), stream, 0).low()));
}

/// Days of 1,000 sessions and as many events times what `level` says, spread evenly.
Observed days_of(std::size_t n, const std::function<double(std::size_t day, std::size_t bin)>& level) {
  Observed seen;
  seen.first_day = 4;  // 1970-01-05, a Monday
  for (std::size_t d = 0; d < n; ++d) {
    Day& day = seen.days.emplace_back();
    for (std::size_t b = 0; b < Day::kBins; ++b) {
      day.bins[b] = static_cast<std::uint32_t>(std::lround(1000 * level(d, b)));
      day.events += day.bins[b];
    }
    day.sessions = day.events / 10;
  }
  return seen;
}

}  // namespace

TEST_CASE("figures of sessions", "[validate]") {
  DayEvidence sums;
  sums.lengths[1] = 10;
  sums.lengths[5] = 80;
  sums.lengths[60] = 10;
  sums.sessions = 100;
  sums.pages = 10 + 400 + 600;
  sums.ordering = 7;
  sums.kinds = {90, 8, 2};
  sums.hours.fill(10);
  sums.hours[22] = 30;
  sums.hours[4] = 2;
  const DayFigures f = day_figures(sums);
  CHECK(at(f, DayFigure::length_median) == 5);
  CHECK(at(f, DayFigure::length_mean) == Approx(10.1));
  CHECK(at(f, DayFigure::length_tail_ratio) == Approx(12));
  CHECK(at(f, DayFigure::single_page) == Approx(.1));
  CHECK(at(f, DayFigure::ordering) == Approx(.07));
  CHECK(at(f, DayFigure::carts) == Approx(.08));
  CHECK(at(f, DayFigure::peak_hour) == 22);
  CHECK(at(f, DayFigure::trough_hour) == 4);
  CHECK(at(f, DayFigure::peak_to_trough) == Approx(15));
  CHECK(std::isnan(at(f, DayFigure::think_median_s)));
}

TEST_CASE("sessions of more than 512 pages have a median too", "[validate]") {
  DayEvidence sums;
  sums.lengths[3] = 40;
  sums.lengths[kLengths - 1] = 60;
  sums.long_lengths[count_bin(700)] = 20;
  sums.long_lengths[count_bin(3'000)] = 39;
  sums.long_lengths[count_bin(1'000'000)] = 1;
  sums.sessions = 100;
  const DayFigures f = day_figures(sums);
  CHECK(at(f, DayFigure::length_median) == Approx(700).epsilon(.012));
  CHECK(at(f, DayFigure::length_tail_ratio) == Approx(3000.0 / 700).epsilon(.024));
}

TEST_CASE("think times of a lognormal are told from an exponential", "[validate]") {
  const auto gaps = [](const std::function<double(std::uint32_t)>& log_gap) {
    DayEvidence sums;
    for (std::uint32_t i = 0; i < 50'000; ++i) {
      const double y = std::max(log_gap(i), kGapLeast);
      sums.log_gaps[static_cast<std::size_t>((y - kGapLeast) / kGapStep)] += 1;
      sums.gaps += 1;
      sums.gap_sum_s += std::exp(y);
      sums.log_gap_sum += y;
      sums.log_gap_squares += y * y;
    }
    return day_figures(sums);
  };
  const DayFigures lognormal = gaps([](std::uint32_t i) { return 3.5 + .97 * normal(i); });
  CHECK(at(lognormal, DayFigure::think_median_s) == Approx(std::exp(3.5)).epsilon(.02));
  CHECK(at(lognormal, DayFigure::think_sigma) == Approx(.97).epsilon(.01));
  CHECK(at(lognormal, DayFigure::think_ks) < .01);
  CHECK(at(lognormal, DayFigure::think_ks_ratio) < .2);
  const DayFigures exponential = gaps([](std::uint32_t i) {
    return std::log(-30 * std::log(to_open_uniform(random_block(Seed{5}, i, purpose("test.exp"), 0, 0).low())));
  });
  CHECK(at(exponential, DayFigure::think_ks) > .05);
  CHECK(at(exponential, DayFigure::think_ks_ratio) > 3);
}

TEST_CASE("the exponent of a power law is found", "[validate]") {
  std::array<double, kLengths> lengths{};
  for (std::size_t k = 1; k < kLengths; ++k) lengths[k] = 1e9 * std::pow(static_cast<double>(k), -3.2);
  CHECK(tail_exponent(lengths, 8) == Approx(3.2).epsilon(.02));
  std::vector<double> counts;
  for (int rank = 1; rank <= 20'000; ++rank) counts.push_back(std::round(1e7 * std::pow(rank, -.9)));
  CHECK(rank_exponent(counts, 1) == Approx(.9).epsilon(.01));
  std::vector<double> half;
  for (std::size_t i = 0; i < counts.size(); i += 2) half.push_back(counts[i]);
  CHECK(rank_exponent(half, .5) == Approx(.9).epsilon(.02));
  CHECK(std::isnan(rank_exponent({3, 2, 1}, 1)));
}

TEST_CASE("the exponent of items has an interval, narrower with more clicks", "[validate]") {
  const auto width = [](double clicks) {
    Observed seen;
    seen.columns.item = true;
    for (int rank = 1; rank <= 20'000; ++rank) seen.item_counts.push_back(std::round(clicks * std::pow(rank, -.9)));
    const Part part = compute_statistics(seen)[10].parts[0];
    CHECK(part.value.value == Approx(.9).epsilon(.02));
    CHECK(part.value.low < part.value.value);
    CHECK(part.value.high > part.value.value);
    return part.value.high - part.value.low;
  };
  const double few = width(1e5), many = width(1e7);
  CHECK(many > 0);
  CHECK(few > 3 * many);
}

TEST_CASE("inequality of repeat orders", "[validate]") {
  UserEvidence sums;
  sums.order_counts[1] = 90;
  sums.order_counts[11] = 10;
  const UserFigures f = user_figures(sums);
  CHECK(at(f, UserFigure::gini) == Approx(.9));
  CHECK(at(f, UserFigure::top_tenth) == Approx(1));
  UserEvidence even;
  even.order_counts[4] = 100;
  CHECK(at(user_figures(even), UserFigure::gini) == Approx(0).margin(1e-12));
  CHECK(at(user_figures(even), UserFigure::top_tenth) == Approx(.1));
}

namespace {

/// 120 days whose level wanders, with a feast, a holiday and a promotion.
Observed wandering_days(std::uint32_t stream) {
  const std::array<double, 7> weekday = {1.03, 1.03, 1.02, 1.01, .99, .95, .97};
  double slow = 0;
  std::vector<double> noise;
  for (std::uint32_t d = 0; d < 120; ++d) noise.push_back(slow = .8 * slow + .02 * normal(d, stream));
  Observed seen = days_of(120, [&](std::size_t d, std::size_t) {
    const double dated = d >= 40 && d < 44 ? .92 : d == 60 ? .97 : d >= 90 && d < 97 ? 2 : 1;
    return weekday[d % 7] * std::exp(noise[d]) * dated;
  });
  for (std::size_t d = 40; d < 44; ++d) seen.days[d].feast = seen.days[d].holiday = true;
  seen.days[60].holiday = true;
  for (std::size_t d = 90; d < 97; ++d) seen.days[d].promotion = true;
  return seen;
}

}  // namespace

TEST_CASE("intervals of calendar factors hold the truth about as often as they say", "[validate]") {
  int held = 0, asked = 0;
  for (std::uint32_t stream = 0; stream < 40; ++stream) {
    const CalendarFactors found = calendar_factors(wandering_days(stream + 100));
    CHECK(found.promotion.value == Approx(2).epsilon(.1));
    CHECK(found.rho > .4);
    const auto ask = [&](const Estimate& e, double truth) {
      ++asked;
      held += e.low < truth && truth < e.high ? 1 : 0;
      CHECK(e.high - e.low < .25);
    };
    ask(found.feast, .92);
    ask(found.holiday, .97);
    ask(found.promotion, 2);
    ask(found.weekdays[5], .95);
    ask(found.weekdays[0], 1.03);
  }
  INFO(held << " of " << asked);
  CHECK(held >= .87 * asked);
  Observed plain = wandering_days(1);
  for (Day& day : plain.days) day.promotion = false;
  CHECK(std::isnan(calendar_factors(plain).promotion.value));
}

TEST_CASE("independent rates have a Hurst exponent of a half, wandering ones more", "[validate]") {
  const auto exponent = [](double memory) {
    double x = 0;
    std::uint32_t i = 0;
    return hurst(days_of(28, [&](std::size_t, std::size_t) {
      x = memory * x + std::sqrt(1 - memory * memory) * normal(i++, 3);
      return 1 + .1 * x;
    }));
  };
  const Hurst independent = exponent(0);
  CHECK(independent.variance_time == Approx(.5).margin(.05));
  CHECK(independent.fluctuations == Approx(.5).margin(.06));
  CHECK(independent.rescaled_range.value == Approx(.55).margin(.07));
  CHECK(exponent(.99).variance_time > .75);
  CHECK(exponent(.99).rescaled_range.value > .75);
  CHECK(std::isnan(hurst(days_of(5, [](std::size_t, std::size_t) { return 1.0; })).rescaled_range.value));
}

TEST_CASE("an interval of the Hurst exponent stays within 0 to 1", "[validate]") {
  // Quarters that differ much: quiet ones, and ones that drift.
  std::uint32_t i = 0;
  const Estimate found = hurst(days_of(8, [&](std::size_t d, std::size_t b) {
                           const double drift = d / 2 % 2 == 0 ? 0 : .15 * static_cast<double>(b) / Day::kBins;
                           return 1 + drift * (d % 2 == 0 ? 1 : -1) + .05 * normal(i++, 6);
                         })).rescaled_range;
  CHECK(found.low >= 0);
  CHECK(found.high == 1);
  CHECK(found.low <= found.value);
}

TEST_CASE("dispersion is that of a Poisson process when counts are, and CV that of days", "[validate]") {
  std::uint32_t i = 0;
  const Observed seen = days_of(20, [&](std::size_t, std::size_t b) {
    const double mean = 1000.0 * (1 + static_cast<double>(b) / Day::kBins);
    return (mean + std::sqrt(mean) * normal(i++, 4)) / 1000;
  });
  CHECK(dispersion(seen).value == Approx(1).margin(.06));
  const Observed swinging = days_of(28, [](std::size_t d, std::size_t) { return d % 2 == 0 ? 1.1 : .9; });
  CHECK(daily_variation(swinging).value == Approx(.1).epsilon(.03));
  CHECK(std::isnan(daily_variation(days_of(6, [](std::size_t, std::size_t) { return 1.0; })).value));
}

TEST_CASE("an interval holds its value, and hours go around the clock", "[validate]") {
  // Each day has its peak in another hour about midnight, so a resample's peak is no lower than that of the sum.
  Observed seen;
  seen.columns.user = true;
  for (std::size_t d = 0; d < 20; ++d) {
    DayEvidence& day = seen.by_day[d];
    day.sessions = day.lengths[1] = 1;
    day.pages = 240;
    day.hours.fill(10);
    const std::size_t peak = d < 8 ? 23 : (23 + d % 4) % 24;
    day.hours[peak] += 200;
  }
  const Statistic hours = compute_statistics(seen)[11];
  const Part& to_mean = hours.parts[0];
  CHECK(to_mean.value.low <= to_mean.value.value);
  CHECK(to_mean.value.value <= to_mean.value.high);
  const Part& peak = hours.parts[2];
  CHECK(peak.value.value == 23);
  CHECK(peak.value.low >= 22);
  CHECK(peak.value.high >= 23);
  CHECK(peak.value.high <= 26);
}

TEST_CASE("with few days there is no interval, and no tail of few sessions", "[validate]") {
  const auto seen_on = [](std::size_t days, double sessions) {
    Observed seen;
    for (std::size_t d = 0; d < days; ++d) {
      DayEvidence& day = seen.by_day[d];
      day.sessions = sessions;
      for (std::size_t k = 1; k < 60; ++k) day.lengths[k] = sessions / 60;
      day.pages = sessions * (29 + static_cast<double>(d));
      day.hours.fill(10);
    }
    return compute_statistics(seen);
  };
  const std::vector<Statistic> few = seen_on(6, 7000), enough = seen_on(7, 8000);
  const Part& mean = few[0].parts[1];
  CHECK(mean.skipped.empty());
  CHECK(mean.no_interval == "too few days");
  CHECK(std::isnan(mean.value.low));
  CHECK(mean.compatible() == mean.pass);
  CHECK(enough[0].parts[1].no_interval.empty());
  CHECK(enough[0].parts[1].value.low < enough[0].parts[1].value.high);
  CHECK(few[2].parts[1].skipped == "under 50,000 sessions");
  CHECK(enough[2].parts[1].skipped.empty());
}

TEST_CASE("one user alone has no interval", "[validate]") {
  Observed seen;
  seen.columns.user = seen.columns.system = true;
  seen.by_user[3].systems[static_cast<std::size_t>(System::android)] = 5;
  const Part android = compute_statistics(seen)[14].parts[5];
  CHECK(android.value.value == 1);
  CHECK(android.no_interval == "too few users");
}

TEST_CASE("an interval of hours meets a band around the clock", "[validate]") {
  Part part;
  part.unit = "h";
  part.band = {21, 23};
  part.value = {1, -2, 3};  // 22 to 3
  CHECK(part.compatible());
  part.value = {4, 1, 6};
  CHECK_FALSE(part.compatible());
  part.unit = "";
  part.value = {1, -2, 3};
  CHECK_FALSE(part.compatible());
}

TEST_CASE("there are fifteen statistics, and an empty log passes none of them", "[validate]") {
  const std::vector<Statistic> all = compute_statistics(Observed{});
  REQUIRE(all.size() == 15);
  for (std::size_t s = 0; s < all.size(); ++s) {
    CHECK(all[s].id == static_cast<int>(s) + 1);
    CHECK_FALSE(all[s].parts.empty());
    CHECK(all[s].skipped());
    CHECK_FALSE(all[s].pass());
    for (const Part& part : all[s].parts) {
      INFO(all[s].name << ", " << part.name);
      CHECK(part.band.low < part.band.high);
      CHECK_FALSE(part.skipped.empty());
    }
  }
}

TEST_CASE("every statistic stands beside a published figure and its publisher", "[validate]") {
  for (const Statistic& statistic : catalogue()) {
    INFO(statistic.id);
    CHECK_FALSE(statistic.references.empty());
    for (const Reference& reference : statistic.references) {
      CHECK_FALSE(reference.figure.empty());
      CHECK_FALSE(reference.publisher.empty());
    }
  }
}
