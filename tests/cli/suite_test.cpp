// Suites of more than one scenario: every scenario as if it was run alone, side by side in one file.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Json = nlohmann::ordered_json;
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
  CHECK(end.out.find("All scenarios, at 1/day") != std::string::npos);
  fits_80_columns(end.out);
  CHECK(run_dwell(folder, {"report", "out.json"}).out == end.out);
  CHECK(run_dwell(folder, {"report", "out.json", "--json"}).out == read_text(folder.path("out.json")));
  write_text(folder.path("out.json"), R"({"schema": "dwell.suite-results/1", "suite": "two", "results": [{}]})");
  const Finished broken = run_dwell(folder, {"report", "out.json"});
  CHECK(broken.code == 2);
  CHECK(broken.err.find("out.json: /results/0") != std::string::npos);
}

TEST_CASE("a suite's file is indented like a document of one scenario, which stands in it two steps further in") {
  const Folder folder;
  write_suite(folder);
  const std::string text = run_dwell(folder, study({"bench", "two.json", "--json"})).out;
  CHECK(text.starts_with(
      "{\n  \"schema\": \"dwell.suite-results/1\",\n  \"suite\": \"two\",\n  \"results\": [\n    {\n"));
  CHECK(text.ends_with("\n    }\n  ]\n}\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    INFO(line.substr(0, 60));
    CHECK((indent % 2 == 0 && indent <= 8));
  }
}

TEST_CASE("a suite may hold a scenario several times, with values of its own under other names") {
  const Folder folder;
  const auto suite = [](const std::string& variant) {
    return R"({"schema": "dwell.suite/1", "name": "v", "title": "V", "scenarios": ["tiny", )" + variant + "]}";
  };
  write_text(folder.path("v.json"), suite(R"({"scenario": "tiny", "name": "own-key", "title": "Its own key",
      "set": {"/key_use": "exclusive", "/campaign/sources/count": 1000}})"));
  const Finished end = run_dwell(folder, study({"bench", "v.json", "--json"}));
  INFO(end.err);
  REQUIRE(end.code == 0);
  const Json results = Json::parse(end.out).at("results");
  const Json& own = results[1].at("manifest");
  CHECK(results[0].at("manifest").at("key_use") == "shared_production");
  CHECK(own.at("scenario") == "own-key");
  CHECK(own.at("scenario_title") == "Its own key");
  CHECK(own.at("key_use") == "exclusive");
  CHECK(own.at("scenario_digest") != results[0].at("manifest").at("scenario_digest"));
  CHECK(own.at("sources") != results[0].at("manifest").at("sources"));

  struct Case {
    const char *variant, *said;
  };
  for (const Case& each : {
           Case{R"({"scenario": "tiny", "name": "a", "title": "t", "set": {"/key_use": "lent"}})",
                "v.json: /scenarios/1/set/~1key_use (line 1"},
           Case{R"({"scenario": "tiny", "name": "a", "title": "t", "set": {"/key_uze": "exclusive"}})", "\"/key_use\""},
           Case{R"({"scenario": "tiny", "name": "a", "title": "t", "set": {"/campaign/sauces": 1}})",
                "the scenario has no such value"},
           Case{R"({"scenario": "tiny", "name": "a", "title": "t", "set": {}})", "/scenarios/1/set"},
           Case{R"({"scenario": "tiny", "name": "a", "set": {"/key_use": "exclusive"}})", "missing key \"title\""},
           Case{R"({"scenario": "tinny", "name": "a", "title": "t", "set": {"/key_use": "exclusive"}})",
                "tiny (did you mean it?)"},
           Case{R"({"scenario": "tiny", "name": "a", "title": "t", "sets": {}})", "nearest known keys are \"set\""},
           Case{R"("tiny")", "every scenario once"},
           Case{"7", "the name or file of a scenario"},
       }) {
    INFO(each.variant);
    write_text(folder.path("v.json"), suite(each.variant));
    dwell::test::refused(folder, {"bench", "v.json"}, {each.said});
  }
}

TEST_CASE("a suite that runs out of memory keeps the scenarios before, and says what would help") {
  const Folder folder;
  write_suite(folder);
  Json whole = Json::parse(read_text(folder.path("other.json")));
  whole["scale"] = "1/1";
  write_text(folder.path("other.json"), whole.dump(1));
  dwell::test::Surroundings small;
  small.memory_mb = 200;
  const Finished end = run_dwell(folder, study({"bench", "two.json", "--json", "--threads", "1"}), small);
  CHECK(end.code == 1);
  CHECK(end.err ==
        "dwell: other: out of memory; --scale 1/1 is too large here: a smaller one, or fewer --threads, needs less\n");
  const Json document = Json::parse(end.out);
  CHECK(document.at("left_out") == Json({"other"}));
  REQUIRE(document.at("results").size() == 1);
  CHECK(document.at("results")[0].at("manifest").at("scenario") == "tiny");
  write_text(folder.path("part.json"), end.out);
  const std::string page = run_dwell(folder, {"report", "part.json"}).out;
  CHECK(page.ends_with("\nLeft out, as the suite was stopped or a scenario failed: other.\n"));
  CHECK(run_dwell(folder, {"report", "part.json", "--json"}).out == end.out);
}

TEST_CASE("the suite of campaigns runs, small, and prints its scenarios side by side") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"bench", "campaigns", "--scale", "1/20000", "--seeds", "1", "--days", "2",
                                          "--detector", "ewma", "--detector", "orphaned-key", "-q", "-o", "c.json"});
  INFO(end.err);
  REQUIRE(end.code == 0);
  std::set<std::string> digests, events;
  const Json results = Json::parse(read_text(folder.path("c.json"))).at("results");
  for (const Json& each : results) {
    digests.insert(each.at("manifest").at("scenario_digest"));
    events.insert(each.at("manifest").at("event_digest"));
  }
  CHECK(results.size() == 7);
  CHECK(digests.size() == results.size());
  CHECK(events.size() == results.size());
  fits_80_columns(end.out);
  const std::string table = end.out.substr(end.out.find("All scenarios, at 1/day"));
  for (const char* word : {"fast", "quiet", "own", "many", "shuffled", "clean", "mean", "ewma", "orphaned-key"}) {
    INFO(word);
    CHECK(table.find(word) != std::string::npos);
  }
}

TEST_CASE("what a suite cannot do is said in one line before anything is simulated") {
  const Folder folder;
  write_suite(folder);
  const auto refused = [&](const Words& words, const std::string& said) {
    dwell::test::refused(folder, words, {said});
  };
  refused({"bench", "two.json", "--checkpoint", "kept"}, "a suite of more than one scenario");
  refused({"bench", "two.json", "--detector", "ewm"}, "ewma");
  refused({"bench", "two.json", "--output", "gone/out.json"}, "gone");
  refused({"bench", "two"}, "reference");
  write_text(folder.path("twice.json"),
             R"({"schema": "dwell.suite/1", "name": "twice", "title": "T", "scenarios": ["tiny", "tiny"]})");
  refused({"bench", "twice.json"}, "every scenario once");
  write_text(folder.path("twice.json"),
             R"({"schema": "dwell.suite/1", "name": "twice", "title": "T", "scenarios": ["tiny", )"
             R"({"scenario": "tiny", "name": "tiny", "title": "t", "set": {"/campaign/length": "1 d"}}]})");
  refused({"bench", "twice.json"}, "under a name of its own");
  const Finished full = run_dwell(folder, study({"bench", "two.json", "--output", "/dev/full"}));
  CHECK(full.code == 1);
  CHECK(full.err.find("/dev/full") != std::string::npos);
  CHECK(full.out.find("All scenarios") != std::string::npos);
}
