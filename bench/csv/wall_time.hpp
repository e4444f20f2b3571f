#pragma once
// Times as logs write them, as the wall clock of the place where the people are.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/core/result.hpp"

namespace dwell::csv {

/// Reads one column. Its first value decides for all: numbers are seconds, milliseconds, microseconds or nanoseconds
/// since 1970 by their size, or dates and times as in ISO 8601 with or without a zone (" UTC" counts as Z). Another
/// unit or another zone further down is an error, because half of such a log would be wrong. Zones are compared by
/// their offsets: "+09:00", "+0900" and "+09" are one.
///
/// Wall clock: times without a zone are taken as they are; so are those with a numeric offset. Numbers and Z are moved
/// by `zone_us`.
class WallClock {
 public:
  explicit WallClock(std::int64_t zone_us) : zone_us_(zone_us) {}
  /// Microseconds of the wall clock since 1970-01-01 00:00 there.
  Result<std::int64_t> read(std::string_view text);
  /// "milliseconds since 1970", "a date and time in the zone +09:00" …; empty before the first value.
  [[nodiscard]] std::string form() const { return first_ ? name_of(*first_) : ""; }
  /// Whether the times are of a kind that is moved by the zone.
  [[nodiscard]] bool moved() const { return moved_; }

 private:
  /// What all values of a column have in common.
  struct Form {
    enum class Kind : std::uint8_t { seconds, milliseconds, microseconds, nanoseconds, local, zoned };
    Kind kind = Kind::seconds;
    std::int64_t offset_us = 0;  ///< of `zoned`, east of Greenwich
    bool operator==(const Form&) const = default;
  };
  static std::string name_of(const Form& form);

  Result<std::int64_t> read_number(std::string_view text);
  Result<std::int64_t> read_date(std::string_view text);
  Status agree(const Form& form, std::string_view text);

  std::int64_t zone_us_;
  std::optional<Form> first_;
  bool moved_ = false;
};

/// "+09:00", "-0330", "Z": microseconds east of Greenwich; an error for anything else.
Result<std::int64_t> parse_zone(std::string_view text);

}  // namespace dwell::csv
