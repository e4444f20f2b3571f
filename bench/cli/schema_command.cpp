// `schema`: what the columns of the logs mean, and JSON Schema of the files.

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/cli/commands.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/names.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/cli/text_page.hpp"
#include "bench/report/results_json.hpp"
#include "sim/telemetry/enumerations.hpp"
#include "sim/telemetry/schema.hpp"
#include "sim/world/calendar_year.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

Json column_json(const telemetry::TopicInfo& topic, const telemetry::ColumnInfo& column) {
  Json out = {{"name", column.name},
              {"type", telemetry::type_name(column)},
              {"unit", column.unit},
              {"sentinel", column.sentinel},
              {"meaning", column.meaning}};
  for (const telemetry::NamedValue& each : telemetry::values_of(topic.name, column.name))
    out["values"].push_back({{"value", each.value}, {"name", each.name}, {"meaning", each.meaning}});
  return out;
}

/// What the page of Markdown says. The digest is that of the wire (detectors/hosts/PROTOCOL.md).
std::string telemetry_json() {
  Json topics = Json::array();
  for (const telemetry::TopicInfo& topic : telemetry::topics()) {
    Json columns = Json::array();
    for (const telemetry::ColumnInfo& column : topic.columns) columns.push_back(column_json(topic, column));
    topics.push_back({{"name", topic.name}, {"meaning", topic.meaning}, {"columns", columns}});
  }
  return dump({{"digest", fmt::format("{:016x}", telemetry::schema_digest())}, {"topics", topics}});
}

}  // namespace

int schema_command(const Arguments& arguments) {
  static const std::array<std::string, 4> names = {"telemetry", "scenario", "results", "calendar"};
  if (arguments.subject.empty() || arguments.subject == names[0])
    return deliver(arguments, arguments.json ? telemetry_json() : telemetry::schema_markdown(), "");
  if (arguments.subject == names[1]) return deliver(arguments, world::scenario_json_schema(), "");
  if (arguments.subject == names[2]) return deliver(arguments, report::results_json_schema(), "");
  if (arguments.subject == names[3]) return deliver(arguments, world::calendar_json_schema(), "");
  return unknown_subject("dwell schema", arguments.subject, names);
}

}  // namespace dwell::cli
