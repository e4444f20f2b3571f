#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/report/results_fields.hpp"
#include "bench/report/results_json.hpp"

namespace dwell::report {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json schema_of(const T& value);

struct SchemaWriter {
  Json properties = Json::object();
  Json required = Json::array();
  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view meaning, Range range = kAnyNumber) {
    Json field = schema_of(value);
    if (std::isfinite(range.least)) field["minimum"] = range.least;
    if (std::isfinite(range.most)) field["maximum"] = range.most;
    field["description"] = meaning;
    properties[std::string(name)] = std::move(field);
    required.push_back(name);
  }
};

template <class T>
Json schema_of(const T& value) {
  if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::integral<T>) {
    return {{"type", "integer"}, {"minimum", 0}};
  } else if constexpr (std::same_as<T, double>) {
    return {{"type", "number"}};
  } else if constexpr (std::same_as<T, std::optional<double>>) {
    return {{"type", Json::array({"number", "null"})}};
  } else if constexpr (std::same_as<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_enum_v<T>) {
    return {{"enum", Json(names_of(value))}};
  } else if constexpr (requires { typename T::value_type; }) {
    return {{"type", "array"}, {"items", schema_of(typename T::value_type{})}};
  } else {
    SchemaWriter writer;
    describe(value, writer);
    return {{"type", "object"},
            {"additionalProperties", false},
            {"required", std::move(writer.required)},
            {"properties", std::move(writer.properties)}};
  }
}

}  // namespace

std::string results_json_schema() {
  Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Results of a Dwell study"},
      {"description", "Everything outside timing and machine is a function of scenario, seed, scale and version."}};
  schema.update(schema_of(Document{}));
  schema["properties"]["schema"] = {{"const", kResultsSchema}};
  return schema.dump(2) + "\n";
}

}  // namespace dwell::report
