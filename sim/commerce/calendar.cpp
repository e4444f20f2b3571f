#include "sim/commerce/calendar.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "sim/core/check.hpp"

namespace dwell::commerce {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

constexpr std::int32_t kLongBreakDays = 3;

bool is_free(const CalendarParams& params, Date date) {
  constexpr std::uint32_t kSaturday = 5;
  return weekday(date) >= kSaturday ||
         std::find(params.holidays.begin(), params.holidays.end(), date) != params.holidays.end();
}

bool within(const DatedFactor& factor, Date date) { return factor.first <= date && date <= factor.last; }

}  // namespace

std::uint32_t weekday(Date date) {
  // 1970-01-01 was a Thursday.
  const std::int32_t n = (date.days + 3) % 7;
  return static_cast<std::uint32_t>(n < 0 ? n + 7 : n);
}

bool in_long_break(const CalendarParams& params, Date date) {
  if (!is_free(params, date)) return false;
  std::int32_t run = 1;
  for (Date d{date.days - 1}; run < kLongBreakDays && is_free(params, d); --d.days) ++run;
  for (Date d{date.days + 1}; run < kLongBreakDays && is_free(params, d); ++d.days) ++run;
  return run >= kLongBreakDays;
}

double visit_factor(const CalendarParams& params, Date date) {
  double factor = params.weekday_visits[weekday(date)];
  if (std::find(params.holidays.begin(), params.holidays.end(), date) != params.holidays.end())
    factor *= params.holiday_visits;
  for (const auto& promotion : params.promotions) factor *= within(promotion, date) ? promotion.visits : 1;
  for (const auto& surge : params.surges) factor *= within(surge, date) ? surge.visits : 1;
  return factor;
}

double order_factor(const CalendarParams& params, Date date) {
  double factor = params.weekday_orders[weekday(date)];
  for (const auto& promotion : params.promotions) factor *= within(promotion, date) ? promotion.orders : 1;
  for (const auto& surge : params.surges) factor *= within(surge, date) ? surge.orders : 1;
  return factor;
}

Calendar::Calendar(const CalendarParams& params, const FactorCvs& factor_cv, Date first_day, std::int64_t days,
                   Seed seed) {
  DWELL_DEMAND(days >= 1, "a calendar has at least one day");
  rate_ = rate_factors(factor_cv, days * kMinutesPerDay, seed);
  const double hour_mean = std::accumulate(params.hour.begin(), params.hour.end(), 0.0) / 24;
  DWELL_DEMAND(hour_mean > 0, "traffic by hour of day is zero all day");
  const double weekday_mean = std::accumulate(params.weekday_visits.begin(), params.weekday_visits.end(), 0.0) / 7;
  DWELL_DEMAND(weekday_mean > 0, "traffic by weekday is zero all week");
  for (std::int64_t day = 0; day < days; ++day) {
    const Date date{first_day.days + static_cast<std::int32_t>(day)};
    const double factor = visit_factor(params, date) / (hour_mean * weekday_mean);
    double level = 0;
    for (std::int64_t minute = 0; minute < kMinutesPerDay; ++minute) {
      float& rate = rate_[static_cast<std::size_t>(day * kMinutesPerDay + minute)];
      const double hour = params.hour[static_cast<std::size_t>(minute / kMinutesPerHour)];
      level += static_cast<double>(rate) * hour;
      rate = static_cast<float>(static_cast<double>(rate) * factor * hour);
    }
    levels_.push_back(level / (hour_mean * static_cast<double>(kMinutesPerDay)));
    orders_.push_back(order_factor(params, date));
  }
  apply_outages(params, first_day);
  for (std::int64_t day = 0; day < days; ++day) {
    std::array<double, 24> hours{};
    for (std::int64_t minute = 0; minute < kMinutesPerDay; ++minute) {
      hours[static_cast<std::size_t>(minute / kMinutesPerHour)] += rate(day * kMinutesPerDay + minute);
    }
    const double total = std::accumulate(hours.begin(), hours.end(), 0.0);
    visits_.push_back(total / static_cast<double>(kMinutesPerDay));
    // A day on which nothing starts still needs a table; it is never drawn from.
    if (total <= 0) hours.fill(1);
    hours_.emplace_back(hours);
  }
}

void Calendar::apply_outages(const CalendarParams& params, Date first_day) {
  for (const Outage& outage : params.outages) {
    const std::int64_t begin =
        (static_cast<std::int64_t>(outage.day.days) - first_day.days) * kMinutesPerDay + outage.from.us / kMinuteUs;
    const std::int64_t end =
        std::min(begin + (outage.length.us + kMinuteUs - 1) / kMinuteUs, static_cast<std::int64_t>(rate_.size()));
    for (std::int64_t minute = std::max<std::int64_t>(begin, 0); minute < end; ++minute) {
      rate_[static_cast<std::size_t>(minute)] *= static_cast<float>(1 - outage.lost);
    }
  }
}

}  // namespace dwell::commerce
