// What the header of each row of the catalogue has to say: paper, logs, defaults, cost and memory.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string>

#include "detectors/catalogue.hpp"

namespace dwell::detect {
namespace {

namespace fs = std::filesystem;

const fs::path kDetectors = DWELL_SOURCE_DIR "/detectors";

/// The comments of a text as they read, without slashes and line breaks.
std::string words_of(const std::string& text) {
  std::string words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("//")) continue;
    const std::size_t begin = std::min(line.find_first_not_of("/ "), line.size());
    words += line.substr(begin) + ' ';
  }
  return words;
}

/// The comments before the first include.
std::string head_of(const std::string& file) { return words_of(file.substr(0, file.find("\n#include"))); }

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Of a row with a header of its own, its head; of a chart, that of entries.hpp and what stands over its entry.
std::string header_of(std::string name) {
  if (name.starts_with("ensemble-")) name = "ensembles";
  std::replace(name.begin(), name.end(), '-', '_');
  for (const auto& folder : fs::directory_iterator(kDetectors)) {
    const fs::path own = folder.path() / (name + ".hpp");
    if (fs::exists(own)) return head_of(read(own));
  }
  const std::string entries = read(kDetectors / "statistics/entries.hpp");
  const std::size_t end = entries.find("extern const CatalogueEntry " + name + "_entry");
  if (end == std::string::npos) return "";
  // Every entry ends in a semicolon; before the first stands the namespace.
  const std::string above = entries.substr(0, end);
  const std::size_t last = above.rfind(";\n");
  return head_of(entries) + words_of(above.substr(last == std::string::npos ? above.find("\nnamespace") : last));
}

bool has_any(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return text.find(part) != std::string::npos; });
}

/// The first number of four digits; empty for practice that no paper tells.
std::string year_of(const std::string& paper) {
  for (std::size_t at = 0; at + 4 <= paper.size(); ++at) {
    const std::string four = paper.substr(at, 4);
    if (std::all_of(four.begin(), four.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) return four;
  }
  return "";
}

}  // namespace

TEST_CASE("the header of every row says paper, tier, defaults, cost and memory") {
  std::size_t rows = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor descriptor = entry.describe();
    if (descriptor.control) continue;
    ++rows;
    const std::string text = header_of(descriptor.name);
    INFO(descriptor.name << ": " << text);
    REQUIRE_FALSE(text.empty());
    CHECK(text.find("ier " + std::string(to_string(descriptor.tier))) != std::string::npos);
    CHECK(has_any(text, {"Cost", "cost", " ns "}));
    CHECK(has_any(text, {"State", "state"}));
    CHECK(has_any(text, {"Defaults", "as published"}));
    CHECK(text.find(year_of(descriptor.paper)) != std::string::npos);
    // Other headers give them as the paper's symbols.
    if (text.find("Defaults: `") == std::string::npos) continue;
    for (const Parameter& parameter : descriptor.parameters) {
      const std::string exact = fmt::format("`{}` {}", parameter.name, parameter.value);
      const std::string rounded = fmt::format("`{}` {:g}", parameter.name, parameter.value);
      INFO(exact);
      CHECK((text.find(exact) != std::string::npos || text.find(rounded) != std::string::npos));
    }
  }
  CHECK(rows >= 28);
}

}  // namespace dwell::detect
