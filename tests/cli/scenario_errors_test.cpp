// Broken scenarios: one clear line each, exit code 2, nothing left behind.

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::tiny_scenario;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Json = nlohmann::ordered_json;

/// Runs `text` as a scenario and expects one line with all of `said`.
void refused(const std::string& text, Words said) {
  const Folder folder;
  write_text(folder.path("broken.json"), text);
  said.insert(said.end(), {"broken.json", "accepted: "});
  dwell::test::refused(folder, {"run", "./broken.json", "--json", "--output", "out.json"}, said);
}

void refused_when(const std::function<void(Json&)>& breaks, const Words& said) {
  Json scenario = Json::parse(read_text(tiny_scenario()));
  breaks(scenario);
  refused(scenario.dump(2), said);
}

}  // namespace

TEST_CASE("the scenario the others are broken from is sound") {
  const Json scenario = Json::parse(read_text(tiny_scenario()));
  CHECK(scenario.at("name") == "tiny");
}

TEST_CASE("an unknown key") {
  refused_when([](Json& s) { s["warmup"] = "2 d"; }, {"warmup"});
  refused_when([](Json& s) { s["campaign"]["sauces"] = 3; }, {"/campaign", "sauces"});
}

TEST_CASE("a duplicate key") {
  const std::string text = read_text(tiny_scenario());
  refused("{\"name\": \"twice\"," + text.substr(text.find('{') + 1), {"name", "line"});
}

TEST_CASE("a missing key") {
  refused_when([](Json& s) { s.erase("name"); }, {"name"});
}

TEST_CASE("a wrong unit, and none") {
  refused_when([](Json& s) { s["warm_up"] = "2 parsecs"; }, {"/warm_up", "parsecs"});
  refused_when([](Json& s) { s["warm_up"] = 2; }, {"/warm_up"});
}

TEST_CASE("a negative number") {
  refused_when([](Json& s) { s["campaign"]["phases"][0]["pages"][0]["views"] = -5; },
               {"/campaign/phases/0/pages/0/views", "-5"});
}

TEST_CASE("a value of another type") {
  refused_when([](Json& s) { s["campaign"]["phases"] = "many"; }, {"/campaign/phases"});
  refused("[1, 2, 3]", {"object"});
}

TEST_CASE("an end before the start") {
  refused_when(
      [](Json& s) {
        s["platform"]["calendar"]["promotions"][0]["first"] = "2025-06-28";
        s["platform"]["calendar"]["promotions"][0]["last"] = "2025-06-27";
      },
      {"/platform/calendar/promotions/0"});
}

TEST_CASE("a scale that leaves no members") {
  refused_when([](Json& s) { s["scale"] = "1/1000000"; }, {"/scale", "accounts"});
}

TEST_CASE("an unknown word where a few are accepted") {
  refused_when([](Json& s) { s["key_use"] = "shared"; }, {"/key_use", "shared_production"});
  refused_when([](Json& s) { s["baseline"] = "moon"; }, {"/baseline", "moon"});
}

TEST_CASE("a date that is none") {
  refused_when([](Json& s) { s["timeline"][0]["day"] = "2025-02-30"; }, {"/timeline/0/day", "2025-02-30"});
}

TEST_CASE("a text that is cut short, empty, or no JSON") {
  const std::string text = read_text(tiny_scenario());
  refused(text.substr(0, text.size() / 2), {"line"});
  refused("", {});
  refused("dwell!", {"line 1"});
  refused(std::string(100'000, '['), {});
}

TEST_CASE("files that cannot be read") {
  const Folder folder;
  for (const std::string& path : {std::string("./nothing.json"), folder.path(""), std::string("nothing/tiny.json")}) {
    const Finished end = run_dwell(folder, {"run", path});
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
  }
  CHECK(run_dwell(folder, {"run", "nothing/tiny.json"}).err.find("the name tiny") != std::string::npos);
  CHECK(folder.names().empty());
}
