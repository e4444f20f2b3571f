#pragma once
// Somebody's own click log: a CSV file whose columns and words are mapped to clicks.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/validate/evidence.hpp"
#include "sim/core/result.hpp"

namespace dwell::validate {

enum class Role : std::uint8_t { user, time, event, session, item, outcome, carrier, system };
inline constexpr std::size_t kRoles = 8;
inline constexpr std::array<std::string_view, kRoles> kRoleNames = {"user", "time",    "event",   "session",
                                                                    "item", "outcome", "carrier", "system"};

/// As the name of a column: the role has none, whatever the file's columns are called.
inline constexpr std::string_view kNoColumn = "-";

struct LogOptions {
  /// The file's name for each role; empty: a usual name that no other role was given, if there is one.
  std::array<std::string, kRoles> columns;
  /// Events that put into the cart, and that order, in any case; empty: the usual words, as far as the other list does
  /// not have them.
  std::vector<std::string> cart_words, buy_words;
  std::int64_t zone_us = 9 * kHourUs;              ///< of the people, for numbers and UTC
  std::vector<std::int64_t> holidays, promotions;  ///< days since 1970-01-01
  std::int64_t slack_us = kHourUs;
};

struct LogResult {
  Observed observed;
  std::array<std::string, kRoles> columns;  ///< those used; empty: none
  std::string time_form;
  bool zone_applied = false;  ///< times were numbers or UTC, and so moved by `zone_us`
  std::uint64_t rows = 0;
  std::uint64_t log_ins = 0;            ///< rows with the outcome of a log-in: counted apart from pages
  std::uint64_t without_owner = 0;      ///< rows without user and session: counted nowhere
  std::vector<std::string> view_words;  ///< events that count as views, the first twenty that were met
  bool finished = true;
};

/// Share done (0 when it is not known), rows so far; false stops.
using LogProgress = std::function<bool(double done, std::uint64_t rows)>;

/// Reads the file in one pass. Errors name file, line, what was found and what is accepted: columns that do not exist
/// (with those that do) or are given to two roles, no time or neither user nor session, times of another unit or zone
/// than the first row's, times out of order by more than the slack, outcomes that are neither success nor failure, a
/// log over more than kMostDays, and what csv::CsvFile refuses.
Result<LogResult> read_click_log(const std::string& path, const LogOptions& options, const LogProgress& progress = {});

}  // namespace dwell::validate
