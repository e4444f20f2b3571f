#pragma once
// When people come: hours, weekdays, holidays, promotions, surges, outages, and the platform's own wandering rate.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/commerce/params.hpp"
#include "sim/commerce/rate_factor.hpp"
#include "sim/core/fields.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/tables.hpp"

namespace dwell::commerce {

inline constexpr std::int64_t kMinutesPerHour = 60;
inline constexpr std::int64_t kMinutesPerDay = 1440;

/// 0 Monday … 6 Sunday.
std::uint32_t weekday(Date date);

/// The day's factors without hours, outages and the wandering rate; 1 on an ordinary day, on average over a week.
double visit_factor(const CalendarParams& params, Date date);
double order_factor(const CalendarParams& params, Date date);

/// Whether a date lies in three or more days on end that are public holidays or weekends: when people travel.
bool in_long_break(const CalendarParams& params, Date date);

/// All of a run's minutes, realised: 4 bytes a minute. Rates are relative: 1 is the mean over an ordinary week.
class Calendar {
 public:
  Calendar(const CalendarParams& params, const FactorCvs& factor_cv, Date first_day, std::int64_t days, Seed seed);

  [[nodiscard]] std::int64_t days() const { return static_cast<std::int64_t>(visits_.size()); }
  /// Rate of session starts in minute `minute` of the run; minutes outside the run take the nearest day's.
  [[nodiscard]] double rate(std::int64_t minute) const {
    if (minute < 0) minute = minute % kMinutesPerDay + kMinutesPerDay;
    const auto all = static_cast<std::int64_t>(rate_.size());
    if (minute >= all) minute = all - kMinutesPerDay + minute % kMinutesPerDay;
    return static_cast<double>(rate_[static_cast<std::size_t>(minute)]);
  }
  /// The same for the minutes of the run, in order.
  [[nodiscard]] std::span<const float> rates() const { return rate_; }
  /// Mean rate of a day: the factor on everybody's sessions.
  [[nodiscard]] double visits(std::int64_t day) const { return visits_[index(day)]; }
  /// By which the wandering rate alone raises a day: its mean, minutes weighted as their hours.
  [[nodiscard]] double level(std::int64_t day) const { return levels_[index(day)]; }
  /// Factor on the chance to buy.
  [[nodiscard]] double orders(std::int64_t day) const { return orders_[index(day)]; }
  /// Draws an hour of the day, in proportion to its rate.
  [[nodiscard]] const AliasTable& hours(std::int64_t day) const { return hours_[index(day)]; }

 private:
  [[nodiscard]] std::size_t index(std::int64_t day) const {
    const auto last = static_cast<std::int64_t>(visits_.size()) - 1;
    return static_cast<std::size_t>(day < 0 ? 0 : day > last ? last : day);
  }
  void apply_outages(const CalendarParams& params, Date first_day);

  std::vector<float> rate_;        // by minute
  std::vector<double> visits_;     // by day
  std::vector<double> levels_;     // by day
  std::vector<double> orders_;     // by day
  std::vector<AliasTable> hours_;  // by day
};

}  // namespace dwell::commerce
