// scenarios/scenario.schema.json is generated: DWELL_UPDATE_GOLDEN=1 writes it anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

TEST_CASE("the JSON Schema beside the scenarios is the one the program follows") {
  const std::string path = std::string(DWELL_SOURCE_DIR) + "/scenarios/scenario.schema.json";
  const std::string generated = scenario_json_schema();
  if (std::getenv("DWELL_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << generated;
  std::ifstream in(path);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  CHECK((kept == generated));
}

}  // namespace
}  // namespace dwell::world
