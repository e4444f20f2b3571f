#include "bench/cli/suites.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "bench/cli/names.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/report/results_json.hpp"
#include "sim/world/file_text.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;
using world::JsonKind;
using world::JsonNode;

constexpr std::string_view kSchema = "dwell.suite/1";
constexpr std::string_view kResultsSchema = "dwell.suite-results/1";
constexpr std::size_t kMostScenarios = 64;
constexpr std::array<std::string_view, 4> kKeys = {"schema", "name", "title", "scenarios"};

fs::path suite_folder() { return fs::path(project_root()) / "scenarios" / "suites"; }

Error wrong(const std::string& file, const std::string& pointer, const JsonNode& node, std::string accepted) {
  return {file, world::place_of(pointer, node.at), "found " + node.summary(), std::move(accepted)};
}

Status check_keys(const std::string& file, const JsonNode& root) {
  if (root.kind != JsonKind::object) return wrong(file, "", root, "an object with " + world::one_of(kKeys, "and"));
  for (std::size_t i = 0; i < root.keys.size(); ++i) {
    if (std::find(kKeys.begin(), kKeys.end(), root.keys[i]) != kKeys.end()) continue;
    return Error{file, world::place_of(world::pointer_token(root.keys[i]), root.keys_at[i]),
                 "unknown key " + world::quoted_text(root.keys[i]),
                 "nearest known keys are " + world::nearest(root.keys[i], kKeys)};
  }
  for (const std::string_view key : kKeys) {
    const JsonNode* const node = root.find(key);
    const std::string pointer = std::string("/").append(key);
    if (node == nullptr) {
      return Error{file, world::place_of("", root.at), "missing key " + world::quoted_text(key),
                   "an object with " + world::one_of(kKeys, "and")};
    }
    if (key == "scenarios") {
      const bool fits = node->kind == JsonKind::array && !node->items.empty() && node->items.size() <= kMostScenarios;
      if (!fits) return wrong(file, pointer, *node, "an array of " + world::count_accepted(1, kMostScenarios, "names"));
    } else if (node->kind != JsonKind::text || node->text.empty() || node->text.size() > 200) {
      return wrong(file, pointer, *node, "a line of text");
    }
  }
  if (root.find("schema")->text != kSchema) {
    return wrong(file, "/schema", *root.find("schema"), world::quoted_text(kSchema));
  }
  const std::string stem = fs::path(file).stem().string();
  if (root.find("name")->text != stem) {
    return wrong(file, "/name", *root.find("name"), "the name of the file, " + world::quoted_text(stem));
  }
  return success();
}

/// A path is one from the suite's folder.
Result<std::string> scenario_of(const std::string& file, const std::string& word) {
  const bool path = word.find('/') != std::string::npos || word.ends_with(".json");
  return find_scenario(path ? (fs::path(file).parent_path() / word).string() : word);
}

}  // namespace

std::vector<std::string> suite_names() {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator at(suite_folder(), problem), end; !problem && at != end; at.increment(problem)) {
    const std::string stem = at->path().stem().string();
    if (at->path().extension() == ".json" && !stem.ends_with(".schema")) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<Suite> load_suite(const std::string& word) {
  const bool path = word.find('/') != std::string::npos || word.ends_with(".json");
  Suite suite;
  suite.file = path ? word : (suite_folder() / (word + ".json")).string();
  std::error_code ignored;
  if (!path && !fs::exists(suite.file, ignored)) {
    return Error{"", "", "found no suite named \"" + word + "\"", accepted_names(word, suite_names())};
  }
  const Result<std::string> text = world::read_text_file(suite.file);
  if (!text) return text.error();
  const Result<JsonNode> document = world::parse_document(text.value(), suite.file);
  if (!document) return document.error();
  const JsonNode& root = document.value();
  if (const Status keys = check_keys(suite.file, root); !keys) return keys.error();
  suite.name = root.find("name")->text;
  suite.title = root.find("title")->text;
  for (std::size_t i = 0; i < root.find("scenarios")->items.size(); ++i) {
    const JsonNode& node = root.find("scenarios")->items[i];
    const std::string pointer = "/scenarios/" + std::to_string(i);
    if (node.kind != JsonKind::text) return wrong(suite.file, pointer, node, "the name or file of a scenario");
    Result<std::string> scenario = scenario_of(suite.file, node.text);
    if (!scenario) {
      return Error{suite.file, world::place_of(pointer, node.at), scenario.error().found, scenario.error().accepted};
    }
    if (std::find(suite.scenarios.begin(), suite.scenarios.end(), scenario.value()) != suite.scenarios.end()) {
      return wrong(suite.file, pointer, node, "every scenario once");
    }
    suite.scenarios.push_back(std::move(scenario).value());
  }
  return suite;
}

std::string suite_results_json(const SuiteResults& results) {
  std::string text = fmt::format("{{\n\"schema\": {},\n\"suite\": {},\n\"results\": [\n",
                                 nlohmann::json(kResultsSchema).dump(), nlohmann::json(results.suite).dump());
  for (std::size_t i = 0; i < results.results.size(); ++i) {
    text += (i == 0 ? "" : ",\n") + report::results_json(results.results[i]);
  }
  return text + "]\n}\n";
}

Result<std::optional<SuiteResults>> parse_suite_results(const std::string& text, const std::string& path) {
  // Whatever else is wrong is told by who reads a single document.
  const auto document = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!document.is_object() || document.value("schema", nlohmann::ordered_json()) != kResultsSchema)
    return std::optional<SuiteResults>{};
  const auto suite = document.find("suite"), list = document.find("results");
  if (suite == document.end() || !suite->is_string() || list == document.end() || !list->is_array())
    return Error{path, "", "found no suite with results", "a file written by `dwell bench`"};
  SuiteResults out{suite->get<std::string>(), {}};
  for (const auto& each : *list) {
    auto result = report::parse_results(each.dump(), fmt::format("{}: /results/{}", path, out.results.size()));
    if (!result) return result.error();
    out.results.push_back(std::move(result).value());
  }
  return std::optional(std::move(out));
}

}  // namespace dwell::cli
