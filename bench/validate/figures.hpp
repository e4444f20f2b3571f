#pragma once
// Figures that follow from sums over days or over users. What cannot be computed is NaN.

#include <array>
#include <cstddef>

#include "bench/validate/evidence.hpp"

namespace dwell::validate {

enum class DayFigure : std::size_t {
  length_median,
  length_mean,
  length_tail_ratio,  ///< p99 over median
  single_page,
  length_sigma,     ///< SD of ln(length)
  length_exponent,  ///< of the density's tail
  think_median_s,
  think_sigma,
  think_ks,        ///< distance from the fitted lognormal
  think_ks_ratio,  ///< the same over the distance from the fitted exponential
  views,
  carts,
  buys,
  ordering,
  peak_to_mean,
  peak_to_trough,
  peak_hour,
  trough_hour,
  count
};
using DayFigures = std::array<double, static_cast<std::size_t>(DayFigure::count)>;

enum class UserFigure : std::size_t {
  daily_to_monthly,
  weekly_to_monthly,
  p95_to_p50,
  p99_to_p50,
  gini,
  top_tenth,
  login_failure,
  skt,
  kt,
  lgu,
  mvno,
  android,
  count
};
using UserFigures = std::array<double, static_cast<std::size_t>(UserFigure::count)>;

DayFigures day_figures(const DayEvidence& sums);
UserFigures user_figures(const UserEvidence& sums);

/// Exponent of the density of the lengths from `least` on: slope of log density over log length, least squares over
/// bins that grow by a quarter, as far as a bin holds ten sessions (the last bin of kLengths is left out). It is a
/// description of the shape: a lognormal is no power law, and what is fitted depends on how far the data reach.
double tail_exponent(const std::array<double, kLengths>& lengths, std::size_t least);

/// The ranks that rank_exponent looks at, the least count among them, and the fewest counts it takes.
inline constexpr double kFirstRank = 10, kLastRank = 10'000, kLeastRankCount = 10;
inline constexpr std::size_t kLeastRanked = 100;

/// Exponent s of count ~ rank^-s, by least squares on log counts of ranks 10 … 10,000, at ranks spaced evenly by
/// logarithm (the head, where Zipf–Mandelbrot is flat, and ranks counted fewer than ten times are left out). NaN below
/// 100 items. `counts` are descending; `share` of all items are in it.
double rank_exponent(const std::vector<double>& counts, double share);

}  // namespace dwell::validate
