// The model cards in the folders' README files, against what the program describes: every parameter has a row, with its
// default and its tag, and no row names anything else. What a published, measured or derived value rests on is written
// by hand, and must be there.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string start;  ///< "| name | default | tag | what it is | "
  std::string tag;
};
using Rows = std::map<std::string, Row>;

std::string grouped(std::string digits) {
  for (std::size_t at = digits.size(); at > 3; digits.insert(at, 1, ',')) at -= 3;
  return digits;
}

/// As people write it: 33,700,000; 0.06; on; none.
std::string default_text(const Json& schema) {
  if (!schema.contains("default")) return "that of the baseline";
  const Json& value = schema.at("default");
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  if (value.is_string()) return value.get<std::string>().empty() ? "none" : value.get<std::string>();
  if (value.is_array()) {
    constexpr std::size_t kShown = 3;
    if (value.empty()) return "none";
    if (value.size() > kShown) return "in `params.hpp`";
    std::string list = "[";
    for (const Json& element : value) {
      if (list.size() > 1) list += ", ";
      list += element.dump();
    }
    return list + ']';
  }
  std::string text = value.dump();
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text.find('.') == std::string::npos ? grouped(text) : text;
}

std::string tag_letter(const std::string& tag) {
  static const std::map<std::string, std::string> letters = {
      {"published", "P"}, {"measured on published data", "M"}, {"derived", "D"}, {"assumption", "A"}, {"setting", "–"}};
  return letters.at(tag);
}

void add_rows(const std::string& name, const Json& schema, Rows& out) {
  if (schema.contains("properties")) {
    for (const auto& [key, member] : schema.at("properties").items())
      add_rows(name.empty() ? key : name + '.' + key, member, out);
    return;
  }
  const std::string unit = schema.value("x-unit", "");
  const bool shown = !unit.empty() && unit != "probability" && unit != "duration" && unit != "date" && unit != "factor";
  const std::string tag = tag_letter(schema.at("x-tag").get<std::string>());
  std::string start = "| `" + name + "` | " + default_text(schema);
  if (shown) start += ' ' + unit;
  for (const std::string& cell : {tag, schema.at("description").get<std::string>()}) start += " | " + cell;
  out[name] = {start + " | ", tag};
}

/// Rows of the first table below "## Model card".
std::vector<std::string> rows_of(const std::string& path) {
  std::ifstream in(std::string(DWELL_SOURCE_DIR) + '/' + path);
  std::vector<std::string> rows;
  bool card = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "## Model card") card = true;
    if (!card) continue;
    if (line.starts_with("| `")) {
      rows.push_back(line);
    } else if (!rows.empty()) {
      break;
    }
  }
  return rows;
}

TEST_CASE("the model cards name every parameter, with its default and its tag") {
  const Json schema = Json::parse(scenario_json_schema());
  const std::pair<const char*, const char*> kCards[] = {{"platform", "sim/commerce/README.md"},
                                                        {"workforce", "sim/workforce/README.md"},
                                                        {"background", "sim/background/README.md"},
                                                        {"campaign", "sim/campaign/README.md"}};
  for (const auto& [part, path] : kCards) {
    Rows expected;
    add_rows("", schema.at("properties").at(part), expected);
    CHECK(expected.size() > 10);
    for (const std::string& row : rows_of(path)) {
      INFO(path << ": " << row);
      const std::string name = row.substr(3, row.find('`', 3) - 3);
      const auto known = expected.find(name);
      REQUIRE(known != expected.end());
      CHECK(row.substr(0, known->second.start.size()) == known->second.start);
      const std::string rest = row.substr(std::min(row.size(), known->second.start.size()));
      const bool said = rest.find_first_not_of(" |") != std::string::npos;
      const std::string& tag = known->second.tag;
      CHECK((said || tag == "A" || tag == "–"));
      expected.erase(known);
    }
    for (const auto& [name, row] : expected) {
      INFO(path << " has no row for " << name << ": " << row.start);
      CHECK(false);
    }
  }
}

}  // namespace
}  // namespace dwell::world
