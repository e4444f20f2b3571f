// `sensitivity`: the table, the document, what is refused, what a stop leaves.

#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/child.hpp"

using dwell::test::Child;
using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Json = nlohmann::json;
const std::string kPlan = R"({
  "schema": "dwell.sensitivity/1", "name": "mine", "title": "two",
  "axes": [
    {"name": "lost", "pointer": "/platform/logs/auth_lost", "low": 0, "high": 0.5, "why": "they look forged"},
    {"name": "key", "pointer": "/key_use", "low": "shared_production", "high": "exclusive", "why": "not public"}
  ]
})";

Words asked(Words more) {
  Words words = {"sensitivity", "tiny",          "--plan", "./plan.json", "--scale", "1/20000",    "--seeds",
                 "1",           "--days",        "1",      "--threads",   "1",       "--detector", "token-issuance",
                 "--detector",  "source-entropy"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void refused(const Words& words, const std::string& said) {
  const Folder folder;
  write_text(folder.path("plan.json"), kPlan);
  dwell::test::refused(folder, words, {said});
}

}  // namespace

TEST_CASE("sensitivity prints two lines a parameter and writes the document") {
  const Folder folder;
  write_text(folder.path("plan.json"), kPlan);
  const Finished end = run_dwell(folder, asked({"-o", "s.json", "-q"}));
  INFO(end.err);
  REQUIRE(end.code == 0);
  CHECK(end.err.empty());
  fits_80_columns(end.out);
  for (const char* words : {"What the leaderboard rests on", "lost", "(0.003)", "key", "exclusive", "tau"}) {
    INFO(words);
    CHECK(end.out.find(words) != std::string::npos);
  }
  const Json document = Json::parse(read_text(folder.path("s.json")));
  CHECK(document.at("schema") == "dwell.sensitivity-results/1");
  CHECK(document.at("partial") == false);
  CHECK(document.at("axes").size() == 2);
  CHECK(document.at("base").size() == 2);
  // The scenario's own value is not another study.
  CHECK(document.at("axes").at(1).at("low").at("event_digest") == document.at("event_digest"));
  CHECK(document.at("axes").at(0).at("high").at("event_digest") != document.at("event_digest"));
  CHECK(document.at("axes").at(0).at("low").at("changes").size() == 2);
}

TEST_CASE("sensitivity refuses before it runs") {
  refused({"sensitivity", "tiny", "--plan", "nothing"}, "found no plan named \"nothing\"; accepted: leaderboard");
  refused({"sensitivity", "tiny", "--plan", "./other.json"}, "no such file");
  refused({"sensitivity", "tiny", "--budget", "1/year"},
          "--budget: found \"1/year\"; accepted: 1/day, 1/week, 1/month");
  refused({"sensitivity", "tiny", "--checkpoint", "c"}, "means nothing to `dwell sensitivity`");
  refused(asked({"-o", "plan.json"}), "plan.json");
  const Folder folder;
  write_text(folder.path("plan.json"), R"({"schema": "dwell.sensitivity/1", "name": "p", "title": "t", "axes": [
    {"name": "a", "pointer": "/key_use", "low": 3, "high": 4, "why": "w"}]})");
  const Finished end = run_dwell(folder, asked({}));
  CHECK(end.code == 2);
  CHECK(end.err.find("plan.json: /axes/0/low: does not fit tiny: /key_use: found the number 3") != std::string::npos);
}

TEST_CASE("stopped in the middle, sensitivity keeps what was finished") {
  const Folder folder;
  std::string axes;
  for (int i = 0; i < 50; ++i) {
    if (i > 0) axes += ",";
    axes += R"({"name": ")";
    axes += std::to_string(i);
    axes += R"(", "pointer": "/platform/logs/auth_lost", "low": 0.1, "high": 0.2, "why": "w"})";
  }
  write_text(folder.path("plan.json"),
             R"({"schema": "dwell.sensitivity/1", "name": "p", "title": "t", "axes": [)" + axes + "]}");
  // Some studies of the hundred: feel the way past the first one.
  auto wait = std::chrono::milliseconds(400);
  bool seen = false;
  for (int tries = 0; tries < 12 && !seen; ++tries, wait *= 2) {
    Child child(folder, asked({"--json", "-o", "s.json"}));
    std::this_thread::sleep_for(wait);
    child.signal(SIGINT);
    const Finished end = child.wait();
    INFO(end.err);
    REQUIRE(end.code == 130);
    // Too early: before signals are caught, or within the first study.
    if (folder.names() == Words{"plan.json"}) continue;
    seen = true;
    CHECK(end.err.find("what was not reached is left out") != std::string::npos);
  }
  REQUIRE(seen);
  const Json document = Json::parse(read_text(folder.path("s.json")));
  CHECK(document.at("partial") == true);
  CHECK(document.at("axes").size() == 50);
  CHECK(document.at("axes").back().at("high").is_null());
}
