#include "sim/campaign/schedule.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::campaign {
namespace {

constexpr std::int64_t kHour = Duration::hours(1).us;
constexpr int kBisections = 40;
constexpr double kMostExponent = 4096;

double level_of_hour(Pace pace, const Rhythm& rhythm, std::int64_t hour) {
  const auto of_day = static_cast<std::size_t>(hour % 24);
  if (pace == Pace::constant) return 1;
  if (pace == Pace::business_hours) return of_day >= 9 && of_day < 18 ? 1 : 0;
  const auto day = static_cast<std::size_t>(hour / 24);
  return rhythm.hour[of_day] * (day < rhythm.day.size() ? rhythm.day[day] : 1);
}

}  // namespace

Schedule::Schedule(Time begin, Time end, std::uint64_t total, Pace pace, double peak_to_mean, double least_to_mean,
                   const Rhythm& rhythm)
    : begin_(begin), end_(end), total_(total) {
  DWELL_DEMAND(begin.us >= 0 && begin < end, "a phase must end after it begins");
  const std::int64_t first = begin.hour();
  const std::int64_t last = (end.us - 1) / kHour;
  std::vector<double> level;
  for (std::int64_t hour = first; hour <= last; ++hour) {
    const std::int64_t from = std::max(begin.us, hour * kHour);
    const std::int64_t to = std::min(end.us, (hour + 1) * kHour);
    level.push_back(level_of_hour(pace, rhythm, hour) * static_cast<double>(to - from));
  }
  if (std::all_of(level.begin(), level.end(), [](double l) { return l <= 0; }))
    std::fill(level.begin(), level.end(), 1);
  const double least = std::clamp(least_to_mean, 0.0, 1.0);
  const double days = (end - begin).as_days();
  double low = 0;
  double high = kMostExponent;
  if (days >= 2 && least < 1) {
    for (int i = 0; i < kBisections; ++i) {
      // Geometric above 1, where the peak grows slowly with the exponent.
      const double middle = high > 1 && low >= 1 ? det_sqrt(low * high) : (low + std::min(high, 2 + 2 * low)) / 2;
      (peak_day_share(weights(middle, least, level)) * days < peak_to_mean ? low : high) = middle;
    }
    exponent_ = low;
  }
  share_ = weights(exponent_, least, level);
  double sum = 0;
  for (double& share : share_) share = sum += share;
  for (double& share : share_) share /= sum;
}

// The constant part gets `least` of the requests and the hump the rest, both measured after the levels.
std::vector<double> Schedule::weights(double exponent, double least, std::span<const double> level) const {
  const std::int64_t first = begin_.hour();
  const auto length = static_cast<double>((end_ - begin_).us);
  std::vector<double> hump(level.size());
  double hump_sum = 0;
  double level_sum = 0;
  for (std::size_t i = 0; i < level.size(); ++i) {
    const std::int64_t middle =
        std::clamp((first + static_cast<std::int64_t>(i)) * kHour + kHour / 2, begin_.us, end_.us);
    const double x = static_cast<double>(middle - begin_.us) / length;
    const double base = std::max(4 * x * (1 - x), 1e-9);
    hump[i] = level[i] * (exponent == 0 ? 1 : det_exp(exponent * det_log(base)));
    hump_sum += hump[i];
    level_sum += level[i];
  }
  for (std::size_t i = 0; i < level.size(); ++i) {
    hump[i] = least * level[i] / level_sum + (1 - least) * (hump_sum > 0 ? hump[i] / hump_sum : level[i] / level_sum);
  }
  return hump;
}

double Schedule::peak_day_share(std::span<const double> hours) const {
  double peak = 0;
  double day_sum = 0;
  double total = 0;
  std::int64_t hour = begin_.hour();
  for (const double share : hours) {
    if (hour % 24 == 0) day_sum = 0;
    day_sum += share;
    total += share;
    peak = std::max(peak, day_sum);
    ++hour;
  }
  return peak / total;
}

std::uint64_t Schedule::due(Time at) const {
  if (at <= begin_) return 0;
  if (at >= end_) return total_;
  const auto i = static_cast<std::size_t>(at.hour() - begin_.hour());
  const double before = i == 0 ? 0 : share_[i - 1];
  const std::int64_t from = std::max(begin_.us, at.hour() * kHour);
  const std::int64_t to = std::min(end_.us, (at.hour() + 1) * kHour);
  const double part = static_cast<double>(at.us - from) / static_cast<double>(to - from);
  const double share = before + (share_[i] - before) * part;
  return std::min(total_, static_cast<std::uint64_t>(share * static_cast<double>(total_) + 0.5));
}

}  // namespace dwell::campaign
