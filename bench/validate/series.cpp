#include "bench/validate/series.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "bench/validate/resample.hpp"

namespace dwell::validate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kNormal = 1.959964;
constexpr std::size_t kWeekdays = 7;

bool ordinary(const Day& day) { return day.whole && !day.promotion && day.events > 0; }

std::size_t weekday(std::int64_t day) { return static_cast<std::size_t>(((day + 3) % 7 + 7) % 7); }

struct Design {
  Eigen::MatrixXd x;
  Eigen::VectorXd y;
  std::vector<bool> follows;  ///< the row before is the day before
  std::array<Eigen::Index, kWeekdays> weekdays{};
  Eigen::Index feast = -1, holiday = -1, promotion = -1;
};

/// A column for every effect that the log can show; nothing when a weekday is missing among ordinary days.
bool make_design(const Observed& seen, Design& out) {
  std::vector<std::size_t> rows;
  std::array<int, kWeekdays> plain{};
  bool feast = false, holiday = false, promotion = false;
  for (std::size_t d = 0; d < seen.days.size(); ++d) {
    const Day& day = seen.days[d];
    if (!day.whole || day.sessions <= 0) continue;
    rows.push_back(d);
    feast = feast || day.feast;
    holiday = holiday || (day.holiday && !day.feast);
    promotion = promotion || day.promotion;
    if (!day.holiday && !day.promotion) ++plain[weekday(seen.first_day + static_cast<std::int64_t>(d))];
  }
  Eigen::Index columns = 0;
  for (std::size_t w = 0; w < kWeekdays; ++w) {
    if (plain[w] == 0) return false;
    out.weekdays[w] = columns++;
  }
  if (feast) out.feast = columns++;
  if (holiday) out.holiday = columns++;
  if (promotion) out.promotion = columns++;
  const auto n = static_cast<Eigen::Index>(rows.size());
  if (n < columns + 3) return false;
  out.x = Eigen::MatrixXd::Zero(n, columns);
  out.y = Eigen::VectorXd::Zero(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::size_t d = rows[static_cast<std::size_t>(i)];
    const Day& day = seen.days[d];
    out.y(i) = std::log(day.sessions / day.level);
    out.x(i, out.weekdays[weekday(seen.first_day + static_cast<std::int64_t>(d))]) = 1;
    if (day.feast) out.x(i, out.feast) = 1;
    if (day.holiday && !day.feast) out.x(i, out.holiday) = 1;
    if (day.promotion) out.x(i, out.promotion) = 1;
    out.follows.push_back(i > 0 && rows[static_cast<std::size_t>(i) - 1] + 1 == d);
  }
  return true;
}

struct Fit {
  Eigen::VectorXd effects;
  Eigen::MatrixXd covariance;
  double rho = 0;
};

Fit fit_effects(const Design& design) {
  Fit fit;
  const Eigen::Index n = design.x.rows(), p = design.x.cols();
  constexpr int kIterations = 25;
  for (int round = 0; round < kIterations; ++round) {
    Eigen::MatrixXd x = design.x;
    Eigen::VectorXd y = design.y;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (design.follows[static_cast<std::size_t>(i)]) {
        x.row(i) -= fit.rho * design.x.row(i - 1);
        y(i) -= fit.rho * design.y(i - 1);
      } else {
        const double first = std::sqrt(1 - fit.rho * fit.rho);
        x.row(i) *= first;
        y(i) *= first;
      }
    }
    const Eigen::MatrixXd inverse = (x.transpose() * x).ldlt().solve(Eigen::MatrixXd::Identity(p, p));
    fit.effects = inverse * (x.transpose() * y);
    const double noise = (y - x * fit.effects).squaredNorm() / static_cast<double>(n - p);
    fit.covariance = noise * inverse;
    const Eigen::VectorXd e = design.y - design.x * fit.effects;
    double product = 0, square = 0;
    for (Eigen::Index i = 1; i < n; ++i) {
      if (!design.follows[static_cast<std::size_t>(i)]) continue;
      product += e(i) * e(i - 1);
      square += e(i - 1) * e(i - 1);
    }
    fit.rho = square > 0 ? std::clamp(product / square, 0.0, 0.95) : 0;
  }
  return fit;
}

Estimate factor(const Fit& fit, const Eigen::VectorXd& contrast) {
  const double log_value = contrast.dot(fit.effects);
  const double error = std::sqrt(std::max(0.0, contrast.dot(fit.covariance * contrast)));
  return {std::exp(log_value), std::exp(log_value - kNormal * error), std::exp(log_value + kNormal * error)};
}

/// Mean events of each five minutes of ordinary days.
std::vector<double> profile(const Observed& seen) {
  std::vector<double> out(Day::kBins);
  double days = 0;
  for (const Day& day : seen.days) {
    if (!ordinary(day)) continue;
    days += 1;
    for (std::size_t b = 0; b < Day::kBins; ++b) out[b] += day.bins[b];
  }
  for (double& mean : out) mean /= std::max(1.0, days);
  return out;
}

}  // namespace

Estimate no_estimate() { return {kNone, kNone, kNone}; }

CalendarFactors calendar_factors(const Observed& observed) {
  CalendarFactors out;
  out.weekdays.fill(no_estimate());
  out.feast = out.holiday = out.promotion = no_estimate();
  Design design;
  if (!make_design(observed, design)) return out;
  const Fit fit = fit_effects(design);
  out.rho = fit.rho;
  const Eigen::Index p = design.x.cols();
  for (std::size_t w = 0; w < kWeekdays; ++w) {
    Eigen::VectorXd contrast = Eigen::VectorXd::Zero(p);
    for (const Eigen::Index column : design.weekdays) contrast(column) = -1.0 / kWeekdays;
    contrast(design.weekdays[w]) += 1;
    out.weekdays[w] = factor(fit, contrast);
  }
  const auto single = [&](Eigen::Index column) {
    return column < 0 ? no_estimate() : factor(fit, Eigen::VectorXd::Unit(p, column));
  };
  out.feast = single(design.feast);
  out.holiday = single(design.holiday);
  out.promotion = single(design.promotion);
  return out;
}

std::vector<double> calendar_by_day(const Observed& observed, const CalendarFactors& factors) {
  const auto known = [](const Estimate& factor) { return std::isnan(factor.value) ? 1.0 : factor.value; };
  std::vector<double> out;
  for (std::size_t d = 0; d < observed.days.size(); ++d) {
    const Day& day = observed.days[d];
    const Estimate& usual = factors.weekdays[weekday(observed.first_day + static_cast<std::int64_t>(d))];
    out.push_back(known(usual) * (day.feast ? known(factors.feast) : day.holiday ? known(factors.holiday) : 1));
  }
  return out;
}

Estimate daily_variation(const Observed& observed) {
  std::vector<double> events;
  for (const Day& day : observed.days) {
    if (ordinary(day)) events.push_back(day.events);
  }
  constexpr std::size_t kLeastDays = 7, kBlock = 5;
  if (events.size() < kLeastDays) return no_estimate();
  const std::size_t n = events.size();
  return resample(n, [&](const Draw* draw) {
    double sum = 0, squares = 0;
    std::size_t start = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (draw != nullptr && i % kBlock == 0) start = draw->below(n, i / kBlock);
      const double x = draw == nullptr ? events[i] : events[(start + i % kBlock) % n];
      sum += x;
      squares += x * x;
    }
    const auto count = static_cast<double>(n);
    const double mean = sum / count;
    return std::sqrt(std::max(0.0, (squares - count * mean * mean) / (count - 1))) / mean;
  });
}

Estimate dispersion(const Observed& observed) {
  const std::vector<double> means = profile(observed);
  double level = 0;
  for (const double m : means) level += m;
  std::vector<double> by_day;
  for (const Day& day : observed.days) {
    if (!ordinary(day)) continue;
    double sum = 0, used = 0;
    for (std::size_t b = 0; b < Day::kBins; ++b) {
      const double expected = means[b] * day.events / level;
      if (expected <= 0) continue;
      const double off = day.bins[b] - expected;
      sum += off * off / expected;
      used += 1;
    }
    by_day.push_back(sum / std::max(1.0, used - 1));
  }
  constexpr std::size_t kLeastDays = 3;
  const std::size_t n = by_day.size();
  if (n < kLeastDays) return no_estimate();
  // The profile is made of the same days: it takes one of n degrees of freedom in each of its minutes.
  const double freedom = static_cast<double>(n) / (static_cast<double>(n) - 1);
  return resample(n, [&](const Draw* draw) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += by_day[draw == nullptr ? i : draw->below(n, i)];
    return freedom * sum / static_cast<double>(n);
  });
}

}  // namespace dwell::validate
