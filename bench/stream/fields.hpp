#pragma once
// Columns of somebody's file, and what their fields say: numbers, times, ticks, labels, names.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/csv/file.hpp"
#include "bench/csv/wall_time.hpp"

namespace dwell::stream {

/// A field that was refused: its line and column. "file: line 7, column "value": found …; accepted: …".
Error field_error(const csv::CsvFile& file, std::size_t column, const std::string& found, const std::string& accepted);

/// The place of the column `named`, or where `named` is empty of the first with one of the usual names; nothing when
/// there is none of those. Errors: `named` is none of the header.
Result<std::optional<std::size_t>> find_column(const csv::CsvFile& file, const std::string& flag,
                                               const std::string& named, std::span<const std::string_view> usual);
/// "a, b, c" of the header.
std::string header_names(const csv::CsvFile& file);

/// Error: a file without a header, whose first row would be taken for one.
Status need_names(const csv::CsvFile& file);

/// A finite decimal number.
Result<double> read_value(const csv::CsvFile& file, std::size_t column);
/// 0 or 1, false or true, no or yes.
Result<bool> read_label(const csv::CsvFile& file, std::size_t column);
/// A whole number from 1 to detect::kMostTick.
Result<std::int64_t> read_tick(const csv::CsvFile& file, std::size_t column);
/// Any text that is not empty, as a number that tells names apart: a 64-bit hash.
Result<std::uint64_t> read_name(const csv::CsvFile& file, std::size_t column);

/// Times of one column, as seconds: numbers are seconds since any moment, anything else a date, or a date and time as
/// ISO 8601 has them, then since 1970. The first row decides which. Numbers such as 20250131 are refused where the
/// first two that differ are both days of the years 1900 to 2100.
class Times {
 public:
  Result<double> read(const csv::CsvFile& file, std::size_t column);

 private:
  /// Whether this number and those before are such days.
  bool are_days(std::string_view text);

  csv::WallClock clock_{0};
  enum class Form : std::uint8_t { unknown, numbers, dates };
  Form form_ = Form::unknown;
  bool no_days_ = false;  ///< a number that is no day was found
  std::string first_day_;
};

}  // namespace dwell::stream
