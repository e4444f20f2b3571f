#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/child.hpp"

using dwell::test::count_lines;
using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::refused;
using dwell::test::run_dwell;
using dwell::test::Surroundings;
using dwell::test::Words;

TEST_CASE("help teaches the command in 80 columns") {
  const Folder folder;
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}}) {
    const Finished end = run_dwell(folder, words);
    CHECK(end.code == 0);
    CHECK(end.err.empty());
    for (const char* word : {"case-study", "run SCENARIO", "list", "report", "--scale", "--seed", "--threads", "--json",
                             "Examples", "Exit:"}) {
      CHECK(end.out.find(word) != std::string::npos);
    }
    fits_80_columns(end.out);
  }
}

TEST_CASE("help on one command tells its options and no others") {
  const Folder folder;
  struct Page {
    std::string command, has, lacks;
  };
  for (const Page& page :
       {Page{"run", "--key-use", "--lookahead"}, Page{"case-study", "--seeds", "--lookahead"},
        Page{"resume", "--threads", "--seeds"}, Page{"list", "--json", "--scale"},
        Page{"report", "--output", "--scale"}, Page{"schema", "telemetry", "--scale"},
        Page{"validate", "--columns", "--baseline"}, Page{"phold", "--lookahead", "--scale"},
        Page{"bench-kernel", "--in-process", "--baseline"}, Page{"bench", "--detector", "--lookahead"},
        Page{"export", "--topics", "--seeds"}, Page{"score-series", "--value", "--tick"},
        Page{"score-edges", "--tick", "--value"}, Page{"check-detector", "--json", "--scale"}}) {
    INFO(page.command);
    const Finished end = run_dwell(folder, {page.command, "--help"});
    CHECK(end.code == 0);
    CHECK(end.out.starts_with("dwell " + page.command));
    CHECK(end.out.find(page.has) != std::string::npos);
    CHECK(end.out.find(page.lacks) == std::string::npos);
    fits_80_columns(end.out);
    CHECK(run_dwell(folder, {"help", page.command}).out == end.out);
  }
}

TEST_CASE("every command has its page, under help and --help alike") {
  const Folder folder;
  // Whoever types no command is told all of them.
  std::string list = refused({"--quiet"}, {"no command"}).err;
  list = list.substr(list.find("accepted: ") + std::string("accepted: ").size());
  std::istringstream commands(list);
  std::size_t pages = 0;
  for (std::string name; std::getline(commands >> std::ws, name, ',');) {
    name = name.substr(0, name.find('\n'));
    INFO(name);
    const Finished page = run_dwell(folder, {"help", name});
    CHECK(page.code == 0);
    CHECK(page.err.empty());
    CHECK(page.out.starts_with(name == "help" ? "dwell - " : "dwell " + name));
    fits_80_columns(page.out);
    for (const Words& words : {Words{name, "--help"}, Words{name, "-h"}, Words{"--help", name},
                               Words{"help", name, "--help"}, Words{"help", "--help", name}}) {
      INFO(words[1]);
      const Finished same = run_dwell(folder, words);
      CHECK(same.code == 0);
      CHECK(same.out == page.out);
    }
    ++pages;
  }
  CHECK(pages >= 16);
  CHECK(run_dwell(folder, {"run", "tiny", "--help"}).out == run_dwell(folder, {"help", "run"}).out);
  for (const Words& words : {Words{"help", "rum"}, Words{"rum", "--help"}, Words{"help", "rum", "--help"}})
    refused(words, {"\"rum\"", "run (did you mean it?)", "case-study"});
  refused({"help", "run", "bench"}, {"\"bench\" too many"});
  refused({"help", "test"}, {"./dwell test"});
}

TEST_CASE("no command at all is bad usage, and shows the help on stderr") {
  const Folder folder;
  const Finished end = run_dwell(folder, {});
  CHECK(end.code == 2);
  CHECK(end.out.empty());
  CHECK(end.err.find("dwell case-study") != std::string::npos);
}

TEST_CASE("the version is one line") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"--version"});
  CHECK(end.code == 0);
  CHECK(end.out.starts_with("dwell "));
  CHECK(count_lines(end.out) == 1);
}

TEST_CASE("unknown words are refused with the nearest name") {
  refused({"rum", "tiny"}, {"\"rum\"", "run (did you mean it?)"});
  refused({"case-studdy"}, {"case-study (did you mean it?)"});
  refused({"test"}, {"./dwell test"});
  refused({"run", "tiny", "--thread", "2"}, {"--thread", "--threads (did you mean it?)"});
  refused({"run", "tiny", "--wat"}, {"unknown option --wat"});
  refused({"run", "tinny"}, {"\"tinny\"", "tiny (did you mean it?)"});
  refused({"list", "detector"}, {"detectors (did you mean it?)"});
  refused({"list", "plan"}, {"plans (did you mean it?)"});
  refused({"list"}, {"scenarios, suites, plans, detectors or calendars"});
  refused({"list", "everything"}, {"scenarios, suites, plans, detectors, calendars"});
  refused({"schema", "telemtry"}, {"telemetry (did you mean it?)"});
  refused({"run"}, {"scenario"});
  refused({"run", "tiny", "again"}, {"\"again\""});
  refused({"case-study", "extra"}, {"\"extra\""});
  refused({"run", "tiny", "--detector", "never-alrt"}, {"--detector", "never-alert"});
  refused({"run", "tiny", "--detector", "nosuch"}, {"--detector: found \"nosuch\"; accepted: names listed by"});
  refused({"run", "tiny", "--detector", "rrcf:trees=1.5"},
          {"--detector rrcf: found \"trees=1.5\"", "a whole number from 1 to 1000"});
  refused({"run", "tiny", "--detector", "mine.py:Mine"},
          {"detector: found \"mine.py:Mine\"; accepted: python:mine.py:Mine (did you mean it?)"});
  refused({"check-detector", "./libmine.dylib:mine"}, {"\"./libmine.dylib:mine\"", "ends in .so, as FILE.so:NAME"});
  refused({"run", "tiny", "--baseline", "tinny"}, {"--baseline", "tiny"});
  refused({"run", "tiny", "--key-use", "exclusiv"}, {"--key-use", "exclusive (did you mean it?)", "trusted_unused"});
  refused({"run", "tiny", "--concentration", "top15"}, {"--concentration", "top16 (did you mean it?)"});
  refused({"list", "scenarios", "--seed", "3"}, {"--seed", "means nothing"});
}

TEST_CASE("numbers are held to their range") {
  for (const char* flag : {"--threads", "--seeds", "--days"}) {
    for (const char* value :
         {"0", "-1", "-3.5", "1.5", "two", "", "1e3", "0x10", " 4", "99999", "18446744073709551617"}) {
      refused({"run", "tiny", flag, value}, {flag, std::string("\"") + value + "\"", "a whole number from 1 to"});
    }
  }
  for (const char* value : {"-1", "1000000000001", "seven", "99999999999999999999999"}) {
    refused({"run", "tiny", "--seed", value}, {"--seed", value, "from 0 to 1000000000000"});
  }
  for (const char* value : {"0", "-1/10", "1/0", "2/1", "abc", "", "1/", "1/99999999999999999999"}) {
    refused({"run", "tiny", "--scale", value}, {"--scale"});
  }
  refused({"run", "tiny", "--scale", "1/1000000"}, {"--scale", "leaves"});
  refused({"run", "tiny", "--threads"}, {"--threads", "without its value"});
  refused({"run", "tiny", "--threads", "1", "--threads", "2"}, {"--threads", "more than once"});
  refused({"run", "tiny", "--json=yes"}, {"--json", "no value"});
}

TEST_CASE("lists come as text and as JSON") {
  const Folder folder;
  const Finished scenarios = run_dwell(folder, {"list", "scenarios"});
  CHECK(scenarios.code == 0);
  CHECK(scenarios.out.find("coupang-2025") != std::string::npos);
  CHECK(scenarios.out.find("tiny") != std::string::npos);
  CHECK(scenarios.out.find("schema") == std::string::npos);
  fits_80_columns(scenarios.out);
  const Finished detectors = run_dwell(folder, {"list", "detectors"});
  CHECK(detectors.code == 0);
  CHECK(detectors.out.find("never-alert") != std::string::npos);
  fits_80_columns(detectors.out);
  for (const char* what : {"scenarios", "suites", "plans", "detectors", "calendars"}) {
    INFO(what);
    const Finished text = run_dwell(folder, {"list", what});
    CHECK(text.code == 0);
    fits_80_columns(text.out);
    const auto json = nlohmann::json::parse(run_dwell(folder, {"list", what, "--json"}).out);
    CHECK(json.is_array());
    CHECK(json.size() >= (std::string(what) == "plans" ? 1 : 2));
    for (const auto& entry : json) CHECK(text.out.find(entry.at("name").get<std::string>()) != std::string::npos);
  }
}

TEST_CASE("what is listed is what the options accept") {
  const Folder folder;
  for (const auto& scenario : nlohmann::json::parse(run_dwell(folder, {"list", "scenarios", "--json"}).out)) {
    const std::string name = scenario.at("name");
    for (const auto& reading : scenario.at("baselines")) {
      refused({"run", name, "--baseline", "no such"}, {"--baseline", reading.at("name").get<std::string>()});
      CHECK(run_dwell(folder, {"list", "scenarios"}).out.find(reading.at("name")) != std::string::npos);
    }
  }
  for (const auto& plan : nlohmann::json::parse(run_dwell(folder, {"list", "plans", "--json"}).out)) {
    CHECK(plan.at("parameters").size() > 0);
    refused({"sensitivity", "tiny", "--plan", "no such"}, {plan.at("name").get<std::string>()});
  }
  for (const auto& suite : nlohmann::json::parse(run_dwell(folder, {"list", "suites", "--json"}).out))
    refused({"bench", "no such"}, {suite.at("name").get<std::string>()});
}

TEST_CASE("schemas are printed whole") {
  const Folder folder;
  const std::string page = run_dwell(folder, {"schema"}).out;
  const auto telemetry = nlohmann::json::parse(run_dwell(folder, {"schema", "telemetry", "--json"}).out);
  std::size_t enumerations = 0;
  for (const auto& topic : telemetry.at("topics")) {
    CHECK(page.find("## " + topic.at("name").get<std::string>()) != std::string::npos);
    for (const auto& column : topic.at("columns")) {
      CHECK(page.find("| `" + column.at("name").get<std::string>() + "` |") != std::string::npos);
      if (column.at("unit") != "enum" && column.at("unit") != "HTTP") continue;
      ++enumerations;
      for (const auto& value : column.at("values")) {
        const std::string shown =
            std::to_string(value.at("value").get<int>()) + " " + value.at("name").get<std::string>();
        CHECK(page.find(shown) != std::string::npos);
      }
    }
  }
  CHECK(enumerations == 9);
  for (const char* which : {"scenario", "results"}) {
    const auto schema = nlohmann::json::parse(run_dwell(folder, {"schema", which}).out);
    CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  }
}

TEST_CASE("output that cannot be delivered is a failure") {
  const Folder folder;
  Surroundings full;
  full.out_file = "/dev/full";
  const Finished end = run_dwell(folder, {"--help"}, full);
  CHECK(end.code == 1);
  CHECK(end.err.find("standard output") != std::string::npos);
  CHECK(end.err.find("No space left") != std::string::npos);
}

TEST_CASE("the launcher's root decides where scenarios are found") {
  const Folder folder;
  Surroundings elsewhere;
  elsewhere.environment = {"DWELL_ROOT=" + folder.path("")};
  const Finished end = run_dwell(folder, {"run", "tiny"}, elsewhere);
  CHECK(end.code == 2);
  CHECK(end.err.find("found no scenarios") != std::string::npos);
}
