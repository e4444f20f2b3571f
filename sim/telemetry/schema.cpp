#include "sim/telemetry/schema.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/core/digest.hpp"
#include "sim/telemetry/enumerations.hpp"

namespace dwell::telemetry {
namespace {

#define DWELL_INFO(kind, type, name, unit, sentinel, meaning) \
  ColumnInfo{#name, #type, unit, sentinel, meaning, sizeof(type), std::string_view(#kind) == "moment"},
#define DWELL_COLUMN_INFOS(topic, Stem, COLUMNS, meaning) constexpr std::array k##Stem##Columns = {COLUMNS(DWELL_INFO)};
DWELL_TOPICS(DWELL_COLUMN_INFOS)

#define DWELL_TOPIC_INFO(topic, Stem, COLUMNS, meaning) TopicInfo{Topic::topic, #topic, meaning, k##Stem##Columns},
constexpr std::array kTopicInfos = {DWELL_TOPICS(DWELL_TOPIC_INFO)};
static_assert(kTopicInfos.size() == kTopics);

/// What a column means, with what it can hold where that is one of a few values.
std::string meaning_of(const TopicInfo& topic, const ColumnInfo& column) {
  std::string text(column.meaning);
  const char* before = ": ";
  for (const NamedValue& each : values_of(topic.name, column.name)) {
    text += fmt::format("{}{} {}", before, each.value, each.name);
    if (!each.meaning.empty()) text += fmt::format(" ({})", each.meaning);
    before = ", ";
  }
  return text;
}

}  // namespace

std::span<const TopicInfo> topics() { return kTopicInfos; }

std::string_view type_name(const ColumnInfo& column) {
  std::string_view type = column.type;
  constexpr std::string_view prefix = "std::";
  if (type.starts_with(prefix)) type.remove_prefix(prefix.size());
  if (type.ends_with("_t")) type.remove_suffix(2);
  return type;
}

std::string schema_markdown() {
  std::string text =
      "# Telemetry schema\n\nGenerated from `columns.hpp` and `enumerations.cpp`; a test holds them together.\n";
  for (const TopicInfo& topic : topics()) {
    text += fmt::format("\n## {}\n{}\n\n| column | type | unit | sentinel | meaning |\n|---|---|---|---|---|\n",
                        topic.name, topic.meaning);
    for (const ColumnInfo& column : topic.columns) {
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", column.name, type_name(column), column.unit,
                          column.sentinel.empty() ? "–" : column.sentinel, meaning_of(topic, column));
    }
  }
  return text;
}

std::uint64_t schema_digest() {
  Digest digest;
  for (const TopicInfo& topic : topics()) {
    for (const ColumnInfo& column : topic.columns) {
      for (const std::string_view part : {topic.name, column.name, column.type}) {
        for (const char c : part) digest.add(static_cast<unsigned char>(c));
      }
    }
  }
  return digest.value;
}

}  // namespace dwell::telemetry
