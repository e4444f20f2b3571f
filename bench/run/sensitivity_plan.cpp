#include "bench/run/sensitivity_plan.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/world/file_text.hpp"
#include "sim/world/plain_document.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::run {
namespace {

using world::JsonKind;
using world::JsonNode;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostAxes = 100, kLongestLine = 400;
constexpr std::array<std::string_view, 4> kPlanKeys = {"schema", "name", "title", "axes"};
constexpr std::array<std::string_view, 5> kAxisKeys = {"name", "pointer", "low", "high", "why"};

/// Reads what every plan has; the first mistake is kept.
class PlanReader {
 public:
  explicit PlanReader(const std::string& file) : document_(file) {}

  Result<SensitivityPlan> read(const JsonNode& root) {
    SensitivityPlan plan{document_.file(), "", "", {}};
    if (const Status keys = document_.check_keys(root, "", kPlanKeys); !keys) return keys.error();
    for (auto& [key, value] : {std::pair<const char*, std::string*>{"name", &plan.name}, {"title", &plan.title}}) {
      if (const Status read = document_.read_line(root, "", key, kLongestLine, *value); !read) return read.error();
    }
    std::string schema;
    if (const Status read = document_.read_line(root, "", "schema", kLongestLine, schema); !read) return read.error();
    if (schema != kSensitivitySchema)
      return document_.wrong(*root.find("schema"), "/schema", world::quoted_text(kSensitivitySchema));
    const JsonNode& axes = *root.find("axes");
    if (axes.kind != JsonKind::array || axes.items.empty() || axes.items.size() > kMostAxes)
      return document_.wrong(axes, "/axes", "an array of " + world::count_accepted(1, kMostAxes, "axes"));
    for (std::size_t i = 0; i < axes.items.size(); ++i) {
      Result<Axis> axis = read_axis(axes.items[i], "/axes/" + std::to_string(i));
      if (!axis) return axis.error();
      const auto same = [&](const Axis& a) { return a.name == axis.value().name; };
      if (std::any_of(plan.axes.begin(), plan.axes.end(), same))
        return document_.wrong(*axes.items[i].find("name"), "/axes/" + std::to_string(i) + "/name", "every name once");
      plan.axes.push_back(std::move(axis).value());
    }
    return plan;
  }

 private:
  Result<Axis> read_axis(const JsonNode& node, const std::string& pointer) {
    Axis axis;
    if (const Status keys = document_.check_keys(node, pointer, kAxisKeys); !keys) return keys.error();
    for (auto& [key, value] :
         {std::pair<const char*, std::string*>{"name", &axis.name}, {"pointer", &axis.pointer}, {"why", &axis.why}}) {
      if (const Status read = document_.read_line(node, pointer, key, kLongestLine, *value); !read) return read.error();
    }
    if (!world::is_parameter(axis.pointer))
      return document_.wrong(*node.find("pointer"), pointer + "/pointer",
                             "a parameter of what is simulated, below " + world::one_of(world::kParameterParts));
    axis.low = world::json_text(*node.find("low"));
    axis.high = world::json_text(*node.find("high"));
    if (Json::parse(axis.low) == Json::parse(axis.high))
      return document_.wrong(*node.find("high"), pointer + "/high", "another value than \"low\"");
    return axis;
  }

  world::PlainDocument document_;
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
