// Schemas beside scenarios and calendars are generated: DWELL_UPDATE_GOLDEN=1 writes it anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/world/scenario.hpp"

namespace dwell::world {
namespace {

void check_schema(const std::string& file, const std::string& generated) {
  const std::string path = std::string(DWELL_SOURCE_DIR) + "/scenarios/" + file;
  if (std::getenv("DWELL_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << generated;
  std::ifstream in(path);
  const std::string kept{std::istreambuf_iterator<char>(in), {}};
  INFO(path);
  CHECK((kept == generated));
}

TEST_CASE("the JSON Schemas beside scenarios and calendars are those the program follows") {
  check_schema("scenario.schema.json", scenario_json_schema());
  check_schema("calendars/calendar.schema.json", calendar_json_schema());
}

}  // namespace
}  // namespace dwell::world
