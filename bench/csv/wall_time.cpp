#include "bench/csv/wall_time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include "sim/core/time.hpp"

namespace dwell::csv {
namespace {

constexpr const char* kAccepted = "seconds, ms, us or ns since 1970, or 2025-10-01T12:00:00, with or without a zone";
constexpr int kFirstYear = 1990, kLastYear = 2100;
constexpr std::int64_t kSecondUs = Duration::seconds(1).us, kMinuteUs = Duration::minutes(1).us;
constexpr std::int64_t kHourUs = Duration::hours(1).us, kDayUs = Duration::days(1).us;

Error bad(std::string_view text) { return {"", "", fmt::format("found the time \"{}\"", text), kAccepted}; }

std::string years_accepted() { return fmt::format("{}; of the years {} to {}", kAccepted, kFirstYear, kLastYear); }

bool digit(char c) { return c >= '0' && c <= '9'; }

/// `count` digits at the front of `text`, which is shortened by them.
bool take_number(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!digit(text[i])) return false;
    out = 10 * out + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}
bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".123456789" as microseconds; digits beyond are cut.
bool take_fraction(std::string_view& text, std::int64_t& us) {
  us = 0;
  if (!take(text, '.') && !take(text, ',')) return true;
  if (text.empty() || !digit(text.front())) return false;
  std::int64_t unit = kSecondUs / 10;
  while (!text.empty() && digit(text.front())) {
    us += unit * (text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Hours, minutes, seconds, from "12:34" on.
bool take_clock(std::string_view& rest, std::int64_t& us) {
  int hour = 0, minute = 0, second = 0;
  std::int64_t fraction_us = 0;
  if (!take_number(rest, 2, hour) || !take(rest, ':') || !take_number(rest, 2, minute)) return false;
  if (take(rest, ':') && (!take_number(rest, 2, second) || !take_fraction(rest, fraction_us))) return false;
  us = hour * kHourUs + minute * kMinuteUs + second * kSecondUs + fraction_us;
  const bool end_of_day = hour == 24 && us == kDayUs;
  return end_of_day || (hour <= 23 && minute <= 59 && second <= 60);
}

}  // namespace

Result<std::int64_t> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") return std::int64_t{0};
  std::string_view rest = text;
  int hours = 0, minutes = 0;
  const bool east = take(rest, '+');
  bool good = (east || take(rest, '-')) && take_number(rest, 2, hours);
  if (good && !rest.empty()) {
    take(rest, ':');
    good = take_number(rest, 2, minutes);
  }
  if (!good || !rest.empty() || hours > 14 || minutes > 59)
    return Error{"", "", fmt::format("found the zone \"{}\"", text), "such as +09:00 or Z"};
  return (east ? 1 : -1) * (hours * kHourUs + minutes * kMinuteUs);
}

std::string WallClock::name_of(const Form& form) {
  using Kind = Form::Kind;
  switch (form.kind) {
    case Kind::seconds:
      return "seconds since 1970";
    case Kind::milliseconds:
      return "milliseconds since 1970";
    case Kind::microseconds:
      return "microseconds since 1970";
    case Kind::nanoseconds:
      return "nanoseconds since 1970";
    case Kind::local:
      return "a date and time without a zone";
    case Kind::zoned:
      break;
  }
  if (form.offset_us == 0) return "a date and time in the zone UTC";
  const std::int64_t minutes = std::abs(form.offset_us) / kMinuteUs;
  return fmt::format("a date and time in the zone {}{:02}:{:02}", form.offset_us < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

Status WallClock::agree(const Form& form, std::string_view text) {
  if (!first_) first_ = form;
  if (*first_ == form) return success();
  return Error{"", "", fmt::format("found the time \"{}\", {}", text, name_of(form)),
               fmt::format("{}, as in the first row: one unit and one zone throughout", name_of(*first_))};
}

Result<std::int64_t> WallClock::read_number(std::string_view text) {
  struct Unit {
    double most;
    std::int64_t multiply, divide;
    Form::Kind kind;
  };
  using Kind = Form::Kind;
  // The years 1990 to 2100 in one unit do not meet those in another.
  constexpr std::array<Unit, 4> kUnits = {{{1e11, kSecondUs, 1, Kind::seconds},
                                           {1e14, 1000, 1, Kind::milliseconds},
                                           {1e17, 1, 1, Kind::microseconds},
                                           {9.2e18, 1, 1000, Kind::nanoseconds}}};
  std::int64_t whole = 0, fraction_us = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, whole);
  std::string_view rest(stopped, static_cast<std::size_t>(end - stopped));
  if (problem != std::errc{} || !take_fraction(rest, fraction_us) || !rest.empty() || whole < 0) return bad(text);
  for (const Unit& unit : kUnits) {
    if (static_cast<double>(whole) >= unit.most) continue;
    if (const Status same = agree({unit.kind, 0}, text); !same) return same.error();
    const std::int64_t us = whole * unit.multiply / unit.divide + (unit.multiply == kSecondUs ? fraction_us : 0);
    const double year = 1970 + static_cast<double>(us) / (365.2425 * static_cast<double>(kDayUs));
    if (year < kFirstYear || year > kLastYear)
      return Error{"", "", fmt::format("found the time \"{}\", in the year {:.0f}", text, year), years_accepted()};
    moved_ = true;
    return us + zone_us_;
  }
  return bad(text);
}

Result<std::int64_t> WallClock::read_date(std::string_view text) {
  namespace chrono = std::chrono;
  std::string_view rest = text;
  int year = 0, month = 0, day = 0;
  if (!take_number(rest, 4, year) || !(take(rest, '-') || take(rest, '/')) || !take_number(rest, 2, month) ||
      !(take(rest, '-') || take(rest, '/')) || !take_number(rest, 2, day))
    return bad(text);
  const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                    chrono::day{static_cast<unsigned>(day)}};
  std::int64_t within_us = 0;
  if (!date.ok() || !(take(rest, 'T') || take(rest, ' ')) || !take_clock(rest, within_us)) return bad(text);
  if (year < kFirstYear || year > kLastYear)
    return Error{"", "", fmt::format("found the time \"{}\", in the year {}", text, year), years_accepted()};
  rest = trim(rest);
  const std::int64_t local_us = chrono::sys_days{date}.time_since_epoch().count() * kDayUs + within_us;
  if (rest.empty()) {
    if (const Status same = agree({Form::Kind::local, 0}, text); !same) return same.error();
    return local_us;
  }
  const Result<std::int64_t> zone = parse_zone(rest);
  if (!zone) return bad(text);
  const bool utc = zone.value() == 0;
  if (const Status same = agree({Form::Kind::zoned, zone.value()}, text); !same) return same.error();
  moved_ = utc;
  return utc ? local_us + zone_us_ : local_us;
}

Result<std::int64_t> WallClock::read(std::string_view text) {
  const std::string_view bare = trim(text);
  const bool date = bare.size() > 4 && (bare[4] == '-' || bare[4] == '/');
  return date ? read_date(bare) : read_number(bare);
}

}  // namespace dwell::csv
