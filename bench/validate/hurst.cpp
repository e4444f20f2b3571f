#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "bench/validate/series.hpp"

namespace dwell::validate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kScaleStep = 1.4;
constexpr std::size_t kLeastDays = 7;

struct Line {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  void add(double x, double y) {
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  [[nodiscard]] double slope() const {
    const double spread = n * sxx - sx * sx;
    return n >= 3 && spread > 0 ? (n * sxy - sx * sy) / spread : kNone;
  }
};

std::size_t next_scale(std::size_t m) {
  return std::max(m + 1, static_cast<std::size_t>(kScaleStep * static_cast<double>(m)));
}

double mean_of(std::span<const double> z) {
  return std::accumulate(z.begin(), z.end(), 0.0) / static_cast<double>(z.size());
}

/// Range of the sums of deviations over their SD; 0 when all are equal.
double range_over_deviation(std::span<const double> z) {
  const double mean = mean_of(z);
  double sum = 0, most = 0, least = 0, squares = 0;
  for (const double value : z) {
    sum += value - mean;
    most = std::max(most, sum);
    least = std::min(least, sum);
    squares += (value - mean) * (value - mean);
  }
  return squares > 0 ? (most - least) / std::sqrt(squares / static_cast<double>(z.size())) : 0;
}

double rescaled_range(std::span<const double> z) {
  constexpr std::size_t kLeast = 12;  // an hour
  Line line;
  for (std::size_t m = kLeast; m <= z.size() / 4; m = next_scale(m)) {
    double sum = 0, used = 0;
    for (std::size_t i = 0; i + m <= z.size(); i += m) {
      const double value = range_over_deviation(z.subspan(i, m));
      sum += value;
      used += value > 0 ? 1 : 0;
    }
    if (used > 0) line.add(std::log(static_cast<double>(m)), std::log(sum / used));
  }
  return line.slope();
}

double variance_time(std::span<const double> z) {
  Line line;
  for (std::size_t m = 1; m <= z.size() / 10; m = next_scale(m)) {
    std::vector<double> means;
    for (std::size_t i = 0; i + m <= z.size(); i += m) means.push_back(mean_of(z.subspan(i, m)));
    const double mean = mean_of(means);
    double squares = 0;
    for (const double value : means) squares += (value - mean) * (value - mean);
    if (squares > 0)
      line.add(std::log(static_cast<double>(m)), std::log(squares / static_cast<double>(means.size() - 1)));
  }
  return 1 + line.slope() / 2;
}

/// Mean square distance of the walk from its straight line.
double fluctuation(std::span<const double> walk) {
  Line line;
  double syy = 0;
  for (std::size_t j = 0; j < walk.size(); ++j) {
    line.add(static_cast<double>(j), walk[j]);
    syy += walk[j] * walk[j];
  }
  const double slope = line.slope();
  const double offset = (line.sy - slope * line.sx) / line.n;
  return std::max(0.0, syy - offset * line.sy - slope * line.sxy) / line.n;
}

double fluctuations(std::span<const double> z) {
  const double mean = mean_of(z);
  std::vector<double> walk;
  for (double sum = 0; const double value : z) walk.push_back(sum += value - mean);
  Line line;
  for (std::size_t m = 4; m <= z.size() / 4; m = next_scale(m)) {
    double sum = 0, used = 0;
    for (std::size_t i = 0; i + m <= z.size(); i += m, used += 1)
      sum += fluctuation(std::span<const double>(walk).subspan(i, m));
    if (sum > 0) line.add(std::log(static_cast<double>(m)), std::log(sum / used) / 2);
  }
  return line.slope();
}

/// Five-minute counts over their profile and their day's calendar, on the longest run of ordinary whole days.
std::vector<double> detrended(const Observed& seen) {
  std::size_t best = 0, best_length = 0, length = 0;
  std::vector<double> profile(Day::kBins);
  double days = 0;
  const std::vector<double> calendar = calendar_by_day(seen, calendar_factors(seen));
  for (std::size_t d = 0; d < seen.days.size(); ++d) {
    const Day& day = seen.days[d];
    const bool good = day.whole && !day.promotion && day.events > 0;
    length = good ? length + 1 : 0;
    if (length > best_length) {
      best_length = length;
      best = d + 1 - length;
    }
    if (!good) continue;
    days += 1;
    for (std::size_t b = 0; b < Day::kBins; ++b) profile[b] += day.bins[b] / calendar[d];
  }
  std::vector<double> z;
  if (best_length < kLeastDays) return z;
  for (std::size_t d = best; d < best + best_length; ++d) {
    for (std::size_t b = 0; b < Day::kBins; ++b)
      z.push_back(profile[b] > 0 ? seen.days[d].bins[b] / calendar[d] * days / profile[b] : 1);
  }
  return z;
}

}  // namespace

Hurst hurst(const Observed& observed) {
  const std::vector<double> z = detrended(observed);
  if (z.empty()) return {no_estimate(), kNone, kNone};
  constexpr std::size_t kParts = 4;
  constexpr double kQuantile = 3.182;  // of Student's t with three degrees of freedom
  const std::size_t part = z.size() / kParts;
  std::vector<double> parts;
  for (std::size_t q = 0; q < kParts; ++q)
    parts.push_back(rescaled_range(std::span<const double>(z).subspan(q * part, part)));
  const double mean = mean_of(parts);
  double squares = 0;
  for (const double value : parts) squares += (value - mean) * (value - mean);
  const double error = std::sqrt(squares / (kParts - 1) / kParts);
  const double value = rescaled_range(z);
  const double low = std::clamp(value - kQuantile * error, 0.0, 1.0);
  const double high = std::clamp(value + kQuantile * error, 0.0, 1.0);
  return {{value, std::min(low, value), std::max(high, value)}, variance_time(z), fluctuations(z)};
}

}  // namespace dwell::validate
