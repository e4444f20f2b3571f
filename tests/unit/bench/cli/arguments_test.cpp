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
  CHECK(a.calibration_seeds == 4);
  CHECK_FALSE(a.scale.has_value());  // the scenario's own
  const Arguments b = parse_arguments({"case-study", "--seeds", "8", "--scale", "1/2000"}).value();
  CHECK(b.seeds == 8);
  CHECK(b.calibration_seeds == 8);
  CHECK(b.scale->denominator == 2000);
}

TEST_CASE("budgets are set on as many seeds as are scored, unless asked otherwise") {
  CHECK(parse_arguments({"run", "tiny"}).value().calibration_seeds == 8);
  CHECK(parse_arguments({"run", "tiny", "--seeds", "3"}).value().calibration_seeds == 3);
  for (const char* command : {"run", "bench", "case-study"}) {
    std::vector<std::string> words = {command, "--calibration-seeds", "2", "--seeds", "5"};
    if (command != std::string("case-study")) words.emplace_back("tiny");
    const Arguments a = parse_arguments(words).value();
    CHECK(a.calibration_seeds == 2);
    CHECK(a.seeds == 5);
  }
  CHECK(parse_arguments({"case-study", "--calibration-seeds", "7"}).value().seeds == 6);
  CHECK(parse_arguments({"sensitivity", "tiny"}).value().calibration_seeds == 4);
  CHECK(parse_arguments({"run", "tiny", "--calibration-seeds", "0"}).error().message() ==
        "--calibration-seeds: found \"0\"; accepted: a whole number from 1 to 500");
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
  const auto table = option_table();
  CHECK(table.options().size() > 40);
  std::string pages(help_text());
  for (const CommandSpec& spec : commands()) pages += help_text(spec.command);
  for (const auto& option : table.options()) {
    if (option->long_name() == "words" || option->long_name() == "help") continue;
    INFO(option->long_name());
    CHECK(pages.find("--" + option->long_name()) != std::string::npos);
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
    const std::string seeds = "scored seeds (" + std::to_string(parse_arguments(words).value().seeds) + ")\n";
    says(command, seeds.c_str());
  }
  says(Command::case_study, "  --calibration-seeds N seeds for budgets (4, or as --seeds)\n");
  says(Command::run, "seeds for budgets (as many as scored)\n");
  says(Command::case_study, "(the scenario's, such as 1/1000)");
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
