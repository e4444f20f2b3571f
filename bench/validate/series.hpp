#pragma once
// Figures of the series of days and minutes: calendar factors, over-dispersion, long-range dependence.

#include <array>
#include <span>
#include <vector>

#include "bench/validate/evidence.hpp"

namespace dwell::validate {

/// An estimate with its interval at 95 %; NaN where there is none, of the value or of the interval alone.
struct Estimate {
  double value, low, high;
};
Estimate no_estimate();

/// Factors on the sessions of a day, by generalised least squares on logarithms:
///   ln(sessions(d) / level(d)) = weekday + feast + other holiday + promotion + e(d),   e(d) = rho e(d-1) + noise,
/// rho estimated from the residuals (Prais and Winsten 1954, iterated). Only whole days count; where days are missing
/// the error begins anew. Intervals are those of the regression: with few weeks they are wide where the level is not
/// known (1), because that of a platform wanders.
struct CalendarFactors {
  std::array<Estimate, 7> weekdays;  ///< Monday to Sunday, mean (of logarithms) 1; not there unless all are
  Estimate feast;                    ///< on runs of three or more public holidays, such as Chuseok
  Estimate holiday;                  ///< on other public holidays
  Estimate promotion;
  double rho = 0;
};
CalendarFactors calendar_factors(const Observed& observed);
/// By which the calendar moves each day: weekday times feast or other holiday, promotions left out. Ones where the log
/// is too short for the regression.
std::vector<double> calendar_by_day(const Observed& observed, const CalendarFactors& factors);

/// SD over mean of daily events, promotions left out; interval by circular blocks of five days.
Estimate daily_variation(const Observed& observed);

/// Events of five minutes against the level of their day times the profile of their minutes: variance over mean. 1 for
/// a Poisson process; grows with the number of events where the rate itself wanders. Promotions left out; interval by
/// days.
Estimate dispersion(const Observed& observed);

/// Hurst exponents of events of five minutes over their profile and the calendar's factor of their day (what is left of
/// the day's level stays in), on the longest run of ordinary whole days; NaN below seven days. They agree for
/// self-similar series only.
struct Hurst {
  /// Hurst (1951): slope of ln(R/S) from an hour to a quarter of the run; its interval, within 0 to 1, from
  /// quarters of the run.
  Estimate rescaled_range;
  /// 1 + half the slope of ln(variance of means) over ln(length) (Leland et al. 1994), from five minutes to a tenth of
  /// the run.
  double variance_time;
  double fluctuations;  ///< detrended fluctuation analysis of first order (Peng et al. 1994)
};
Hurst hurst(const Observed& observed);

}  // namespace dwell::validate
