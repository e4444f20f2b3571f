// The short texts of a scenario: scales, durations and dates, read and written exactly, without floating point.

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>

#include "sim/world/scenario.hpp"
#include "sim/world/scenario_document.hpp"

namespace dwell::world {
namespace {

__extension__ using Wide = unsigned __int128;

struct Unit {
  std::string_view name;
  std::int64_t us;
};
constexpr std::array<Unit, 6> kUnits = {
    {{"d", 86'400'000'000}, {"h", 3'600'000'000}, {"min", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}}};
constexpr std::string_view kDurationAccepted = "a number and a unit of us, ms, s, min, h, d, such as \"36 h\"";
constexpr std::string_view kScaleAccepted = "a share above 0 and at most 1, such as \"1/1000\", \"0.01\" or \"1\"";
constexpr std::string_view kDateAccepted = "a calendar day from 1970-01-01 to 2199-12-31, such as \"2025-06-24\"";

Error refusal(std::string_view text, std::string_view accepted) {
  return {"", "", "found " + quoted_text(text), std::string(accepted)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A decimal number as digits over a power of ten; at most 18 digits, so that it fits 64 bits.
struct Decimal {
  std::uint64_t digits = 0;
  std::uint64_t power = 1;
};

std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal number;
  int count = 0;
  const auto take = [&](bool fraction) {
    const std::size_t before = text.size();
    while (!text.empty() && is_digit(text.front())) {
      if (++count > 18) return false;
      number.digits = number.digits * 10 + static_cast<std::uint64_t>(text.front() - '0');
      if (fraction) number.power *= 10;
      text.remove_prefix(1);
    }
    return text.size() < before;
  };
  if (!take(false)) return std::nullopt;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (!take(true)) return std::nullopt;
  }
  return number;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  const std::optional<Decimal> number = take_decimal(text);
  if (!number || number->power != 1 || !text.empty()) return std::nullopt;
  return number->digits;
}

std::optional<Scale> ratio(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto numerator = whole_number(text.substr(0, slash));
    const auto denominator = whole_number(text.substr(slash + 1));
    if (!numerator || !denominator) return std::nullopt;
    return Scale{*numerator, *denominator};
  }
  const std::optional<Decimal> number = take_decimal(text);
  if (!number || !text.empty()) return std::nullopt;
  return Scale{number->digits, number->power};
}

}  // namespace

Result<Scale> parse_scale(std::string_view text) {
  const std::optional<Scale> read = ratio(text);
  if (!read || read->numerator == 0 || read->numerator > read->denominator) return refusal(text, kScaleAccepted);
  const std::uint64_t common = std::gcd(read->numerator, read->denominator);
  return Scale{read->numerator / common, read->denominator / common};
}

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  const std::optional<Decimal> number = take_decimal(rest);
  if (!number) return refusal(text, kDurationAccepted);
  if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  for (const Unit& unit : kUnits) {
    if (rest != unit.name) continue;
    const Wide scaled = static_cast<Wide>(number->digits) * static_cast<std::uint64_t>(unit.us);
    const Wide us = scaled / number->power;
    if (scaled % number->power != 0) return refusal(text, "a whole number of microseconds");
    if (us > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return refusal(text, "a duration of at most 292,000 years");
    }
    return Duration{static_cast<std::int64_t>(us)};
  }
  return refusal(text, kDurationAccepted);
}

Result<Date> parse_date(std::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const auto year = shaped ? whole_number(text.substr(0, 4)) : std::nullopt;
  const auto month = shaped ? whole_number(text.substr(5, 2)) : std::nullopt;
  const auto day = shaped ? whole_number(text.substr(8, 2)) : std::nullopt;
  if (!year || !month || !day) return refusal(text, kDateAccepted);
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970 || *year > 2199) return refusal(text, kDateAccepted);
  return Date{static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count())};
}

std::string to_string(Date date) {
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(date.days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.year()), static_cast<unsigned>(civil.month()),
                     static_cast<unsigned>(civil.day()));
}

std::string to_string(Duration duration) {
  if (duration.us == 0) return "0 s";
  for (const Unit& unit : kUnits) {
    if (duration.us % unit.us == 0) return std::to_string(duration.us / unit.us) + ' ' + std::string(unit.name);
  }
  return std::to_string(duration.us) + " us";
}

}  // namespace dwell::world
