#include <algorithm>
#include <catch2/catch.hpp>

#include "bench/run/contenders.hpp"
#include "bench/run/grids.hpp"
#include "detectors/catalogue.hpp"

namespace dwell::run {
namespace {

void refused(const std::string& text, const std::string& place, const std::string& found, const std::string& accepted) {
  const auto grids = parse_grids(text, "g.json");
  REQUIRE_FALSE(grids);
  INFO(grids.error().message());
  CHECK(grids.error().file == "g.json");
  CHECK(grids.error().place.starts_with(place));
  CHECK(grids.error().found.find(found) != std::string::npos);
  CHECK(grids.error().accepted.find(accepted) != std::string::npos);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("the project's grids name parameters that exist, with values they accept", "[run][grids]") {
  const auto grids = read_grids(DWELL_SOURCE_DIR "/detectors/parameter_grids.json");
  if (!grids) FAIL(grids.error().message());
  CHECK(grids.value().size() >= 4);
  for (const Grid& grid : grids.value()) {
    const auto all = expand({grid.detector + ":*"}, false, grids.value());
    if (!all) FAIL(all.error().message());
    CHECK(all.value().size() == grid.combinations());
    for (const std::string& word : all.value()) {
      INFO(word);
      CHECK(contender(word).ok());
    }
  }
}

TEST_CASE("every detector that has parameters has a grid", "[run][grids]") {
  const auto grids = read_grids(DWELL_SOURCE_DIR "/detectors/parameter_grids.json");
  if (!grids) FAIL(grids.error().message());
  for (const detect::CatalogueEntry& entry : detect::catalogue()) {
    const detect::Descriptor descriptor = entry.describe();
    if (descriptor.parameters.empty()) continue;
    INFO(descriptor.name);
    CHECK(std::any_of(grids.value().begin(), grids.value().end(),
                      [&](const Grid& grid) { return grid.detector == descriptor.name; }));
  }
}

TEST_CASE("the project's grids can be run together", "[run][grids]") {
  const auto grids = read_grids(DWELL_SOURCE_DIR "/detectors/parameter_grids.json");
  if (!grids) FAIL(grids.error().message());
  const auto whole = expand({}, true, grids.value());
  if (!whole) FAIL(whole.error().message());
  std::size_t combinations = 0;
  for (const Grid& grid : grids.value()) combinations += grid.combinations();
  CHECK(whole.value().size() > combinations);  // and the detectors without a grid
}

TEST_CASE("a grid expands to every combination, named as it would be typed", "[run][grids]") {
  const auto grids =
      parse_grids(R"({"ewma": {"lambda": [0.05, 0.2], "two_sided": [0, 1]}, "midas-r": {"rows": [2]}})", "");
  REQUIRE(grids);
  const Words ewma = {"ewma:lambda=0.05,two_sided=0", "ewma:lambda=0.05,two_sided=1", "ewma:lambda=0.2,two_sided=0",
                      "ewma:lambda=0.2,two_sided=1"};
  CHECK(expand({"ewma:*"}, false, grids.value()).value() == ewma);
  CHECK(expand({"ewma"}, true, grids.value()).value() == ewma);
  CHECK(expand({"ewma", "random"}, false, grids.value()).value() == Words{"ewma", "random"});
  const Words whole = expand({}, true, grids.value()).value();
  CHECK(std::count(whole.begin(), whole.end(), "midas-r:rows=2") == 1);
  CHECK(std::count(whole.begin(), whole.end(), "never-alert") == 1);
  CHECK(std::count(whole.begin(), whole.end(), "ewma") == 0);
  CHECK(contender(ewma[1]).value().descriptor.parameter("two_sided") == 1);
  CHECK_FALSE(expand({"random:*"}, false, grids.value()));
  CHECK_FALSE(expand({"random"}, true, grids.value()));
  CHECK_FALSE(expand({"ewma:lambda=.1"}, true, grids.value()));
  CHECK_FALSE(expand({}, false, grids.value()).value().size() > 0);
}

TEST_CASE("too many combinations are refused", "[run][grids]") {
  std::string values;
  for (int i = 1; i <= 251; ++i) {
    if (i != 1) values += ',';
    values += std::to_string(0.1 + i / 500.0);
  }
  const auto grids =
      parse_grids(R"({"ewma": {"lambda": [)" + values + R"(]}, "cusum-gaussian": {"k": [)" + values + "]}}", "");
  REQUIRE(grids);
  CHECK(expand({"ewma:*"}, false, grids.value()).value().size() == 251);
  const auto both = expand({"ewma:*", "cusum-gaussian:*"}, false, grids.value());
  REQUIRE_FALSE(both);
  CHECK(both.error().found.find("502") != std::string::npos);
  CHECK(both.error().place == "detector");
  const auto switched = expand({"ewma", "cusum-gaussian"}, true, grids.value());
  REQUIRE_FALSE(switched);
  CHECK(switched.error().place == "--grid");
  refused(R"({"ewma": {"lambda": [)" + values + R"(], "two_sided": [0, 1]}})", "/ewma", "an object", "at most 500");
}

TEST_CASE("bad grids are refused with place, what was found and what is accepted", "[run][grids]") {
  refused("[]", "", "an array", "an object");
  refused("{\"ewma\": ", "", "", "");
  refused(R"({"ewmo": {"lambda": [1]}})", "/ewmo (line 1, column 2)", "\"ewmo\"", "ewma");
  refused(R"({"ewma": []})", "/ewma", "an array", "an object");
  refused(R"({"ewma": {}})", "/ewma", "an object", "parameter");
  refused(R"({"ewma": {"lambda": 1}})", "/ewma/lambda", "the number 1", "a list");
  refused(R"({"ewma": {"lambda": []}})", "/ewma/lambda", "an array", "a list");
  refused(R"({"ewma": {"lambda": ["1"]}})", "/ewma/lambda/0", "the string", "a number");
  refused(R"({"ewma": {"lambda": [0.1, 7]}})", "/ewma/lambda/1 (line 1, column 27)", "found 7", "0.001 to 1");
  refused(R"({"ewma": {"lambda": [0.1, 0.1]}})", "/ewma/lambda/1", "0.1", "once");
  refused(R"({"ewma": {"lambada": [0.1]}})", "/ewma/lambada/0", "\"lambada\"", "lambda");
}

TEST_CASE("a detector is typed with its parameters", "[run][grids]") {
  const auto typed = contender("ewma:lambda=.2,two_sided=1");
  REQUIRE(typed);
  CHECK(typed.value().descriptor.name == "ewma:lambda=0.2,two_sided=1");
  CHECK(typed.value().descriptor.parameter("lambda") == .2);
  CHECK(typed.value().descriptor.parameter("two_sided") == 1);
  CHECK(typed.value().make({})->descriptor().parameter("lambda") == .2);
  CHECK(contender("ewma").value().descriptor.parameter("lambda") == .1);
  const auto error = [](const std::string& word) {
    const auto found = contender(word);
    REQUIRE_FALSE(found);
    return found.error().message();
  };
  CHECK(error("ewma:lambda=2") == "ewma: found \"lambda=2\"; accepted: 0.001 to 1");
  CHECK(error("ewma:gamma=2").find("lambda, two_sided") != std::string::npos);
  CHECK(error("ewma:lambda").find("parameter=value") != std::string::npos);
  CHECK(error("ewma:").find("parameter=value") != std::string::npos);
  CHECK(error("ewma:lambda=x").find("a number after lambda=") != std::string::npos);
  CHECK(error("ewma:lambda=nan").find("a number after lambda=") != std::string::npos);
  CHECK(error("ewma:lambda=1,lambda=1").find("twice") != std::string::npos);
  CHECK(error("ewmo:lambda=1").find("ewma") != std::string::npos);
  CHECK(error("never-alert:k=1").find("none") != std::string::npos);
}

}  // namespace dwell::run
