#pragma once
// How many tickets the orders of a platform lead to, and when.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/background/params.hpp"
#include "sim/background/surroundings.hpp"

namespace dwell::background {

/// Expected tickets of hour h: tickets_per_order · hour(h) · mean over a delay D of orders(h - D), where orders are
/// averaged over the 24 hours around (customers write in their waking hours, whenever they ordered), hour is the
/// platform's rhythm with mean 1, and ln D is normal. Orders before the run are like those of its first day.
class TicketRates {
 public:
  TicketRates() = default;
  /// O(hours of the run · 256).
  TicketRates(const SupportParams& params, const Surroundings& around);

  [[nodiscard]] double per_hour(std::int64_t hour) const {
    return rate_.empty() ? 0 : rate_[index(hour, rate_.size())];
  }
  /// Expected tickets of a day of the run; of the last one for later days.
  [[nodiscard]] double of_day(std::int64_t day) const { return day_.empty() ? 0 : day_[index(day, day_.size())]; }
  [[nodiscard]] double busiest_day() const;
  /// Tickets of the median day: what the desk is staffed for.
  [[nodiscard]] double per_day() const { return per_day_; }

 private:
  static std::size_t index(std::int64_t at, std::size_t size) {
    return at < 0 ? 0 : std::min(static_cast<std::size_t>(at), size - 1);
  }
  std::vector<double> rate_;  // by hour
  std::vector<double> day_;   // by day
  double per_day_ = 0;
};

}  // namespace dwell::background
