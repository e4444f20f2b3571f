// One value of a scenario at a time, by its pointer.
#include <catch2/catch.hpp>
#include <string>

#include "sim/world/scenario_change.hpp"

namespace dwell::world {
namespace {

const Scenario& tiny() {
  static const Scenario scenario = read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/tiny.json").value();
  return scenario;
}

TEST_CASE("a value is found with what its description says") {
  const ParameterInfo info = find_parameter(tiny(), "/platform/logs/auth_lost").value();
  CHECK(info.value == "0.003");
  CHECK(info.tag == "assumption");
  CHECK(info.unit == "probability");
  CHECK(info.meaning == "issuance rows that never arrive");
  CHECK(find_parameter(tiny(), "/key_use").value().value == "\"shared_production\"");
  CHECK(find_parameter(tiny(), "/campaign/phases/0/pages/1/views").value().value == "50474.0");
  // A number of a list is described by the list.
  CHECK(find_parameter(tiny(), "/platform/calendar/hour/3").value().meaning ==
        find_parameter(tiny(), "/platform/calendar/hour").value().meaning);
  for (const char* absent : {"/platform/logs/auth_lots", "", "platform", "/campaign/phases/7", "/campaign/phases/x"}) {
    INFO(absent);
    CHECK_FALSE(find_parameter(tiny(), absent).ok());
    CHECK_FALSE(with_value(tiny(), absent, "1").ok());
  }
}

TEST_CASE("another value changes that one alone") {
  Scenario expected = tiny();
  expected.platform.logs.auth_lost = 0.25;
  CHECK(to_json(with_value(tiny(), "/platform/logs/auth_lost", "0.25").value()) == to_json(expected));
  expected = tiny();
  expected.key_use = workforce::KeyUseOfInsider::exclusive;
  CHECK(to_json(with_value(tiny(), "/key_use", "\"exclusive\"").value()) == to_json(expected));
  expected = tiny();
  expected.platform.calendar.promotions.clear();
  CHECK(to_json(with_value(tiny(), "/platform/calendar/promotions", "[]").value()) == to_json(expected));
  CHECK(scenario_digest(with_value(tiny(), "/scale", "\"1/1000\"").value()) == scenario_digest(tiny()));
}

TEST_CASE("what does not fit is refused as in a file, without a place in a text nobody wrote") {
  const auto refused = [](const char* pointer, const char* value) {
    return with_value(tiny(), pointer, value).error().message();
  };
  CHECK(refused("/platform/logs/auth_lost", "2") ==
        "/platform/logs/auth_lost: found the number 2; accepted: a probability, 0 to 1");
  CHECK(refused("/key_use", "\"nobody's\"").find("/key_use: found the string \"nobody's\"; accepted: ") == 0);
  CHECK(refused("/platform/logs/auth_lost", "{") == "/platform/logs/auth_lost: found \"{\"; accepted: JSON");
  CHECK(refused("/campaign/length", "\"90 d\"").find("/campaign/length: the campaign lasts 90 d") == 0);
}

}  // namespace
}  // namespace dwell::world
