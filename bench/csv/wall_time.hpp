#pragma once
// Times as logs write them, as the wall clock of the place where the people are.

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/core/result.hpp"

namespace dwell::csv {

/// Reads one column. Its first value decides for all: numbers are seconds, milliseconds, microseconds or nanoseconds
/// since 1970 by their size, or dates and times as in ISO 8601 with or without a zone (" UTC" counts as Z). Another
/// unit or another zone further down is an error, because half of such a log would be wrong.
///
/// Wall clock: times without a zone are taken as they are; so are those with a numeric offset. Numbers and Z are moved
/// by `zone_us`.
class WallClock {
 public:
  explicit WallClock(std::int64_t zone_us) : zone_us_(zone_us) {}
  /// Microseconds of the wall clock since 1970-01-01 00:00 there.
  Result<std::int64_t> read(std::string_view text);
  /// "milliseconds", "ISO 8601 with +09:00" …; empty before the first value.
  [[nodiscard]] const std::string& form() const { return form_; }
  /// Whether the times are of a kind that is moved by the zone.
  [[nodiscard]] bool moved() const { return moved_; }

 private:
  Result<std::int64_t> read_number(std::string_view text);
  Result<std::int64_t> read_date(std::string_view text);
  Status agree(const std::string& form, std::string_view text);

  std::int64_t zone_us_;
  std::string form_;
  bool moved_ = false;
};

/// "+09:00", "-0330", "Z": microseconds east of Greenwich; an error for anything else.
Result<std::int64_t> parse_zone(std::string_view text);

}  // namespace dwell::csv
