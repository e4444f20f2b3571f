#include "bench/run/sensitivity_plan.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "sim/world/file_text.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::run {
namespace {

using world::JsonKind;
using world::JsonNode;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostAxes = 100;
constexpr std::array<std::string_view, 4> kPlanKeys = {"schema", "name", "title", "axes"};
constexpr std::array<std::string_view, 5> kAxisKeys = {"name", "pointer", "low", "high", "why"};

/// Parts of a scenario that hold parameters. Names, scale and reading are the study's own, the same for all of it.
constexpr std::array<std::string_view, 9> kParts = {"/platform", "/background", "/campaign", "/workforce",  "/segments",
                                                    "/key_use",  "/networks",   "/warm_up",  "/containment"};

Json json_of(const JsonNode& node) {
  switch (node.kind) {
    case JsonKind::null:
      return nullptr;
    case JsonKind::boolean:
      return node.boolean;
    case JsonKind::number:
      return node.whole ? Json(node.magnitude) : Json(node.number);
    case JsonKind::text:
      return node.text;
    case JsonKind::array: {
      Json array = Json::array();
      for (const JsonNode& item : node.items) array.push_back(json_of(item));
      return array;
    }
    case JsonKind::object: {
      Json object = Json::object();
      for (std::size_t i = 0; i < node.keys.size(); ++i) object[node.keys[i]] = json_of(node.items[i]);
      return object;
    }
  }
  return nullptr;
}

/// Reads what every plan has; the first mistake is kept.
class PlanReader {
 public:
  explicit PlanReader(std::string file) : file_(std::move(file)) {}

  Result<SensitivityPlan> read(const JsonNode& root) {
    SensitivityPlan plan{file_, "", "", {}};
    if (const Status keys = check_keys(root, "", kPlanKeys); !keys) return keys.error();
    for (auto& [key, value] : {std::pair<const char*, std::string*>{"name", &plan.name}, {"title", &plan.title}}) {
      if (const Status read = text(root, "", key, *value); !read) return read.error();
    }
    std::string schema;
    if (const Status read = text(root, "", "schema", schema); !read) return read.error();
    if (schema != kSensitivitySchema)
      return bad(*root.find("schema"), "/schema", world::quoted_text(kSensitivitySchema));
    const JsonNode& axes = *root.find("axes");
    if (axes.kind != JsonKind::array || axes.items.empty() || axes.items.size() > kMostAxes)
      return bad(axes, "/axes", "an array of " + world::count_accepted(1, kMostAxes, "axes"));
    for (std::size_t i = 0; i < axes.items.size(); ++i) {
      Result<Axis> axis = read_axis(axes.items[i], "/axes/" + std::to_string(i));
      if (!axis) return axis.error();
      const auto same = [&](const Axis& a) { return a.name == axis.value().name; };
      if (std::any_of(plan.axes.begin(), plan.axes.end(), same))
        return bad(*axes.items[i].find("name"), "/axes/" + std::to_string(i) + "/name", "every name once");
      plan.axes.push_back(std::move(axis).value());
    }
    return plan;
  }

 private:
  Result<Axis> read_axis(const JsonNode& node, const std::string& pointer) {
    Axis axis;
    if (const Status keys = check_keys(node, pointer, kAxisKeys); !keys) return keys.error();
    for (auto& [key, value] :
         {std::pair<const char*, std::string*>{"name", &axis.name}, {"pointer", &axis.pointer}, {"why", &axis.why}}) {
      if (const Status read = text(node, pointer, key, *value); !read) return read.error();
    }
    const std::string top = axis.pointer.substr(0, axis.pointer.find('/', 1));
    if (std::find(kParts.begin(), kParts.end(), top) == kParts.end())
      return bad(*node.find("pointer"), pointer + "/pointer",
                 "a parameter of what is simulated, below " + world::one_of(kParts));
    const Json low = json_of(*node.find("low")), high = json_of(*node.find("high"));
    if (low == high) return bad(*node.find("high"), pointer + "/high", "another value than \"low\"");
    axis.low = low.dump();
    axis.high = high.dump();
    return axis;
  }

  /// All of these keys and no other.
  Status check_keys(const JsonNode& node, const std::string& pointer, std::span<const std::string_view> names) {
    if (node.kind != JsonKind::object) return bad(node, pointer, "an object with " + world::one_of(names, "and"));
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      if (std::find(names.begin(), names.end(), node.keys[i]) != names.end()) continue;
      return Error{file_, world::place_of(pointer + world::pointer_token(node.keys[i]), node.keys_at[i]),
                   "unknown key " + world::quoted_text(node.keys[i]),
                   "nearest known keys are " + world::nearest(node.keys[i], names)};
    }
    for (const std::string_view name : names) {
      if (node.find(name) != nullptr) continue;
      return Error{file_, world::place_of(pointer, node.at), "missing key " + world::quoted_text(name),
                   "an object with " + world::one_of(names, "and")};
    }
    return success();
  }

  Status text(const JsonNode& object, const std::string& pointer, const char* key, std::string& out) {
    const JsonNode& node = *object.find(key);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    const bool fits = node.kind == JsonKind::text && !node.text.empty() && node.text.size() <= 400 &&
                      std::none_of(node.text.begin(), node.text.end(), is_control);
    if (!fits) return bad(node, pointer + '/' + key, "a string of 1 to 400 characters on one line");
    out = node.text;
    return success();
  }

  [[nodiscard]] Error bad(const JsonNode& node, const std::string& pointer, std::string accepted) const {
    return Error{file_, world::place_of(pointer, node.at), "found " + node.summary(), std::move(accepted)};
  }

  std::string file_;
};

}  // namespace

Result<SensitivityPlan> parse_sensitivity_plan(std::string_view text, const std::string& file) {
  const Result<JsonNode> document = world::parse_document(text, file);
  if (!document) return document.error();
  return PlanReader(file).read(document.value());
}

Result<SensitivityPlan> read_sensitivity_plan(const std::string& path) {
  const Result<std::string> text = world::read_text_file(path);
  if (!text) return text.error();
  return parse_sensitivity_plan(text.value(), path);
}

Result<std::vector<FittedAxis>> fit_plan(const SensitivityPlan& plan, const world::Scenario& scenario) {
  std::vector<FittedAxis> fitted;
  for (std::size_t i = 0; i < plan.axes.size(); ++i) {
    const Axis& axis = plan.axes[i];
    const std::string at = "/axes/" + std::to_string(i);
    Result<world::ParameterInfo> parameter = world::find_parameter(scenario, axis.pointer);
    if (!parameter) {
      return Error{plan.file, at + "/pointer",
                   "found " + world::quoted_text(axis.pointer) + ", and " + scenario.name + " has no value there",
                   parameter.error().accepted};
    }
    Result<world::Scenario> low = world::with_value(scenario, axis.pointer, axis.low);
    Result<world::Scenario> high = world::with_value(scenario, axis.pointer, axis.high);
    for (const auto& [key, side] : {std::pair{"/low", &low}, {"/high", &high}}) {
      if (*side) continue;
      const Error& error = side->error();
      return Error{plan.file, at + key, "does not fit " + scenario.name + ": " + error.place + ": " + error.found,
                   error.accepted};
    }
    fitted.push_back({axis, std::move(parameter).value(), std::move(low).value(), std::move(high).value()});
  }
  return fitted;
}

}  // namespace dwell::run
