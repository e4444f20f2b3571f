// The README's table of detectors is what the descriptors say. DWELL_UPDATE_GOLDEN=1 rewrites it.

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"

namespace dwell::detect {
namespace {

constexpr const char* kFile = DWELL_SOURCE_DIR "/detectors/README.md";
constexpr std::string_view kBegin = "<!-- table of the catalogue: generated -->\n";
constexpr std::string_view kEnd = "<!-- end of the table -->\n";

std::string parameters(const Descriptor& d) {
  std::string text;
  for (const Parameter& p : d.parameters) text += (text.empty() ? "`" : ", `") + typed_parameter(p.name, p.value) + "`";
  return text.empty() ? "–" : text;
}

std::string row(const CatalogueEntry& entry) {
  const Descriptor d = entry.describe();
  std::string form(to_string(d.form));
  if (entry.make_series != nullptr) form += ", series";
  if (entry.make_edges != nullptr) form += ", edges";
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", d.name, to_string(d.tier), form, parameters(d),
                     d.check.empty() ? "–" : d.check, d.paper);
}

std::string table() {
  std::string text =
      "| name | tier | form | defaults | check value | paper |\n"
      "|---|---|---|---|---|---|\n";
  for (const bool control : {false, true}) {
    for (const CatalogueEntry& entry : catalogue()) {
      if (entry.describe().control == control) text += row(entry);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("the README's table is that of the descriptors", "[detectors][golden]") {
  std::stringstream read;
  read << std::ifstream(kFile).rdbuf();
  std::string text = read.str();
  const std::size_t begin = text.find(kBegin);
  const std::size_t end = text.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const std::size_t from = begin + kBegin.size();
  REQUIRE(from <= end);
  if (std::getenv("DWELL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kFile) << text.replace(from, end - from, table());
    SUCCEED("rewritten");
    return;
  }
  // A cell must not end its row early.
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string line = row(entry);
    INFO(line);
    CHECK(std::count(line.begin(), line.end(), '|') == 7);
  }
  CHECK(text.substr(from, end - from) == table());
}

}  // namespace dwell::detect
