// The JSON Schema of scenarios, from the same descriptions that reading follows.

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/world/scenario.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::world {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string tag_name(Tag tag) {
  switch (tag) {
    case Tag::published:
      return "published";
    case Tag::measured:
      return "measured on published data";
    case Tag::derived:
      return "derived";
    case Tag::assumption:
      return "assumption";
    case Tag::setting:
      return "setting";
  }
  return "";
}

template <Described T>
OrderedJson object_schema(const T& defaults);

OrderedJson text_schema(const char* pattern, const std::string& fallback) {
  return {{"type", "string"}, {"pattern", pattern}, {"default", fallback}};
}

/// A limit of a whole number or a count is written without a decimal point.
OrderedJson limit(double value, bool whole) {
  if (whole) return static_cast<std::uint64_t>(value);
  return value;
}

template <class T>
OrderedJson number_schema(T fallback, const Field& field) {
  constexpr bool kWhole = std::is_integral_v<T>;
  OrderedJson schema = {{"type", kWhole ? "integer" : "number"}, {"minimum", limit(field.least, kWhole)}};
  if (field.most < std::numeric_limits<double>::max()) schema["maximum"] = limit(field.most, kWhole);
  schema["default"] = fallback;
  return schema;
}

/// Schema of one value; `fallback` is its default, `required` whether its key must be given.
template <class T>
OrderedJson value_schema(const T& fallback, const Field& field, bool required) {
  if constexpr (Described<T>) {
    return object_schema(fallback);
  } else if constexpr (IsVector<T>::value) {
    OrderedJson schema = {{"type", "array"}};
    if (required) schema["minItems"] = limit(field.least, true);
    schema["maxItems"] = limit(field.most, true);
    schema["items"] = value_schema(typename T::value_type{}, field, true);
    schema["items"].erase("default");
    return schema;
  } else if constexpr (IsNumberArray<T>::value) {
    OrderedJson schema = {{"type", "array"}, {"minItems", fallback.size()}, {"maxItems", fallback.size()}};
    schema["items"] = number_schema(0.0, field);
    schema["items"].erase("default");
    schema["default"] = fallback;
    return schema;
  } else if constexpr (std::is_enum_v<T>) {
    OrderedJson names = OrderedJson::array();
    for (const std::string_view name : enum_names(T{})) names.push_back(std::string(name));
    return {{"enum", names}, {"default", names[static_cast<std::size_t>(fallback)]}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}, {"default", fallback}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"},
            {"minLength", limit(field.least, true)},
            {"maxLength", limit(field.most, true)},
            {"default", fallback}};
  } else if constexpr (std::is_same_v<T, Duration>) {
    return text_schema("^[0-9]+(\\.[0-9]+)? ?(us|ms|s|min|h|d)$", to_string(fallback));
  } else if constexpr (std::is_same_v<T, Date>) {
    OrderedJson schema = text_schema("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "");
    schema["format"] = "date";
    return schema;
  } else if constexpr (std::is_same_v<T, Scale>) {
    return text_schema("^([0-9]+/[0-9]+|[0-9]+(\\.[0-9]+)?)$",
                       std::to_string(fallback.numerator) + '/' + std::to_string(fallback.denominator));
  } else {
    return number_schema(fallback, field);
  }
}

/// `defaults` are those of the place where the struct stands: another struct may set them otherwise than its own does.
template <Described T>
OrderedJson object_schema(const T& defaults) {
  OrderedJson properties = OrderedJson::object();
  const auto visit = [&](const auto& member, const Field& field) {
    bool required = false;
    for (const std::string_view name : kRequiredKeys<T>) required = required || name == field.name;
    OrderedJson schema = {{"description", std::string(field.meaning)}, {"x-tag", tag_name(field.tag)}};
    if (!field.unit.empty()) schema["x-unit"] = std::string(field.unit);
    schema.update(value_schema(member, field, required));
    if (required) schema.erase("default");
    properties[std::string(field.name)] = std::move(schema);
  };
  T::describe(defaults, visit);
  OrderedJson schema = {{"type", "object"}, {"properties", std::move(properties)}};
  OrderedJson required = OrderedJson::array();
  for (const std::string_view name : kRequiredKeys<T>) required.push_back(std::string(name));
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

/// Lists that may be left out have those of `values`, a scenario in which nothing is given.
void add_list_defaults(OrderedJson& schema, const OrderedJson& values) {
  for (auto& [name, member] : schema.at("properties").items()) {
    if (member.contains("properties")) {
      add_list_defaults(member, values.at(name));
    } else if (member.value("type", "") == "array" && !member.contains("minItems")) {
      member["default"] = values.at(name);
    }
  }
}

}  // namespace

std::string scenario_json_schema() {
  OrderedJson schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", std::string(kSchemaName)},
      {"description", "A Dwell scenario. x-unit is the unit of a number, x-tag where its default comes from."}};
  const Scenario defaults;
  schema.update(object_schema(defaults));
  add_list_defaults(schema, OrderedJson::parse(to_json(defaults)));
  schema["properties"]["schema"] = {
      {"description", "format of this file"}, {"x-tag", tag_name(Tag::setting)}, {"const", std::string(kSchemaName)}};
  // Their defaults are values of the file: the first baseline, and the length of the baseline in use.
  schema["properties"]["baseline"].erase("default");
  schema["properties"]["campaign"]["properties"]["length"].erase("default");
  // Read before the structs are: its calendars' dates take their places among the others.
  schema["properties"]["platform"]["properties"]["calendar"]["properties"]["years"] = {
      {"description", "calendars whose dates are added, by name; see scenarios/calendars"},
      {"x-tag", tag_name(Tag::setting)},
      {"type", "array"},
      {"uniqueItems", true},
      {"items", {{"type", "string"}, {"pattern", "^[A-Za-z0-9._-]+$"}}},
      {"default", OrderedJson::array()}};
  return schema.dump(2) + '\n';
}

std::string calendar_json_schema() {
  OrderedJson schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                        {"title", std::string(kCalendarSchemaName)},
                        {"description", "A Dwell calendar: the dated events of one year in one country."}};
  schema.update(object_schema(CalendarYear{}));
  schema["properties"]["schema"] = {{"description", "format of this file"},
                                    {"const", std::string(kCalendarSchemaName)}};
  return schema.dump(2) + '\n';
}

}  // namespace dwell::world
