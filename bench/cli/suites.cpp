#include "bench/cli/suites.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "bench/cli/names.hpp"
#include "bench/cli/scenarios.hpp"
#include "sim/world/file_text.hpp"
#include "sim/world/plain_document.hpp"
#include "sim/world/scenario_change.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::cli {
namespace {

namespace fs = std::filesystem;
using world::JsonKind;
using world::JsonNode;
using world::PlainDocument;

constexpr std::string_view kSchema = "dwell.suite/1";
constexpr std::size_t kMostScenarios = 64;
constexpr std::size_t kLongestName = 64, kLongestLine = 200;
constexpr std::array<std::string_view, 4> kKeys = {"schema", "name", "title", "scenarios"};
constexpr std::array<std::string_view, 4> kVariantKeys = {"scenario", "name", "title", "set"};

fs::path suite_folder() { return fs::path(project_root()) / "scenarios" / "suites"; }

/// A path is one from the suite's folder.
Result<std::string> scenario_of(const std::string& file, const std::string& word) {
  return find_scenario(is_path(word) ? (fs::path(file).parent_path() / word).string() : word);
}

/// Everything but the scenarios themselves.
Status read_suite(const PlainDocument& document, const JsonNode& root, Suite& suite) {
  if (const Status keys = document.check_keys(root, "", kKeys); !keys) return keys;
  std::string schema;
  for (const auto& [key, out] : {std::pair{"schema", &schema}, {"name", &suite.name}, {"title", &suite.title}}) {
    if (const Status line = document.read_line(root, "", key, kLongestLine, *out); !line) return line;
  }
  if (schema != kSchema) return document.wrong(*root.find("schema"), "/schema", world::quoted_text(kSchema));
  const std::string stem = fs::path(suite.file).stem().string();
  if (suite.name != stem)
    return document.wrong(*root.find("name"), "/name", "the name of the file, " + world::quoted_text(stem));
  const JsonNode& list = *root.find("scenarios");
  if (list.kind == JsonKind::array && !list.items.empty() && list.items.size() <= kMostScenarios) return success();
  return document.wrong(list, "/scenarios", "an array of " + world::count_accepted(1, kMostScenarios, "scenarios"));
}

/// The file of the scenario that a node names.
Status read_scenario_name(const PlainDocument& document, const JsonNode& node, const std::string& pointer,
                          SuiteEntry& entry) {
  if (node.kind != JsonKind::text) return document.wrong(node, pointer, "the name or file of a scenario");
  Result<std::string> found = scenario_of(document.file(), node.text);
  if (!found)
    return Error{document.file(), world::place_of(pointer, node.at), found.error().found, found.error().accepted};
  entry.path = std::move(found).value();
  return success();
}

/// {"scenario", "name", "title", "set": {pointer: value, …}}
Status read_variant(const PlainDocument& document, const JsonNode& node, const std::string& pointer,
                    SuiteEntry& entry) {
  if (const Status keys = document.check_keys(node, pointer, kVariantKeys); !keys) return keys;
  if (const Status line = document.read_line(node, pointer, "name", kLongestName, entry.name); !line) return line;
  if (const Status line = document.read_line(node, pointer, "title", kLongestLine, entry.title); !line) return line;
  const JsonNode& set = *node.find("set");
  if (set.kind != JsonKind::object || set.keys.empty())
    return document.wrong(set, pointer + "/set", "at least one JSON pointer into the scenario, with its value");
  for (std::size_t i = 0; i < set.keys.size(); ++i) {
    const std::string place = world::place_of(pointer + "/set" + world::pointer_token(set.keys[i]), set.keys_at[i]);
    if (!world::is_parameter(set.keys[i]))
      return Error{document.file(), place, "found " + world::quoted_text(set.keys[i]),
                   "a pointer below " + world::one_of(world::kParameterParts)};
    entry.changes.push_back({set.keys[i], world::json_text(set.items[i]), place});
  }
  return read_scenario_name(document, *node.find("scenario"), pointer + "/scenario", entry);
}

}  // namespace

std::vector<std::string> suite_names() { return names_in(suite_folder().string()); }

std::string shown_name(const SuiteEntry& entry) {
  return entry.name.empty() ? std::filesystem::path(entry.path).stem().string() : entry.name;
}

Result<Suite> load_suite(const std::string& word) {
  const bool path = is_path(word);
  Suite suite;
  suite.file = path ? word : (suite_folder() / (word + ".json")).string();
  std::error_code ignored;
  if (!path && !fs::exists(suite.file, ignored)) {
    return Error{"", "", "found no suite named \"" + word + "\"",
                 accepted_names_or_path(word, suite_names(), "./my-suite.json")};
  }
  const Result<std::string> text = world::read_text_file(suite.file);
  if (!text) return text.error();
  const Result<JsonNode> document = world::parse_document(text.value(), suite.file);
  if (!document) return document.error();
  const JsonNode& root = document.value();
  const PlainDocument reader(suite.file);
  if (const Status read = read_suite(reader, root, suite); !read) return read.error();
  for (std::size_t i = 0; i < root.find("scenarios")->items.size(); ++i) {
    const JsonNode& node = root.find("scenarios")->items[i];
    const std::string pointer = "/scenarios/" + std::to_string(i);
    SuiteEntry entry;
    const Status read = node.kind == JsonKind::object ? read_variant(reader, node, pointer, entry)
                                                      : read_scenario_name(reader, node, pointer, entry);
    if (!read) return read.error();
    const auto same = [&](const SuiteEntry& other) { return shown_name(other) == shown_name(entry); };
    if (std::any_of(suite.scenarios.begin(), suite.scenarios.end(), same))
      return reader.wrong(node, pointer, "every scenario once, under a name of its own");
    suite.scenarios.push_back(std::move(entry));
  }
  return suite;
}

Result<world::Scenario> load_entry(const Suite& suite, const SuiteEntry& entry) {
  Result<world::Scenario> scenario = load_scenario(entry.path);
  for (const SuiteEntry::Change& change : entry.changes) {
    if (!scenario) return scenario;
    const std::string of = scenario.value().name;
    scenario = world::with_value(scenario.value(), change.pointer, change.value);
    if (!scenario)
      return Error{suite.file, change.place,
                   "does not fit " + of + ": " + scenario.error().place + ": " + scenario.error().found,
                   scenario.error().accepted};
  }
  if (scenario && !entry.name.empty()) {
    scenario.value().name = entry.name;
    scenario.value().title = entry.title;
  }
  return scenario;
}

}  // namespace dwell::cli
