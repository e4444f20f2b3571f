#include "bench/stats/survival.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "sim/core/check.hpp"

namespace dwell::stats {

KaplanMeier::KaplanMeier(std::span<const Observation> observations) {
  DWELL_DEMAND(!observations.empty(), "a survival curve of no observations");
  std::vector<Observation> sorted(observations.begin(), observations.end());
  for (const Observation& o : sorted) {
    DWELL_DEMAND(std::isfinite(o.time_days) && o.time_days >= 0, "a time to detection is finite and not negative");
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Observation& a, const Observation& b) { return a.time_days < b.time_days; });
  double survival = 1;
  double greenwood = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    std::size_t events = 0;
    for (; end < sorted.size() && sorted[end].time_days == sorted[begin].time_days; ++end)
      events += sorted[end].event ? 1 : 0;
    if (events != 0) {
      const std::size_t at_risk = sorted.size() - begin;
      const auto n = static_cast<double>(at_risk);
      const auto d = static_cast<double>(events);
      survival *= (n - d) / n;
      if (events < at_risk) greenwood += d / (n * (n - d));
      steps_.push_back({sorted[begin].time_days, at_risk, events, survival, survival * std::sqrt(greenwood)});
    }
    begin = end;
  }
}

const KaplanMeier::Step* KaplanMeier::last_until(double t) const {
  const auto after = std::upper_bound(steps_.begin(), steps_.end(), t,
                                      [](double time, const Step& step) { return time < step.time_days; });
  return after == steps_.begin() ? nullptr : &*(after - 1);
}

double KaplanMeier::survival(double t) const {
  const Step* step = last_until(t);
  return step == nullptr ? 1 : step->survival;
}

double KaplanMeier::standard_error(double t) const {
  const Step* step = last_until(t);
  return step == nullptr ? 0 : step->standard_error;
}

Interval KaplanMeier::survival_interval(double t, double alpha) const {
  DWELL_DEMAND(alpha > 0 && alpha < 1, "alpha lies in (0, 1)");
  const double s = survival(t);
  if (s <= 0 || s >= 1) return {s, s};
  const double z = boost::math::quantile(boost::math::complement(boost::math::normal(), alpha / 2));
  const double width = z * standard_error(t) / (s * std::abs(std::log(s)));
  return {std::pow(s, std::exp(width)), std::pow(s, std::exp(-width))};
}

std::optional<double> KaplanMeier::median() const {
  constexpr double rounding = 1e-12;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].survival > 0.5 + rounding) continue;
    const bool flat = steps_[i].survival > 0.5 - rounding && i + 1 < steps_.size();
    return flat ? (steps_[i].time_days + steps_[i + 1].time_days) / 2 : steps_[i].time_days;
  }
  return std::nullopt;
}

double KaplanMeier::restricted_mean(double tau) const {
  DWELL_DEMAND(tau >= 0, "a restricted mean's horizon is not negative");
  double area = 0;
  double from = 0;
  double height = 1;
  for (const Step& step : steps_) {
    if (step.time_days >= tau) break;
    area += height * (step.time_days - from);
    from = step.time_days;
    height = step.survival;
  }
  return area + height * (tau - from);
}

double KaplanMeier::restricted_mean_error(double tau, bool small_sample) const {
  DWELL_DEMAND(tau >= 0, "a restricted mean's horizon is not negative");
  double right_edge = tau;
  double area = 0;  // under S from the step at hand to tau
  double variance = 0;
  double events = 0;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const Step& step = steps_[i];
    if (step.time_days > tau) continue;
    area += step.survival * (right_edge - step.time_days);
    right_edge = step.time_days;
    const auto n = static_cast<double>(step.at_risk);
    const auto d = static_cast<double>(step.events);
    events += d;
    if (step.events < step.at_risk) variance += area * area * d / (n * (n - d));
  }
  if (small_sample && events > 1) variance *= events / (events - 1);
  return std::sqrt(variance);
}

}  // namespace dwell::stats
