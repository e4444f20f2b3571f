#include "sim/core/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace dwell {
namespace {

/// At most two significant digits below a hundred, no trailing ".0".
std::string two_digits(double value) {
  if (value >= 9.95) return fmt::format("{:.0f}", value);
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

struct TimeInUnit {
  std::string value, unit, word;
};

TimeInUnit in_unit(double days) {
  const double minutes = days * 1440;
  if (!(minutes > 0)) return {"0", "min", "minute"};
  if (minutes < 0.95) return {two_digits(std::max(minutes * 60, 0.1)), "s", "second"};
  if (minutes < 99.5) return {two_digits(minutes), "min", "minute"};
  if (minutes / 60 < 47.5) return {two_digits(minutes / 60), "h", "hour"};
  return {two_digits(days), "d", "day"};
}

}  // namespace

std::string short_time(double days) {
  const TimeInUnit span = in_unit(days);
  return span.value + " " + span.unit;
}

std::string long_time(double days) {
  const TimeInUnit span = in_unit(days);
  return fmt::format("{} {}{}", span.value, span.word, span.value == "1" ? "" : "s");
}

}  // namespace dwell
