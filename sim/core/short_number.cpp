#include "sim/core/short_number.hpp"

#include <array>

#include <fmt/format.h>

namespace dwell {

std::string three_digits(double value) {
  if (value >= 99.5) return fmt::format("{:.0f}", value);
  std::string text = value >= 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string with_prefix(double value, std::string_view unit) {
  if (!(value > 0)) return fmt::format("0{}{}", unit.empty() ? "" : " ", unit);
  constexpr std::array<std::string_view, 5> prefixes = {"", "k", "M", "G", "T"};
  std::size_t step = 0;
  while (value >= 999.5 && step + 1 < prefixes.size()) {
    value /= 1000;
    ++step;
  }
  const std::string suffix = std::string(prefixes[step]) + std::string(unit);
  const std::string number = step == 0 ? fmt::format("{:.0f}", value) : three_digits(value);
  return suffix.empty() ? number : fmt::format("{} {}", number, suffix);
}

}  // namespace dwell
