#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "detectors/catalogue.hpp"

namespace dwell::detect {

TEST_CASE("the README's table names every detector with its tier and form", "[detectors]") {
  std::ifstream file(DWELL_SOURCE_DIR "/detectors/README.md");
  std::stringstream text;
  text << file.rdbuf();
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    const std::size_t at = text.str().find("`" + d.name + "`");
    REQUIRE(at != std::string::npos);
    const std::string line = text.str().substr(at, text.str().find('\n', at) - at);
    CHECK(line.find(to_string(d.tier)) != std::string::npos);
    CHECK(line.find(to_string(d.form)) != std::string::npos);
  }
}

}  // namespace dwell::detect
