// Suites of more than one scenario: every scenario as if it was run alone, side by side in one file.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::write_text;

namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

const Words kStudy = {"--seeds", "2", "--days", "1", "--detector", "ewma", "-q"};

/// `first` and then how every study here is run.
Words study(Words first) {
  first.insert(first.end(), kStudy.begin(), kStudy.end());
  return first;
}

/// A suite of a scenario of the project's and a copy of it under another name.
void write_suite(const Folder& folder) {
  Json other = Json::parse(read_text(DWELL_SOURCE_DIR "/scenarios/tiny.json"));
  other["name"] = "other";
  write_text(folder.path("other.json"), other.dump(1));
  write_text(folder.path("two.json"),
             R"({"schema": "dwell.suite/1", "name": "two", "title": "Two", "scenarios": ["tiny", "./other.json"]})");
}

/// What does not depend on the machine.
Json lasting(Json document) {
  document.erase("timing");
  document.erase("machine");
  return document;
}

}  // namespace

TEST_CASE("a suite's scenarios come out as if each was run alone, and its file is read again") {
  const Folder folder;
  write_suite(folder);
  const Finished end = run_dwell(folder, study({"bench", "two.json", "--output", "out.json"}));
  INFO(end.err);
  REQUIRE(end.code == 0);
  const Json document = Json::parse(read_text(folder.path("out.json")));
  CHECK(document.at("schema") == "dwell.suite-results/1");
  CHECK(document.at("suite") == "two");
  REQUIRE(document.at("results").size() == 2);
  CHECK(lasting(document.at("results")[0]) ==
        lasting(Json::parse(run_dwell(folder, study({"run", "tiny", "--json"})).out)));
  CHECK(lasting(document.at("results")[1]) ==
        lasting(Json::parse(run_dwell(folder, study({"run", "./other.json", "--json"})).out)));
  CHECK(run_dwell(folder, {"report", "out.json"}).out == end.out);
  CHECK(run_dwell(folder, {"report", "out.json", "--json"}).out == read_text(folder.path("out.json")));
  write_text(folder.path("out.json"), R"({"schema": "dwell.suite-results/1", "suite": "two", "results": [{}]})");
  const Finished broken = run_dwell(folder, {"report", "out.json"});
  CHECK(broken.code == 2);
  CHECK(broken.err.find("out.json: /results/0") != std::string::npos);
}

TEST_CASE("what a suite cannot do is said in one line before anything is simulated") {
  const Folder folder;
  write_suite(folder);
  const auto refused = [&](const Words& words, const std::string& said) {
    const Finished end = run_dwell(folder, words);
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
    CHECK(end.err.find(said) != std::string::npos);
  };
  refused({"bench", "two.json", "--checkpoint", "kept"}, "a suite of more than one scenario");
  refused({"bench", "two.json", "--detector", "ewm"}, "ewma");
  refused({"bench", "two.json", "--output", "gone/out.json"}, "gone");
  refused({"bench", "two"}, "reference");
  write_text(folder.path("twice.json"),
             R"({"schema": "dwell.suite/1", "name": "twice", "title": "T", "scenarios": ["tiny", "tiny"]})");
  refused({"bench", "twice.json"}, "every scenario once");
  const Finished full = run_dwell(folder, study({"bench", "two.json", "--output", "/dev/full"}));
  CHECK(full.code == 1);
  CHECK(full.err.find("/dev/full") != std::string::npos);
}
