// The model cards in the folders' README files, against what a scenario accepts: every parameter, those of elements of
// lists too, has a row in one card, with its default and its tag, and no row names anything else. What a published,
// measured or derived value rests on is written by hand, and must be there; of a published one, who published it.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string start;  ///< "` | default | tag | what it is | ", what follows the name
  std::string tag;
};
using Rows = std::map<std::string, Row>;

std::string grouped(std::string digits) {
  for (std::size_t at = digits.size(); at > 3; digits.insert(at, 1, ',')) at -= 3;
  return digits;
}

/// As people write it: 33,700,000; 0.06; on; none. Long lists stand in the program.
std::string default_text(const std::string& name, const Json& schema, bool required) {
  if (schema.contains("const")) return schema.at("const").get<std::string>();
  if (required) return "given";
  if (name == "baseline") return "the first";
  if (name == "campaign.length") return "that of the baseline";
  if (!schema.contains("default")) return "none";
  const Json& value = schema.at("default");
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  if (value.is_string()) return value.get<std::string>().empty() ? "none" : value.get<std::string>();
  if (value.is_array()) {
    constexpr std::size_t kShown = 3;
    if (value.empty()) return "none";
    if (value.size() > kShown) return name.starts_with("segments.") ? "in `segments.cpp`" : "in `params.hpp`";
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

void add_rows(const std::string& prefix, const Json& object, Rows& out) {
  const Json none = Json::array();
  const Json& required = object.contains("required") ? object.at("required") : none;
  for (const auto& [key, schema] : object.at("properties").items()) {
    const std::string name = prefix + key;
    if (schema.contains("properties")) {
      add_rows(name + '.', schema, out);
      continue;
    }
    const bool given = std::find(required.begin(), required.end(), Json(key)) != required.end();
    const std::string unit = schema.value("x-unit", "");
    const bool shown =
        !given && !unit.empty() && unit != "probability" && unit != "duration" && unit != "date" && unit != "factor";
    const std::string tag = tag_letter(schema.at("x-tag").get<std::string>());
    std::string rest = "` | " + default_text(name, schema, given);
    if (shown) rest += ' ' + unit;
    for (const std::string& cell : {tag, schema.at("description").get<std::string>()}) rest += " | " + cell;
    out[name] = {rest + " | ", tag};
    if (schema.contains("items") && schema.at("items").contains("properties"))
      add_rows(name + "[].", schema.at("items"), out);
  }
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

/// Who published what: a row whose tag is P names one of them.
constexpr std::array kPublishers = {
    "Ministry of Science and ICT",
    "company",
    "IGAWorks",
    "Korea AeroSpace Administration",
    "CyberArk",
    "GitGuardian",
    "Coveo",
};

/// A folder's card, and what its names leave out.
struct Card {
  const char* path;
  const char* prefix;
};
constexpr Card kCards[] = {{"sim/world/README.md", ""},
                           {"sim/protocol/README.md", ""},
                           {"sim/commerce/README.md", "platform."},
                           {"sim/workforce/README.md", "workforce."},
                           {"sim/background/README.md", "background."},
                           {"sim/campaign/README.md", "campaign."}};

TEST_CASE("the model cards name every parameter of a scenario once, with its default and its tag") {
  Rows expected;
  add_rows("", Json::parse(scenario_json_schema()), expected);
  for (const Card& card : kCards) {
    const std::vector<std::string> rows = rows_of(card.path);
    CHECK(rows.size() > 10);
    for (const std::string& row : rows) {
      INFO(card.path << ": " << row);
      const std::size_t end = row.find('`', 3);
      const auto known = expected.find(card.prefix + row.substr(3, end - 3));
      REQUIRE(known != expected.end());
      const auto& [start, tag] = known->second;
      CHECK(row.substr(end, start.size()) == start);
      const std::string rest = row.substr(std::min(row.size(), end + start.size()));
      const bool said = rest.find_first_not_of(" |") != std::string::npos;
      CHECK((said || tag == "A" || tag == "–"));
      const bool published = std::any_of(kPublishers.begin(), kPublishers.end(), [&](const char* publisher) {
        return rest.find(publisher) != std::string::npos;
      });
      CHECK((published || tag != "P"));
      expected.erase(known);
    }
  }
  for (const auto& [name, row] : expected) {
    INFO("no card has a row for " << name << row.start);
    CHECK(false);
  }
}

TEST_CASE("the first model card says where the others are") {
  std::ifstream in(std::string(DWELL_SOURCE_DIR) + "/sim/commerce/README.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string card = text.substr(text.find("## Model card"));
  for (const Card& other : kCards) {
    const std::string folder = std::string(other.path).substr(0, std::string(other.path).rfind('/'));
    INFO(folder);
    CHECK((folder == "sim/commerce" || card.find('`' + folder + "/README.md`") != std::string::npos));
  }
}

}  // namespace
}  // namespace dwell::world
