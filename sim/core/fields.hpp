#pragma once
// Describing parameter structs once, so that reading, validation, JSON Schema and documentation share one table.
//
// A struct describes itself with
//   template <class Self, class Visitor> static void describe(Self& self, Visitor& visit) {
//     visit(self.pages_sigma, {"pages_sigma", "", 0, 5, Tag::measured, "SD of ln(pages per session)"});
//   }
// Members may be double, integers, bool, Duration, Date, std::string, enums (with `enum_names(E)` found by
// argument-dependent lookup), fixed arrays of double, other described structs, and vectors of described structs,
// strings or dates.

#include <compare>
#include <cstdint>
#include <limits>
#include <string_view>

namespace dwell {

/// Where a default comes from.
enum class Tag : std::uint8_t { published, measured, derived, assumption, setting };

/// A calendar day: days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  friend constexpr auto operator<=>(Date, Date) = default;
};

struct Field {
  std::string_view name;  ///< JSON key
  std::string_view unit;  ///< unit of a number; empty for pure numbers; "probability" also limits to [0, 1]
  double least = 0;       ///< smallest accepted number (durations: in seconds; vectors: number of elements)
  double most = std::numeric_limits<double>::infinity();
  Tag tag = Tag::setting;
  std::string_view meaning;  ///< one line
};

}  // namespace dwell
