#include "bench/validate/figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace dwell::validate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kTailFrom = 8;

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNone; }

double total(std::span<const double> counts) {
  double sum = 0;
  for (const double n : counts) sum += n;
  return sum;
}

/// The bin in which the share p of all is reached; the last one for p = 1.
std::size_t quantile_bin(std::span<const double> counts, double p) {
  const double wanted = p * total(counts);
  double sum = 0;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    sum += counts[bin];
    if (sum >= wanted && counts[bin] > 0) return bin;
  }
  return counts.size() - 1;
}

/// Pages of a session below which the share p of sessions lies; beyond the exact bins to 1.1 %.
double length_quantile(const DayEvidence& s, double p) {
  const std::size_t bin = quantile_bin(s.lengths, p);
  if (bin + 1 < kLengths) return static_cast<double>(bin);
  const double shorter = total(s.lengths) - s.lengths.back(), longer = total(s.long_lengths);
  if (longer <= 0) return static_cast<double>(bin);
  const double within = (p * total(s.lengths) - shorter) / longer;
  return count_of_bin(quantile_bin(s.long_lengths, within));
}

double sigma(double n, double sum, double squares) {
  return n > 1 ? std::sqrt(std::max(0.0, squares - sum * sum / n) / (n - 1)) : kNone;
}

/// Greatest distances of the gaps' distribution from the fitted lognormal and exponential, at the edges of the bins.
struct Distances {
  double lognormal = kNone, exponential = kNone;
};
Distances distances(const DayEvidence& s, double deviation) {
  if (s.gaps < 2 || !(deviation > 0)) return {};
  const double mu = s.log_gap_sum / s.gaps, mean_s = s.gap_sum_s / s.gaps;
  Distances out{0, 0};
  double below = 0;
  for (std::size_t bin = 0; bin < kGapBins; ++bin) {
    below += s.log_gaps[bin];
    const double edge = kGapLeast + kGapStep * static_cast<double>(bin + 1);
    const double seen = below / s.gaps;
    const double lognormal = 0.5 * std::erfc(-(edge - mu) / (deviation * std::sqrt(2.0)));
    const double exponential = -std::expm1(-std::exp(edge) / mean_s);
    out.lognormal = std::max(out.lognormal, std::abs(seen - lognormal));
    out.exponential = std::max(out.exponential, std::abs(seen - exponential));
  }
  return out;
}

double median_gap_s(const DayEvidence& s) {
  if (s.gaps < 1) return kNone;
  const std::size_t bin = quantile_bin(s.log_gaps, 0.5);
  double below = 0;
  for (std::size_t b = 0; b < bin; ++b) below += s.log_gaps[b];
  const double within = (0.5 * total(s.log_gaps) - below) / s.log_gaps[bin];
  return std::exp(kGapLeast + kGapStep * (static_cast<double>(bin) + within));
}

struct Inequality {
  double gini = kNone, top_tenth = kNone;
};
/// Of repeat orders (beyond a buyer's first) over buyers.
Inequality inequality(std::span<const double> buyers_by_orders) {
  const double buyers = total(buyers_by_orders);
  double repeats = 0;
  for (std::size_t k = 2; k < buyers_by_orders.size(); ++k) repeats += buyers_by_orders[k] * static_cast<double>(k - 1);
  if (buyers < 10 || repeats <= 0) return {};
  // Area under the Lorenz curve by trapezoids, and its height at nine tenths of the buyers.
  double area = 0, people = 0, sum = 0, lower = 0;
  for (std::size_t k = 1; k < buyers_by_orders.size(); ++k) {
    const double n = buyers_by_orders[k];
    const double added = n * static_cast<double>(k - 1);
    area += n / buyers * (sum + added / 2) / repeats;
    const double into = std::clamp(0.9 * buyers - people, 0.0, n);
    lower += into * static_cast<double>(k - 1);
    people += n;
    sum += added;
  }
  return {1 - 2 * area, 1 - lower / repeats};
}

template <class Figures, class Index>
void set(Figures& figures, Index index, double value) {
  figures[static_cast<std::size_t>(index)] = value;
}

void set_hours(const DayEvidence& s, DayFigures& out) {
  const auto most = std::max_element(s.hours.begin(), s.hours.end());
  const auto least = std::min_element(s.hours.begin(), s.hours.end());
  const double mean = total(s.hours) / 24;
  set(out, DayFigure::peak_to_mean, ratio(*most, mean));
  set(out, DayFigure::peak_to_trough, ratio(*most, *least));
  set(out, DayFigure::peak_hour, mean > 0 ? static_cast<double>(most - s.hours.begin()) : kNone);
  set(out, DayFigure::trough_hour, mean > 0 ? static_cast<double>(least - s.hours.begin()) : kNone);
}

}  // namespace

double tail_exponent(const std::array<double, kLengths>& lengths, std::size_t least) {
  constexpr double kGrowth = 1.25, kLeastSessions = 10;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t from = least; from + 1 < kLengths;) {
    const std::size_t to =
        std::min(kLengths - 1, std::max(from + 1, static_cast<std::size_t>(kGrowth * static_cast<double>(from))));
    double sessions = 0;
    for (std::size_t k = from; k < to; ++k) sessions += lengths[k];
    if (sessions < kLeastSessions) break;
    const double x = std::log(std::sqrt(static_cast<double>(from) * static_cast<double>(to - 1)));
    const double y = std::log(sessions / static_cast<double>(to - from));
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    from = to;
  }
  const double spread = n * sxx - sx * sx;
  return n >= 4 && spread > 0 ? -(n * sxy - sx * sy) / spread : kNone;
}

double rank_exponent(const std::vector<double>& counts, double share) {
  constexpr double kStep = 1.1;
  if (counts.size() < kLeastRanked) return kNone;
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (double rank = kFirstRank; rank <= kLastRank; rank *= kStep) {
    const auto index = static_cast<std::size_t>(rank * share);
    if (index >= counts.size() || counts[index] < kLeastRankCount) break;
    const double x = std::log(static_cast<double>(index + 1) / share), y = std::log(counts[index]);
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const double spread = n * sxx - sx * sx;
  return n >= 5 && spread > 0 ? -(n * sxy - sx * sy) / spread : kNone;
}

DayFigures day_figures(const DayEvidence& s) {
  DayFigures out;
  out.fill(kNone);
  if (s.sessions > 0) {
    const double median = length_quantile(s, 0.5);
    set(out, DayFigure::length_median, median);
    set(out, DayFigure::length_mean, s.pages / s.sessions);
    set(out, DayFigure::length_tail_ratio, length_quantile(s, 0.99) / median);
    set(out, DayFigure::single_page, s.lengths[1] / s.sessions);
    set(out, DayFigure::length_sigma, sigma(s.sessions, s.log_length_sum, s.log_length_squares));
    set(out, DayFigure::length_exponent, tail_exponent(s.lengths, kTailFrom));
    set(out, DayFigure::ordering, s.ordering / s.sessions);
  }
  const double deviation = sigma(s.gaps, s.log_gap_sum, s.log_gap_squares);
  const Distances far = distances(s, deviation);
  set(out, DayFigure::think_median_s, median_gap_s(s));
  set(out, DayFigure::think_sigma, deviation);
  set(out, DayFigure::think_ks, far.lognormal);
  set(out, DayFigure::think_ks_ratio, ratio(far.lognormal, far.exponential));
  const double events = total(s.kinds);
  set(out, DayFigure::views, ratio(s.kinds[0], events));
  set(out, DayFigure::carts, ratio(s.kinds[1], events));
  set(out, DayFigure::buys, ratio(s.kinds[2], events));
  set_hours(s, out);
  return out;
}

UserFigures user_figures(const UserEvidence& s) {
  UserFigures out;
  out.fill(kNone);
  set(out, UserFigure::daily_to_monthly, ratio(s.daily, s.monthly));
  set(out, UserFigure::weekly_to_monthly, ratio(s.weekly, s.monthly));
  if (s.monthly > 0) {
    const auto at = [&](double p) { return count_of_bin(quantile_bin(s.event_counts, p)); };
    set(out, UserFigure::p95_to_p50, at(0.95) / at(0.5));
    set(out, UserFigure::p99_to_p50, at(0.99) / at(0.5));
  }
  const Inequality repeats = inequality(s.order_counts);
  set(out, UserFigure::gini, repeats.gini);
  set(out, UserFigure::top_tenth, repeats.top_tenth);
  set(out, UserFigure::login_failure, ratio(s.failures, s.failures + s.logins));
  double carriers = 0;
  for (std::size_t c = 1; c < kCarriers; ++c) carriers += s.carriers[c];
  const auto carrier = [&](Carrier c) { return ratio(s.carriers[static_cast<std::size_t>(c)], carriers); };
  set(out, UserFigure::skt, carrier(Carrier::skt));
  set(out, UserFigure::kt, carrier(Carrier::kt));
  set(out, UserFigure::lgu, carrier(Carrier::lgu));
  set(out, UserFigure::mvno, carrier(Carrier::mvno));
  const double android = s.systems[static_cast<std::size_t>(System::android)];
  set(out, UserFigure::android, ratio(android, android + s.systems[static_cast<std::size_t>(System::ios)]));
  return out;
}

}  // namespace dwell::validate
