#pragma once
// The schema as data: what schema.cpp generates from the column table, for documentation and for other formats.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/telemetry/columns.hpp"

namespace dwell::telemetry {

struct ColumnInfo {
  std::string_view name, type, unit, sentinel, meaning;
  std::size_t width_bytes;
  bool moment;
};
struct TopicInfo {
  Topic topic;
  std::string_view name, meaning;
  std::span<const ColumnInfo> columns;
};

/// Every topic, in the order of `Topic`.
std::span<const TopicInfo> topics();
/// The type as readers of other languages know it: "int64", "uint8".
std::string_view type_name(const ColumnInfo& column);
/// The schema page in Markdown: one table a topic, values of enumerations named (sim/telemetry/SCHEMA.md, held by a
/// test).
std::string schema_markdown();
/// Changes whenever a name, type or order of a column changes.
std::uint64_t schema_digest();

}  // namespace dwell::telemetry
