#include <catch2/catch.hpp>

#include <regex>
#include <set>

#include "bench/cli/arguments.hpp"
#include "bench/cli/command_table.hpp"
#include "bench/cli/help.hpp"

using namespace dwell::cli;

TEST_CASE("defaults are those the help names") {
  const auto parsed = parse_arguments({"run", "tiny"});
  REQUIRE(parsed.ok());
  const Arguments& a = parsed.value();
  CHECK(a.command == Command::run);
  CHECK(a.subject == "tiny");
  CHECK(a.seed == 1);
  CHECK(a.seeds == 8);
  CHECK(a.threads == 0);
  CHECK_FALSE(a.scale.has_value());
  CHECK_FALSE(a.json);
}

TEST_CASE("options stand anywhere, with or without an equals sign") {
  const auto parsed = parse_arguments({"--seed=7",
                                       "run",
                                       "--scale",
                                       "1/100",
                                       "tiny",
                                       "--threads",
                                       "2",
                                       "-q",
                                       "-o",
                                       "x.json",
                                       "--detector",
                                       "never-alert",
                                       "--detector",
                                       "always-alert",
                                       "--detector",
                                       "never-alert",
                                       "--key-use",
                                       "exclusive",
                                       "--concentration",
                                       "top16",
                                       "--json"});
  REQUIRE(parsed.ok());
  const Arguments& a = parsed.value();
  CHECK(a.seed == 7);
  CHECK(a.scale->denominator == 100);
  CHECK(a.threads == 2);
  CHECK(a.quiet);
  CHECK(a.json);
  CHECK(a.output == "x.json");
  CHECK(a.detectors == std::vector<std::string>{"never-alert", "always-alert"});
  CHECK(a.key_use == dwell::workforce::KeyUseOfInsider::exclusive);
  CHECK(a.concentration == dwell::campaign::Concentration::top16);
}

TEST_CASE("the case study is small enough for two minutes, unless asked otherwise") {
  const Arguments a = parse_arguments({"case-study"}).value();
  CHECK(a.seeds == 6);
  REQUIRE(a.scale.has_value());
  CHECK(a.scale->denominator == 2000);
  const Arguments b = parse_arguments({"case-study", "--seeds", "8", "--scale", "1/1000"}).value();
  CHECK(b.seeds == 8);
  CHECK(b.scale->denominator == 1000);
}

TEST_CASE("a sensitivity study has fewer seeds and one budget") {
  const auto parsed = parse_arguments({"sensitivity", "--budget", "1/week", "--plan", "mine"});
  REQUIRE(parsed.ok());
  CHECK(parsed.value().command == Command::sensitivity);
  CHECK(parsed.value().seeds == 4);
  CHECK(parsed.value().budget_per_day == 1.0 / 7);
  CHECK(parsed.value().plan == "mine");
  CHECK(parse_arguments({"sensitivity", "tiny", "--seeds", "9"}).value().seeds == 9);
  CHECK(parse_arguments({"run", "tiny"}).value().budget_per_day == 1);
  CHECK(parse_arguments({"run", "tiny", "--budget", "1/day"}).error().message().find("--budget") == 0);
}

TEST_CASE("a negative number is refused as a number, not as an option") {
  const auto parsed = parse_arguments({"run", "tiny", "--seed", "-3"});
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().message() == "--seed: found \"-3\"; accepted: a whole number from 0 to 1000000000000");
}

TEST_CASE("abbreviated options are not guessed") { CHECK_FALSE(parse_arguments({"run", "tiny", "--see", "3"}).ok()); }

TEST_CASE("every command has its line in the table, but the version, which is an option") {
  for (const CommandSpec& spec : commands()) {
    INFO(spec.name);
    REQUIRE(spec_of(spec.command) != nullptr);
    CHECK(spec_of(spec.command)->name == spec.name);
  }
  CHECK(spec_of(Command::version) == nullptr);
}

TEST_CASE("every option of the parser is in the help") {
  for (const char* option :
       {"--scale",   "--seed",  "--seeds",  "--days",   "--baseline",    "--key-use", "--concentration", "--detector",
        "--threads", "--json",  "--output", "--quiet",  "--version",     "--plot",    "--budget",        "--plan",
        "--time",    "--value", "--label",  "--source", "--destination", "--tick",    "--top",           "--grid"}) {
    CHECK(help_text().find(option) != std::string_view::npos);
  }
  for (const char* option : {"--detector-timeout", "--in-process", "--topics", "--pages", "--format", "--clean"}) {
    CHECK(help_text().find(option) != std::string_view::npos);
  }
}

TEST_CASE("the page of a command has its options, all and no others") {
  const std::regex option("--([a-z][a-z-]*)");
  for (const CommandSpec& spec : commands()) {
    if (spec.command == Command::help) continue;
    INFO(spec.name);
    std::string page = help_text(spec.command);
    page = page.substr(0, page.find("\nExamples\n"));  // they may be of other commands
    std::set<std::string> named;
    for (std::sregex_iterator at(page.begin(), page.end(), option), end; at != end; ++at) named.insert((*at)[1]);
    named.erase("ranks");  // the launcher's
    CHECK(named == std::set<std::string>(spec.options.begin(), spec.options.end()));
    CHECK(page.find("(case-study") == std::string::npos);
  }
}

TEST_CASE("the page of a command has its own defaults") {
  const auto says = [](Command command, const char* line) {
    INFO(line);
    CHECK(help_text(command).find(line) != std::string::npos);
  };
  const std::vector<std::pair<Command, std::vector<std::string>>> studies = {{Command::case_study, {"case-study"}},
                                                                             {Command::run, {"run", "tiny"}},
                                                                             {Command::bench, {"bench"}},
                                                                             {Command::sensitivity, {"sensitivity"}}};
  for (const auto& [command, words] : studies) {
    const std::string seeds =
        "N of each\n                        (" + std::to_string(parse_arguments(words).value().seeds) + ")\n";
    says(command, seeds.c_str());
  }
  says(Command::case_study, "(1/2000)");
  says(Command::run, "(the scenario's, such as 1/1000)");
  says(Command::sensitivity, "(1/2000; of a SCENARIO");
}

TEST_CASE("the patience with ranks is of commands that run on them") {
  CHECK_FALSE(parse_arguments({"run", "tiny"}).value().patience.has_value());
  for (const char* command : {"case-study", "run", "bench", "resume", "phold"}) {
    std::vector<std::string> words = {command, "--patience", "90"};
    if (command != std::string("case-study") && command != std::string("phold")) words.emplace_back("tiny");
    const auto parsed = parse_arguments(words);
    INFO(command);
    REQUIRE(parsed.ok());
    CHECK(parsed.value().patience == std::chrono::seconds(90));
  }
  CHECK_FALSE(parse_arguments({"run", "tiny", "--patience", "0"}).ok());
  CHECK_FALSE(parse_arguments({"run", "tiny", "--patience", "604801"}).ok());
  CHECK_FALSE(parse_arguments({"validate", "--patience", "9"}).ok());
}
