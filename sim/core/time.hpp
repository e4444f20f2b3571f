#pragma once
// Simulated time: 64-bit integer microseconds, never floating point.

#include <compare>
#include <cstdint>

namespace dwell {

/// A span of simulated time, in microseconds. May be negative.
struct Duration {
  std::int64_t us = 0;

  static constexpr Duration microseconds(std::int64_t n) { return {n}; }
  static constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
  static constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
  static constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
  static constexpr Duration days(std::int64_t n) { return hours(n * 24); }

  /// For printing and for statistics after a run; never for scheduling.
  [[nodiscard]] constexpr double as_days() const { return static_cast<double>(us) / 86'400e6; }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.us + b.us}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.us - b.us}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.us * n}; }
  friend constexpr Duration operator/(Duration a, std::int64_t n) { return {a.us / n}; }
  friend constexpr std::int64_t operator/(Duration a, Duration b) { return a.us / b.us; }
  friend constexpr Duration operator%(Duration a, Duration b) { return {a.us % b.us}; }
};

/// A moment of a run: microseconds since 00:00 Korean time of the scenario's first day.
struct Time {
  std::int64_t us = 0;

  friend constexpr auto operator<=>(Time, Time) = default;
  friend constexpr Time operator+(Time t, Duration d) { return {t.us + d.us}; }
  friend constexpr Time operator-(Time t, Duration d) { return {t.us - d.us}; }
  friend constexpr Duration operator-(Time a, Time b) { return {a.us - b.us}; }

  /// Days since the first day, and the time of day, both for t >= 0.
  [[nodiscard]] constexpr std::int64_t day() const { return us / Duration::days(1).us; }
  [[nodiscard]] constexpr std::int64_t hour() const { return us / Duration::hours(1).us; }
  [[nodiscard]] constexpr std::int64_t minute() const { return us / Duration::minutes(1).us; }
};

inline constexpr Time kNever{INT64_MAX};

}  // namespace dwell
