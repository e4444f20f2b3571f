#pragma once
// The columns that hold one of a few named values, and what each value says: for documentation and for other formats.

#include <cstdint>
#include <span>
#include <string_view>

namespace dwell::telemetry {

struct NamedValue {
  std::uint16_t value;       ///< as rows hold it
  std::string_view name;     ///< of the enumerator, one word
  std::string_view meaning;  ///< empty where the name says it
};

/// Every value that rows can hold in this column of this topic, in ascending order; none where the column is no
/// enumeration, or there is no such column.
std::span<const NamedValue> values_of(std::string_view topic, std::string_view column);

}  // namespace dwell::telemetry
