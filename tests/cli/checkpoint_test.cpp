// Studies that keep a checkpoint: stopped in any way, they go on to the same results.

#include <signal.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/cli/child.hpp"

using dwell::test::Child;
using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Json = nlohmann::json;
Words study(Words more) {
  Words words = {"run",        "tiny",           "--seeds",        "2",          "--detector",
                 "midas-r",    "--detector",     "token-issuance", "--detector", "random-walk",
                 "--detector", "honey-accounts", "--threads",      "2",          "-q"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// What does not depend on the machine.
std::string findings(const std::string& file) {
  Json document = Json::parse(read_text(file));
  document.erase("timing");
  document.erase("machine");
  return document.dump();
}

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

std::string expected(const Folder& folder) {
  const Finished straight = run_dwell(folder, study({"--json", "-o", "straight.json"}));
  INFO(straight.err);
  REQUIRE(straight.code == 0);
  return findings(folder.path("straight.json"));
}

}  // namespace

TEST_CASE("a checkpoint changes no result, and a finished study is told again") {
  const Folder folder;
  const std::string whole = expected(folder);
  const Finished kept =
      run_dwell(folder, study({"--json", "-o", "kept.json", "--checkpoint", "at", "--checkpoint-every", "12h"}));
  INFO(kept.err);
  REQUIRE(kept.code == 0);
  CHECK(findings(folder.path("kept.json")) == whole);
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "--json", "-o", "again.json"});
  INFO(again.err);
  REQUIRE(again.code == 0);
  CHECK(findings(folder.path("again.json")) == whole);
  // Without -o the results go where they were asked for first, as tables to stdout.
  std::filesystem::remove(folder.path("kept.json"));
  const Finished page = run_dwell(folder, {"resume", "at", "-q"});
  CHECK(page.code == 0);
  CHECK(page.out.find("digests ") != std::string::npos);
  CHECK(page.out.find(" from a checkpoint; none in ") != std::string::npos);
  CHECK(findings(folder.path("kept.json")) == whole);
  std::filesystem::remove(folder.path("kept.json"));
  const Finished out = run_dwell(folder, {"resume", "at", "-q", "-o", "-"});
  CHECK(out.code == 0);
  CHECK_FALSE(std::filesystem::exists(folder.path("kept.json")));
  write_text(folder.path("out.json"), out.out);
  CHECK(findings(folder.path("out.json")) == whole);
}

TEST_CASE("a study killed at random moments goes on to the same results") {
  const Folder folder;
  const std::string whole = expected(folder);
  std::mt19937 random(20251129);
  Words words = study({"--json", "-o", "killed.json", "--checkpoint", "at", "--checkpoint-every", "6h"});
  bool finished = false;
  int killed = 0;
  for (int attempt = 0; attempt < 200 && !finished; ++attempt) {
    Child child(folder, words);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50 + random() % 400);
    while (child.running() && std::chrono::steady_clock::now() < until) pause_ms(2);
    if (child.running()) child.signal(SIGKILL);
    const Finished end = child.wait();
    INFO("attempt " << attempt << ": " << end.err);
    finished = end.code == 0;
    if (!finished) REQUIRE(end.code == 128 + SIGKILL);
    killed += finished ? 0 : 1;
    // Once the study is written down it is gone on with, on another number of threads.
    if (std::filesystem::exists(folder.path("at/study.checkpoint"))) {
      words = {"resume", "at", "-q", "--json", "-o", "killed.json", "--threads", attempt % 2 == 0 ? "1" : "2"};
    }
  }
  REQUIRE(finished);
  CHECK(killed > 0);
  CHECK(findings(folder.path("killed.json")) == whole);
}

TEST_CASE("a disk that is full while a checkpoint is written fails the study, and the checkpoint before it is good") {
  const Folder folder;
  const std::string whole = expected(folder);
  Child child(folder, study({"--json", "-o", "full.json", "--checkpoint", "at", "--checkpoint-every", "6h"}));
  for (int i = 0; i < 2000 && !std::filesystem::exists(folder.path("at/run-0000.checkpoint")); ++i) pause_ms(1);
  child.signal(SIGKILL);
  REQUIRE(child.wait().code == 128 + SIGKILL);
  const std::string kept = read_text(folder.path("at/run-0000.checkpoint"));
  REQUIRE(kept.size() > 100'000);
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  const rlimit little{50'000, old.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
  const Finished full = run_dwell(folder, {"resume", "at", "-q", "--threads", "1"});
  REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
  INFO(full.err);
  CHECK(full.code == 1);
  CHECK(full.err.find("at/run-0000.checkpoint: could not be written: File too large") != std::string::npos);
  CHECK(read_text(folder.path("at/run-0000.checkpoint")) == kept);
  CHECK_FALSE(std::filesystem::exists(folder.path("at/run-0000.checkpoint.part")));
  CHECK_FALSE(std::filesystem::exists(folder.path("full.json")));
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "--json"});
  INFO(again.err);
  REQUIRE(again.code == 0);
  CHECK(findings(folder.path("full.json")) == whole);
}

TEST_CASE("Ctrl-C says how to go on") {
  const Folder folder;
  Child child(folder, {"run", "tiny", "--seeds", "20", "--detector", "never-alert", "--json", "-o", "out.json",
                       "--checkpoint", "at", "--checkpoint-every", "6h"});
  for (int i = 0; i < 2000 && !std::filesystem::exists(folder.path("at/run-0000-done.checkpoint")); ++i) pause_ms(5);
  child.signal(SIGINT);
  const Finished end = child.wait();
  INFO(end.err);
  CHECK(end.code == 130);
  CHECK(end.err.find("`dwell resume at` goes on") != std::string::npos);
}

TEST_CASE("checkpoints that are none are refused by name") {
  const Folder folder;
  const auto refused = [&](const Words& words, const char* said) {
    const Finished end = run_dwell(folder, words);
    INFO(end.err);
    CHECK(end.code != 0);
    CHECK(end.out.empty());
    CHECK(end.err.find(said) != std::string::npos);
    CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
    return end.code;
  };
  CHECK(refused({"resume"}, "the folder of a checkpoint") == 2);
  CHECK(refused({"resume", "nowhere"}, "holds no study") == 2);
  CHECK(refused({"resume", "at", "--seeds", "3"}, "means nothing to `dwell resume`") == 2);
  CHECK(refused({"run", "tiny", "--checkpoint-every", "1d"}, "--checkpoint FOLDER") == 2);
  CHECK(refused({"run", "tiny", "--checkpoint", "at", "--checkpoint-every", "often"}, "found \"often\"") == 2);
  CHECK(refused({"run", "tiny", "--checkpoint", "at", "--checkpoint-every", "5 min"}, "at least an hour") == 2);
  CHECK(refused({"run", "tiny", "--checkpoint", "/proc/at"}, "/proc/at") == 2);
  const Finished kept = run_dwell(folder, study({"--json", "-o", "a.json", "--checkpoint", "at"}));
  REQUIRE(kept.code == 0);
  CHECK(refused(study({"--checkpoint", "at"}), "holds a study already") == 2);
  CHECK(refused(study({"--json", "-o", "new/out.json", "--checkpoint", "new"}), "new/out.json") == 2);
  CHECK(refused({"resume", "at", "-q", "-o", "at/study.checkpoint"}, "lies in the checkpoint's folder") == 2);
  const std::string whole = read_text(folder.path("at/run-0001-done.checkpoint"));
  std::filesystem::resize_file(folder.path("at/run-0001-done.checkpoint"), whole.size() / 2);
  CHECK(refused({"resume", "at", "-q"}, "run-0001-done.checkpoint") == 2);
  std::ofstream(folder.path("at/study.checkpoint")) << "{}";
  CHECK(refused({"resume", "at", "-q"}, "is no checkpoint of Dwell") == 2);
}
