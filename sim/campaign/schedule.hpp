#pragma once
// How many requests of a phase are due by when: whole numbers without drift.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/campaign/spec.hpp"
#include "sim/core/time.hpp"

namespace dwell::campaign {

/// How a platform's traffic goes over the hours of a day and from day to day, from the run's first day.
struct Rhythm {
  std::array<double, 24> hour{};  ///< any positive sum
  std::span<const double> day;    ///< days past its end have level 1; only used while the schedule is built
};

/// Requests are planned in slots of ten minutes of the clock, so that no slot reaches from one hour into the next: the
/// end of the slot that holds `at`.
constexpr Time slot_end(Time at) {
  constexpr std::int64_t kSlot = Duration::minutes(10).us;
  return {(at.us / kSlot + 1) * kSlot};
}

/// The rate over the life of a phase:
///   rate(t) = (l + (1 - l) · h(x)) · level of t's day · level of t's hour,   h(x) = (4 x (1 - x))^m, x = share of the
///   phase that has passed, l chosen from `least_to_mean`,
/// with the exponent m >= 0 found by bisection so that the calendar day with most requests has `peak_to_mean` times the
/// mean day (total / length). m = 0 when the rhythm alone has a higher peak; a phase shorter than two days is flat (m =
/// 0). The levels of days apply to Pace::rhythm only; Pace::constant has no levels, Pace::business_hours works 9 to 18.
class Schedule {
 public:
  /// `total` requests from `begin` to `end` > begin.
  Schedule(Time begin, Time end, std::uint64_t total, Pace pace, double peak_to_mean, double least_to_mean,
           const Rhythm& rhythm);

  /// Requests due before `at`: 0 up to begin, `total` from end on, never decreasing. O(1).
  [[nodiscard]] std::uint64_t due(Time at) const;
  [[nodiscard]] Time begin() const { return begin_; }
  [[nodiscard]] Time end() const { return end_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// The exponent found.
  [[nodiscard]] double exponent() const { return exponent_; }

 private:
  [[nodiscard]] double peak_day_share(std::span<const double> hours) const;
  [[nodiscard]] std::vector<double> weights(double exponent, double least, std::span<const double> level) const;

  Time begin_, end_;
  std::uint64_t total_;
  double exponent_ = 0;
  std::vector<double> share_;  // of the total due by the end of each hour of the run that the phase touches
};

}  // namespace dwell::campaign
