#include "sim/world/scenario_change.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "sim/world/scenario_document.hpp"

namespace dwell::world {
namespace {

using Json = nlohmann::ordered_json;

Error nothing_there(const std::string& pointer) {
  return Error{"", pointer, "the scenario has no such value", "the JSON pointer of a value of the scenario"};
}

/// The pointer, when the scenario holds a value there; the document of a scenario has no other tokens than keys and
/// indices.
bool holds(const Json& document, const std::string& pointer) {
  try {
    return !pointer.empty() && document.contains(Json::json_pointer(pointer));
  } catch (const Json::exception&) {
    return false;
  }
}

/// The schema of the value under a pointer: through the properties of objects and the items of arrays.
const Json* schema_of(const Json& schema, const std::string& pointer) {
  const Json* at = &schema;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string token = pointer.substr(begin, end - begin);
    const char* const list = at->contains("items") ? "items" : "properties";
    if (!at->contains(list)) return nullptr;
    at = &at->at(list);
    if (std::string_view(list) == "properties") {
      if (!at->contains(token)) return nullptr;
      at = &at->at(token);
    }
    begin = end + 1;
  }
  return at;
}

std::string text_of(const Json& schema, const char* key) {
  return schema.contains(key) ? schema.at(key).get<std::string>() : "";
}

}  // namespace

bool is_parameter(std::string_view pointer) {
  const std::string_view top = pointer.substr(0, pointer.find('/', 1));
  return std::find(kParameterParts.begin(), kParameterParts.end(), top) != kParameterParts.end();
}

Result<ParameterInfo> find_parameter(const Scenario& scenario, const std::string& pointer) {
  const Json document = Json::parse(to_json(scenario));
  if (!holds(document, pointer)) return nothing_there(pointer);
  static const Json all = Json::parse(scenario_json_schema());
  // An element of a list is described by its list.
  const Json* schema = schema_of(all, pointer);
  if (schema == nullptr) return nothing_there(pointer);
  std::string described = pointer;
  while (!schema->contains("description")) {
    described.resize(described.rfind('/'));
    schema = schema_of(all, described);
  }
  return ParameterInfo{document.at(Json::json_pointer(pointer)).dump(), text_of(*schema, "x-tag"),
                       text_of(*schema, "x-unit"), text_of(*schema, "description")};
}

Result<Scenario> with_value(const Scenario& scenario, const std::string& pointer, const std::string& value) {
  Json document = Json::parse(to_json(scenario));
  if (!holds(document, pointer)) return nothing_there(pointer);
  const Json replacement = Json::parse(value, nullptr, false);
  if (replacement.is_discarded()) return Error{"", pointer, "found " + quoted_text(value), "JSON"};
  document.at(Json::json_pointer(pointer)) = replacement;
  Result<Scenario> changed = parse_scenario(document.dump(2), "");
  if (changed) return changed;
  // Lines of a text that nobody has seen help nobody.
  Error error = changed.error();
  error.place = error.place.substr(0, error.place.find(" ("));
  return error;
}

}  // namespace dwell::world
