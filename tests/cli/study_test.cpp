// Whole runs of the tiny scenario, as a user makes them.

#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/child.hpp"

using dwell::test::Child;
using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::quick;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Surroundings;

namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;

Json without_timing(Json document) {
  document.erase("timing");
  document.erase("machine");
  return document;
}

/// A run long enough to be interrupted in the middle.
Names long_run() {
  return {"run", "tiny", "--seeds", "20", "--detector", "never-alert", "--json", "--output", "out.json"};
}

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

TEST_CASE("results do not depend on threads, and do on the seed") {
  const Folder folder;
  const auto run = [&](const char* seed, const char* threads, const char* file) {
    const Finished end =
        run_dwell(folder, quick({"run", "tiny", "--seed", seed, "--threads", threads, "--json", "--output", file}));
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(end.out.empty());
    return Json::parse(read_text(folder.path(file)));
  };
  const Json one = run("7", "1", "a.json");
  const Json two = run("7", "2", "b.json");
  const Json other = run("8", "1", "c.json");
  CHECK(without_timing(one).dump() == without_timing(two).dump());
  CHECK(one.at("machine").at("threads") == 1);
  CHECK(two.at("machine").at("threads") == 2);
  CHECK(one.at("manifest").at("event_digest") != other.at("manifest").at("event_digest"));
  CHECK(folder.names() == Names{"a.json", "b.json", "c.json"});

  SECTION("and report prints the file") {
    const Finished page = run_dwell(folder, {"report", "a.json"});
    CHECK(page.code == 0);
    CHECK(page.out.find("No threshold for 1/day: 1 seed of 3 days") != std::string::npos);
    CHECK(page.out.find(one.at("manifest").at("event_digest").get<std::string>()) != std::string::npos);
    CHECK(run_dwell(folder, {"report", "a.json", "--json"}).out == read_text(folder.path("a.json")));
  }
}

TEST_CASE("budgets may be set on more seeds than are scored") {
  const Folder folder;
  Names words = {"run", "tiny", "--seeds", "1", "--calibration-seeds", "3", "--detector", "spot"};
  words.insert(words.end(), {"--days", "3", "--threads", "2", "--checkpoint", "at", "--checkpoint-every", "1d"});
  words.insert(words.end(), {"--json", "-q", "-o", "a.json"});
  const Finished end = run_dwell(folder, words);
  INFO(end.err);
  REQUIRE(end.code == 0);
  const Json document = Json::parse(read_text(folder.path("a.json")));
  CHECK(document.at("manifest").at("calibration_seeds") == Json({2000, 2002, 2004}));
  CHECK(document.at("manifest").at("evaluation_seeds") == Json({2001}));
  CHECK(document.at("manifest").at("partial") == false);
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "-o", "b.json", "--json"});
  REQUIRE(again.code == 0);
  CHECK(without_timing(Json::parse(read_text(folder.path("b.json")))).dump() == without_timing(document).dump());
}

TEST_CASE("JSON on stdout is the document alone, a file the same document") {
  const Folder folder;
  const Finished end = run_dwell(folder, quick({"run", "tiny", "--json"}));
  CHECK(end.code == 0);
  const Json document = Json::parse(end.out);
  Names keys;
  for (const auto& [key, value] : document.items()) keys.push_back(key);
  CHECK(keys == Names{"machine", "manifest", "rows", "schema", "summary", "timing"});
  CHECK(folder.names().empty());
}

TEST_CASE("tables have no colour where nobody asked for it") {
  const Folder folder;
  for (const char* setting : {"TERM=xterm-256color", "NO_COLOR=1"}) {
    Surroundings surroundings;
    surroundings.environment = {setting};
    const Finished end = run_dwell(folder, quick({"run", "tiny", "--quiet"}), surroundings);
    CHECK(end.code == 0);
    CHECK(end.err.empty());
    CHECK(end.out.find('\x1b') == std::string::npos);
    CHECK(end.out.find("What was simulated") != std::string::npos);
  }
}

TEST_CASE("a disk that is full at the end is said, and the results go to stdout") {
  const Folder folder;
  const Finished document = run_dwell(folder, quick({"run", "tiny", "--json", "--output", "/dev/full"}));
  CHECK(document.code == 1);
  CHECK(document.err.find("No space left") != std::string::npos);
  CHECK(Json::parse(document.out).at("schema") == "dwell.results/1");
  const Finished page = run_dwell(folder, quick({"run", "tiny", "--output", "/dev/full"}));
  CHECK(page.code == 1);
  CHECK(page.err.find("No space left") != std::string::npos);
  CHECK(page.out.find("What was simulated") != std::string::npos);
  CHECK(page.out.find("/dev/full") == std::string::npos);
}

TEST_CASE("an interrupt leaves no file, or a valid one marked partial") {
  for (const int wait_ms : {50, 300, 2500}) {
    for (const int number : {SIGINT, SIGTERM}) {
      const Folder folder;
      Child child(folder, long_run());
      pause_ms(wait_ms);
      REQUIRE(child.running());
      child.signal(number);
      child.signal(number);  // as process groups deliver it
      const Finished end = child.wait();
      INFO(wait_ms << " ms: " << end.err);
      CHECK((end.code == 130 || (wait_ms == 50 && end.code == 128 + number)));
      if (!folder.names().empty()) {
        CHECK(folder.names() == Names{"out.json"});
        CHECK(Json::parse(read_text(folder.path("out.json"))).at("manifest").at("partial") == true);
      }
    }
  }
}

TEST_CASE("seeds that were scored before an interrupt are kept, and reported as partial") {
  const Folder folder;
  const Names words = {"run", "tiny", "--seeds", "6", "--detector", "never-alert", "--json", "--output", "out.json"};
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(run_dwell(folder, words).code == 0);
  std::chrono::duration<double> wait = 0.8 * (std::chrono::steady_clock::now() - begin);
  bool seen = false;
  // Scoring is the second half, but the machine may be busier or idler than a moment ago: feel the way there.
  for (int tries = 0; tries < 20 && !seen; ++tries) {
    std::filesystem::remove(folder.path("out.json"));
    Child child(folder, words);
    std::this_thread::sleep_for(wait);
    child.signal(SIGINT);
    const Finished end = child.wait();
    const bool too_late = end.code == 0;
    const bool too_early = !too_late && folder.names().empty();
    wait *= too_late ? 0.85 : 1.1;
    if (too_late || too_early) continue;
    seen = true;
    CHECK(end.code == 130);
    const Json document = Json::parse(read_text(folder.path("out.json")));
    CHECK(document.at("manifest").at("partial") == true);
    CHECK(document.at("manifest").at("evaluation_seeds").size() < 6);
    CHECK_FALSE(document.at("rows").empty());
    CHECK(run_dwell(folder, {"report", "out.json"}).out.find("stopped before the end") != std::string::npos);
  }
  CHECK(seen);
}

TEST_CASE("the second interrupt ends at once and leaves nothing") {
  const Folder folder;
  Child child(folder, long_run());
  pause_ms(300);
  child.signal(SIGINT);
  pause_ms(700);
  child.signal(SIGINT);
  const Finished end = child.wait();
  CHECK(end.code == 130);
  for (const std::string& name : folder.names()) CHECK(name == "out.json");
}
