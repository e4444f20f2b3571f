#include "bench/stream/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "detectors/api/stream.hpp"
#include "sim/core/digest.hpp"

namespace dwell::stream {
namespace {

// Numbers of the years since 1973 in milliseconds: a factor of a thousand in every time constant.
constexpr double kMostSeconds = 1e11;

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// The whole of `text` as a number.
template <class Number>
std::errc parse(std::string_view text, Number& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{}) return problem;
  return stopped == end ? std::errc{} : std::errc::invalid_argument;
}

/// Whether these are the year, month and day of a date and nothing else, as in 20250131.
bool is_day(std::string_view text) {
  namespace chrono = std::chrono;
  constexpr std::size_t kDigits = 8;
  unsigned number = 0;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != kDigits || !std::all_of(text.begin(), text.end(), digit)) return false;
  if (parse(text, number) != std::errc{} || number < 1900'00'00 || number > 2100'12'31) return false;
  return chrono::year_month_day{chrono::year{static_cast<int>(number / 10'000)}, chrono::month{number / 100 % 100},
                                chrono::day{number % 100}}
      .ok();
}

std::string quoted(std::string_view text) {
  return text.empty() ? "found nothing" : fmt::format("found \"{}\"", text.substr(0, 60));
}

}  // namespace

Error field_error(const csv::CsvFile& file, std::size_t column, const std::string& found, const std::string& accepted) {
  Error error = file.error(found, accepted);
  error.place += fmt::format(", column \"{}\"", file.header()[column]);
  return error;
}

std::string header_names(const csv::CsvFile& file) {
  std::string out;
  for (const std::string& name : file.header()) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Result<std::optional<std::size_t>> find_column(const csv::CsvFile& file, const std::string& flag,
                                               const std::string& named, std::span<const std::string_view> usual) {
  const std::vector<std::string>& header = file.header();
  for (std::size_t c = 0; c < header.size(); ++c) {
    const bool fits = named.empty() ? std::find(usual.begin(), usual.end(), lower(trim(header[c]))) != usual.end()
                                    : header[c] == named;
    if (fits) return std::optional(c);
  }
  if (named.empty()) return std::optional<std::size_t>{};
  return file.error(fmt::format("found no column \"{}\" for --{}", named, flag), header_names(file));
}

Status need_names(const csv::CsvFile& file) {
  double number = 0;
  const auto is_number = [&](const std::string& name) { return parse(trim(name), number) == std::errc{}; };
  if (!std::all_of(file.header().begin(), file.header().end(), is_number)) return success();
  return file.error("found a header of numbers: " + header_names(file), "names of columns above the first row");
}

Result<double> read_value(const csv::CsvFile& file, std::size_t column) {
  constexpr const char* kAccepted = "a finite number such as 12.5 or -3e4";
  const std::string_view text = trim(file.field(column));
  double value = 0;
  const std::errc problem = parse(text, value);
  if (problem == std::errc::result_out_of_range)
    return field_error(file, column, quoted(text) + ", out of the range of numbers", kAccepted);
  if (problem != std::errc{} || !std::isfinite(value)) return field_error(file, column, quoted(text), kAccepted);
  return value;
}

Result<bool> read_label(const csv::CsvFile& file, std::size_t column) {
  const std::string word = lower(trim(file.field(column)));
  if (word == "0" || word == "false" || word == "no") return false;
  if (word == "1" || word == "true" || word == "yes") return true;
  double number = 0;
  if (parse(word, number) == std::errc{} && (number == 0 || number == 1)) return number == 1;
  return field_error(file, column, quoted(file.field(column)), "0 or 1, false or true, no or yes");
}

Result<std::int64_t> read_tick(const csv::CsvFile& file, std::size_t column) {
  const std::string_view text = trim(file.field(column));
  std::int64_t tick = 0;
  const std::errc problem = parse(text, tick);
  if (problem == std::errc{} && tick >= 1 && tick <= detect::kMostTick) return tick;
  const bool beyond = problem == std::errc::result_out_of_range || tick > detect::kMostTick;
  return field_error(file, column, quoted(text),
                     fmt::format("a whole number from 1 to {}{}", detect::kMostTick,
                                 beyond ? ": ticks counted from the first row, such as its minutes" : ""));
}

Result<std::uint64_t> read_name(const csv::CsvFile& file, std::size_t column) {
  const std::string_view text = trim(file.field(column));
  if (text.empty()) return field_error(file, column, "found nothing", "a name or number");
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return mix64(hash);
}

bool Times::are_days(std::string_view text) {
  if (no_days_) return false;
  no_days_ = !is_day(text);
  if (no_days_) return false;
  if (first_day_.empty()) first_day_ = text;
  return text != first_day_;
}

Result<double> Times::read(const csv::CsvFile& file, std::size_t column) {
  constexpr const char* kAccepted = "seconds, or a date and time such as 2025-10-01T12:00:00, as in the first row";
  const std::string_view text = trim(file.field(column));
  double seconds = 0;
  const bool number = parse(text, seconds) == std::errc{};
  if (form_ == Form::unknown) form_ = number ? Form::numbers : Form::dates;
  if (number != (form_ == Form::numbers)) return field_error(file, column, quoted(text), kAccepted);
  if (number) {
    if (!std::isfinite(seconds)) return field_error(file, column, quoted(text), kAccepted);
    if (std::abs(seconds) >= kMostSeconds)
      return field_error(file, column, quoted(text) + ", which looks like milliseconds", "seconds");
    if (are_days(text))
      return field_error(file, column, fmt::format("{} after \"{}\", which look like days", quoted(text), first_day_),
                         fmt::format("days such as {}-{}-{}, or seconds such as {}.0 in the first row",
                                     text.substr(0, 4), text.substr(4, 2), text.substr(6), first_day_));
    return seconds;
  }
  constexpr std::size_t kDate = 10;
  const bool day = text.size() == kDate;
  const Result<std::int64_t> us = day ? clock_.read(fmt::format("{}T00:00:00", text)) : clock_.read(text);
  if (!us)
    return field_error(file, column, us.error().found,
                       us.error().accepted.starts_with("seconds") ? kAccepted : us.error().accepted);
  return static_cast<double>(us.value()) / 1e6;
}

}  // namespace dwell::stream
