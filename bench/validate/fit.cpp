#include "bench/validate/fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "bench/validate/figures.hpp"
#include "bench/validate/items.hpp"
#include "bench/validate/series.hpp"
#include "sim/core/math.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::validate {
namespace {

constexpr double kLeast = 1e-300;
constexpr double kFewest = 100;  // sessions, gaps, users: below, nothing is proposed

using Point = std::array<double, 2>;

/// Minimum of a smooth function with one valley: steps along both axes and both diagonals, halved when none goes down.
Point minimise(const std::function<double(const Point&)>& f, Point at) {
  constexpr std::array<Point, 8> kDirections = {{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}}};
  double best = f(at);
  for (double step = 0.5; step > 1e-5;) {
    Point next = at;
    double lower = best;
    for (const Point& way : kDirections) {
      const Point there = {at[0] + step * way[0], at[1] + step * way[1]};
      if (const double value = f(there); value < lower) {
        lower = value;
        next = there;
      }
    }
    if (lower < best) {
      best = lower;
      at = next;
    } else {
      step /= 2;
    }
  }
  return at;
}

double normal_below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double log_beta(double a, double b) { return det_log_gamma(a) + det_log_gamma(b) - det_log_gamma(a + b); }

std::optional<double> some(double value) { return std::isnan(value) ? std::nullopt : std::optional<double>(value); }

/// Finds the field of a described struct that lies at an address.
struct FieldAt {
  const void* wanted;
  Field found;
  template <class Value>
  void operator()(const Value& value, const Field& field) {
    if (static_cast<const void*>(&value) == wanted) found = field;
  }
};

/// The proposals, each held in the range of the scenario's own field.
class Clamp {
 public:
  explicit Clamp(Fit& fit) : fit_(fit) {}

  template <class Part, class Value>
  void hold(const Part& part, const Value& like, std::optional<double>& value) {
    if (value) hold_one(field_of(part, like), *value);
  }
  template <class Part, class Value, std::size_t n>
  void hold(const Part& part, const Value& like, std::optional<std::array<double, n>>& values) {
    if (!values) return;
    for (double& value : *values) hold_one(field_of(part, like), value);
  }

  /// Two whose ratio says something: both by one factor where that puts both in range.
  template <class Part, class Value>
  void hold_ratio(const Part& part, const Value& like_a, std::optional<double>& a, const Value& like_b,
                  std::optional<double>& b) {
    if (a && b) {
      const Field of_a = field_of(part, like_a), of_b = field_of(part, like_b);
      const double least = std::max(of_a.least / *a, of_b.least / *b);
      const double most = std::min(of_a.most / *a, of_b.most / *b);
      if (least <= most && (least > 1 || most < 1)) {
        const double factor = least > 1 ? least : most;
        const double asked_a = *a, asked_b = *b;
        *a = std::clamp(asked_a * factor, of_a.least, of_a.most);
        *b = std::clamp(asked_b * factor, of_b.least, of_b.most);
        fit_.clamped.push_back(fmt::format(
            "{} and {}: the log asks for {:.3g} and {:.3g}; {:.4g} and {:.4g} are proposed, whose ratio is the "
            "same.",
            of_a.name, of_b.name, asked_a, asked_b, *a, *b));
      }
    }
    hold(part, like_a, a);
    hold(part, like_b, b);
  }

 private:
  template <class Part, class Value>
  static Field field_of(const Part& part, const Value& like) {
    FieldAt at{&like, {}};
    Part::describe(part, at);
    return at.found;
  }
  void hold_one(const Field& field, double& value) {
    const double most = field.unit == "probability" ? std::min(1.0, field.most) : field.most;
    const double held = std::isnan(value) ? field.least : std::clamp(value, field.least, most);
    if (held == value) return;
    fit_.clamped.push_back(fmt::format("{}: the log asks for {:.3g}, a scenario takes {:g} to {:g}; {:g} is proposed.",
                                       field.name, value, field.least, most, held));
    value = held;
  }

  Fit& fit_;
};

void clamp_to_ranges(Fit& out) {
  const commerce::CalendarParams calendar;
  const commerce::PopulationParams population;
  const commerce::SessionParams sessions;
  const commerce::CatalogueParams catalogue;
  Clamp clamp(out);
  clamp.hold(calendar, calendar.hour, out.hour);
  clamp.hold(calendar, calendar.weekday_visits, out.weekday_visits);
  clamp.hold(calendar, calendar.holiday_visits, out.holiday_visits);
  clamp.hold_ratio(population, population.visit_a, out.visit_a, population.visit_b, out.visit_b);
  clamp.hold(population, population.intensity_shape, out.intensity_shape);
  clamp.hold(population, population.mobile, out.mobile);
  clamp.hold(population, population.android, out.android);
  clamp.hold(sessions, sessions.extra_sessions, out.extra_sessions);
  clamp.hold(sessions, sessions.pages_mu, out.pages_mu);
  clamp.hold(sessions, sessions.pages_sigma, out.pages_sigma);
  clamp.hold(sessions, sessions.think_mu, out.think_mu);
  clamp.hold(sessions, sessions.think_sigma, out.think_sigma);
  clamp.hold(sessions, sessions.login, out.login);
  clamp.hold(sessions, sessions.login_failure, out.login_failure);
  clamp.hold(catalogue, catalogue.exponent, out.item_exponent);
}

bool has_ordinary_day(const Observed& observed) {
  return std::any_of(observed.days.begin(), observed.days.end(), [](const Day& d) { return d.whole && !d.promotion; });
}

void fit_sessions(const Observed& observed, const DayEvidence& days, Fit& out) {
  if (days.sessions >= kFewest) {
    const Lognormal lengths = fit_lengths(days.lengths);
    out.pages_mu = lengths.mu;
    out.pages_sigma = lengths.sigma;
  }
  if (days.gaps >= kFewest) {
    const double mu = days.log_gap_sum / days.gaps;
    out.think_mu = mu;
    out.think_sigma = std::sqrt(std::max(0.0, days.log_gap_squares / days.gaps - mu * mu));
  }
  double starts = 0;
  for (const double n : days.starts) starts += n;
  // Of a part of a day the other hours would be taken for hours without anybody.
  if (starts >= kFewest * 24 && has_ordinary_day(observed)) {
    out.hour.emplace();
    for (std::size_t h = 0; h < 24; ++h) (*out.hour)[h] = 24 * days.starts[h] / starts;
  }
}

void fit_days(const Observed& observed, Fit& out) {
  const CalendarFactors factors = calendar_factors(observed);
  if (!std::isnan(factors.weekdays[0].value)) {
    out.weekday_visits.emplace();
    for (std::size_t w = 0; w < 7; ++w) (*out.weekday_visits)[w] = factors.weekdays[w].value;
  }
  out.holiday_visits = some(std::isnan(factors.feast.value) ? factors.holiday.value : factors.feast.value);
  out.promotion_visits = some(factors.promotion.value);
}

/// Sessions of a user on D days with a visit are D + Poisson(D m I), I a gamma variable of mean 1 and shape k, so that
/// what they are beyond D has the mean D m and, about it, the squares D m + D^2 m^2 / k. Both come from the same users,
/// so that it does not matter which share of all users the memory held.
void fit_visit_sessions(const UserEvidence& users, Fit& out) {
  if (users.visit_days == 0) return;
  const double mean = std::max(0.0, users.sessions / users.visit_days - 1);
  out.extra_sessions = mean;
  if (mean <= 0) return;
  const double squares = users.extra_squares - 2 * mean * users.extra_days + mean * mean * users.day_squares;
  out.intensity_shape = mean * mean * users.day_squares / std::max(kLeast, squares - mean * users.visit_days);
}

void fit_users(const Observed& observed, const UserEvidence& users, Fit& out) {
  if (users.monthly >= kFewest) {
    const Beta visits = fit_visits(users.visits);
    out.visit_a = visits.a;
    out.visit_b = visits.b;
    if (observed.session_share == 1) fit_visit_sessions(users, out);
  }
  if (users.logins + users.failures >= kFewest) {
    out.login_failure = users.failures / (users.logins + users.failures);
    double sessions = 0;
    for (const Day& day : observed.days) sessions += day.sessions;
    if (sessions >= kFewest) out.login = users.logins / sessions;
  }
  const auto system = [&](System s) { return users.systems[static_cast<std::size_t>(s)]; };
  const double phones = system(System::android) + system(System::ios), all = phones + system(System::other);
  if (all >= kFewest) out.mobile = phones / all;
  if (phones >= kFewest) out.android = system(System::android) / phones;
}

/// The curve's slope is that of (rank + offset)^-exponent, over the ranks that rank_exponent() looks at: the exponent
/// times the slope of the exponent 1.
void fit_items(const Observed& observed, Fit& out) {
  const Estimate slope = item_exponent(observed);
  if (std::isnan(slope.value)) return;
  constexpr double kPlenty = 1e9;
  const auto counted = std::partition_point(observed.item_counts.begin(), observed.item_counts.end(),
                                            [](double count) { return count >= kLeastRankCount; });
  const double ranks = static_cast<double>(counted - observed.item_counts.begin()) / observed.item_share;
  std::vector<double> law(static_cast<std::size_t>(std::clamp(ranks, double{kLeastRanked}, kLastRank)));
  for (std::size_t i = 0; i < law.size(); ++i)
    law[i] = kPlenty / (static_cast<double>(i + 1) + commerce::CatalogueParams{}.offset);
  out.item_exponent = slope.value / rank_exponent(law, 1);
}

/// What is not there, grouped by the reason.
class LeftOut {
 public:
  void add(bool proposed, const std::string& names, const std::string& reason) {
    if (proposed) return;
    for (auto& [why, what] : groups_) {
      if (why != reason) continue;
      what += ", " + names;
      return;
    }
    groups_.emplace_back(reason, names);
  }
  [[nodiscard]] std::vector<std::string> sentences() const {
    std::vector<std::string> out;
    for (const auto& [why, what] : groups_) out.push_back(fmt::format("Not proposed, {}: {}.", why, what));
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> groups_;
};

void say_left_out(const Observed& observed, const UserEvidence& users, Fit& out) {
  const Columns& has = observed.columns;
  const auto unless = [](bool there, const char* column, const std::string& reason) {
    return there ? reason : fmt::format("column {} missing", column);
  };
  const std::string few = "too little in the log";
  LeftOut left;
  left.add(out.hour.has_value(), "hour", has_ordinary_day(observed) ? few : "no whole day without promotion");
  left.add(out.pages_mu.has_value(), "pages_mu, pages_sigma", few);
  left.add(out.think_mu.has_value(), "think_mu, think_sigma", few);
  left.add(out.weekday_visits.has_value(), "weekday_visits", "too few whole days of each weekday");
  left.add(out.holiday_visits.has_value(), "holiday_visits",
           out.weekday_visits ? "no public holiday in the log" : "too few whole days of each weekday");
  const std::string of_users = unless(has.user, "user", observed.spans == 0 ? "fewer than 28 whole days on end" : few);
  left.add(out.visit_a.has_value(), "visit_a, visit_b", of_users);
  const bool crowded = users.monthly >= kFewest && observed.session_share < 1;
  left.add(out.extra_sessions.has_value(), "extra_sessions",
           crowded ? "more sessions at a time than memory holds" : of_users);
  left.add(out.intensity_shape.has_value(), "intensity_shape",
           crowded              ? "more sessions at a time than memory holds"
           : out.extra_sessions ? "no day with a second session"
                                : of_users);
  left.add(out.login.has_value(), "login, login_failure", unless(has.outcome, "outcome", few));
  left.add(out.mobile.has_value(), "mobile, android", unless(has.system, "system", few));
  left.add(out.item_exponent.has_value(), "exponent of the catalogue", unless(has.item, "item", few));
  left.add(false, "ids, accounts, dormant, conversion, orders by weekday, carriers, how the rate wanders",
           "as clicks alone do not say it or a scenario takes it in another form");
  out.left_out = left.sentences();
  if (out.promotion_visits)
    out.left_out.push_back(
        fmt::format("On promotions there were {:.3g} times the sessions: a scenario dates them itself, as "
                    "platform.calendar.promotions.",
                    *out.promotion_visits));
}

}  // namespace

Lognormal fit_lengths(const std::array<double, kLengths>& lengths) {
  const auto cost = [&](const Point& p) {
    const double sigma = std::exp(p[1]);
    double sum = 0, below = 0;
    for (std::size_t k = 1; k < kLengths; ++k) {
      const bool last = k + 1 == kLengths;
      const double up_to = last ? 1 : normal_below((std::log(static_cast<double>(k)) - p[0]) / sigma);
      if (lengths[k] > 0) sum -= lengths[k] * std::log(std::max(kLeast, up_to - below));
      below = up_to;
    }
    return sum;
  };
  const Point best = minimise(cost, {1.5, 0.0});
  return {best[0], std::exp(best[1])};
}

Beta fit_visits(const std::array<double, 29>& visits) {
  constexpr double kDays = 28;
  const auto cost = [&](const Point& p) {
    const double a = std::exp(p[0]), b = std::exp(p[1]), whole = log_beta(a, b);
    const double never = std::exp(log_beta(a, b + kDays) - whole);
    double sum = 0;
    for (std::size_t k = 1; k < visits.size(); ++k) {
      const auto days = static_cast<double>(k);
      // The binomial coefficient is the same for all a and b.
      if (visits[k] > 0)
        sum -= visits[k] * (log_beta(a + days, b + kDays - days) - whole - std::log(std::max(kLeast, 1 - never)));
    }
    return sum;
  };
  const Point best = minimise(cost, {0.0, 0.0});
  return {std::exp(best[0]), std::exp(best[1])};
}

Fit fit_parameters(const Observed& observed) {
  DayEvidence days;
  for (const DayEvidence& block : observed.by_day) days.add(block, 1);
  UserEvidence users;
  for (const UserEvidence& block : observed.by_user) users.add(block, 1);
  Fit out;
  fit_sessions(observed, days, out);
  fit_days(observed, out);
  fit_users(observed, users, out);
  if (observed.columns.item) fit_items(observed, out);
  clamp_to_ranges(out);
  say_left_out(observed, users, out);
  return out;
}

}  // namespace dwell::validate
