// Commands on ranks of this machine: the same results, said once.

#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/child.hpp"

using dwell::test::Child;
using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Surroundings;
using dwell::test::Words;

namespace {

using Json = nlohmann::json;
Surroundings on(unsigned ranks) {
  Surroundings surroundings;
  surroundings.ranks = ranks;
  return surroundings;
}

std::string findings(const std::string& text) {
  Json document = Json::parse(text);
  document.erase("timing");
  document.erase("machine");
  return document.dump();
}

/// The process of rank 1 of a study that is under way, once the first run it has part in was kept in "at".
pid_t second_rank(Child& study, const Folder& folder, const std::string& spread) {
  const std::string first = spread == "seeds" ? "at/run-0001.checkpoint" : "at/run-0000.checkpoint";
  for (int i = 0; i < 6000 && study.running() && !std::filesystem::exists(folder.path(first)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(study.running());
  const pid_t victim = dwell::test::process_of_rank(1, folder);
  REQUIRE(victim > 0);
  return victim;
}

}  // namespace

TEST_CASE("phold gives the same events and digest on 1 to 4 ranks of one and two threads") {
  const Folder folder;
  const Words words = {"phold", "--processes", "3000", "--end", "20", "--json"};
  const Json alone = Json::parse(run_dwell(folder, words).out);
  for (unsigned ranks = 1; ranks <= 4; ++ranks) {
    for (const char* threads : {"1", "2"}) {
      Words more = words;
      more.insert(more.end(), {"--threads", threads});
      const Finished end = run_dwell(folder, more, on(ranks));
      INFO(ranks << " ranks of " << threads << ": " << end.err);
      REQUIRE(end.code == 0);
      const Json found = Json::parse(end.out);
      CHECK(found.at("ranks") == ranks);
      CHECK(found.at("engine") == "mpi");
      CHECK(found.at("events") == alone.at("events"));
      CHECK(found.at("digest") == alone.at("digest"));
    }
  }
}

TEST_CASE("phold's engine on ranks may be asked for, alone too, and another not under mpirun") {
  const Folder folder;
  const Words words = {"phold", "--processes", "3000", "--end", "20", "--json", "--engine"};
  const auto with = [&](const char* engine) {
    Words more = words;
    more.emplace_back(engine);
    return more;
  };
  const Json serial = Json::parse(run_dwell(folder, with("serial")).out);
  for (const unsigned ranks : {0U, 1U, 2U, 3U, 4U}) {
    const Finished end = run_dwell(folder, with("mpi"), on(ranks));
    INFO(ranks << " ranks: " << end.err);
    REQUIRE(end.code == 0);
    const Json found = Json::parse(end.out);
    CHECK(found.at("engine") == "mpi");
    CHECK(found.at("ranks") == std::max(1U, ranks));
    CHECK(found.at("events") == serial.at("events"));
    CHECK(found.at("digest") == serial.at("digest"));
  }
  const Finished end = run_dwell(folder, with("threads"), on(2));
  CHECK(end.code != 0);
  CHECK(end.err.find("--engine: means one rank, but mpirun started several") != std::string::npos);
}

TEST_CASE("a study on ranks finds what it finds alone, with a checkpoint as well") {
  const Folder folder;
  const Words words = {"run",     "tiny",       "--seeds",        "2",  "--detector",
                       "midas-r", "--detector", "honey-accounts", "-q", "--json"};
  const std::string alone = findings(run_dwell(folder, words).out);
  for (const char* spread : {"seeds", "shards"}) {
    for (unsigned ranks = 1; ranks <= 4; ++ranks) {
      Words spread_so = words;
      spread_so.insert(spread_so.end(), {"--spread", spread, "--threads", ranks % 2 == 0 ? "1" : "2"});
      const Finished end = run_dwell(folder, spread_so, on(ranks));
      INFO(ranks << " ranks, " << spread << ": " << end.err);
      REQUIRE(end.code == 0);
      CHECK(findings(end.out) == alone);
    }
  }
  Words kept = words;
  kept.insert(kept.end(), {"--checkpoint", "at", "--checkpoint-every", "12h"});
  const Finished end = run_dwell(folder, kept, on(2));
  INFO(end.err);
  REQUIRE(end.code == 0);
  CHECK(findings(end.out) == alone);
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "--json"});
  CHECK(findings(again.out) == alone);
}

TEST_CASE("what computes on one rank is refused on several, once") {
  const Folder folder;
  for (const Words& words : {Words{"bench-kernel"}, Words{"validate", "--scale", "1/10000"}, Words{"export", "tiny"},
                             Words{"sensitivity"}, Words{"check-detector", "all"}}) {
    INFO(words.front());
    const Finished end = run_dwell(folder, words, on(2));
    CHECK(end.code == 2);
    CHECK(end.out.empty());
    const std::string said = "dwell: dwell " + words.front() + ": runs on one rank, but mpirun started several";
    CHECK(end.err.find(said) != std::string::npos);
    CHECK(end.err.find(said) == end.err.rfind(said));
  }
  CHECK(run_dwell(folder, {"export", "tiny", "--days", "1", "-o", "rows", "-q"}, on(1)).code == 0);
}

TEST_CASE("phold's memory is that of all ranks") {
  const Folder folder;
  const auto peak = [&](unsigned ranks) {
    const Words words = {"phold", "--processes", "3000", "--end", "20", "--engine", "mpi", "--json"};
    const Json found = Json::parse(run_dwell(folder, words, on(ranks)).out);
    CHECK(found.at("peak_rss_of") == "all ranks, added up");
    return found.at("peak_rss_bytes").get<double>();
  };
  CHECK(peak(3) > 2 * peak(1));
}

TEST_CASE("phold that is too large for the memory says of what to take fewer, alone and on ranks") {
  const Folder folder;
  const Words words = {"phold", "--processes", "200000000", "--start-events", "16", "--threads", "1"};
  for (const unsigned ranks : {0U, 2U}) {
    Surroundings small = on(ranks);
    small.memory_mb = 1024;
    const Finished end = run_dwell(folder, words, small);
    INFO(end.err);
    CHECK(end.code == 1);
    CHECK(end.out.empty());
    CHECK(end.err.find("out of memory; --processes 200000000 with --start-events 16 each are too many here: fewer of "
                       "them need less") != std::string::npos);
  }
}

TEST_CASE("a rank of a study that stands still is given up, by its number") {
  const std::string spread = GENERATE("seeds", "shards");
  const Folder folder;
  Child study(folder,
              {"run", "tiny", "--seeds", "4", "--detector", "midas-r", "-q", "--json", "-o", "out.json", "--checkpoint",
               "at", "--checkpoint-every", "6h", "--spread", spread, "--patience", "3"},
              on(2));
  const pid_t victim = second_rank(study, folder, spread);
  REQUIRE(kill(victim, SIGSTOP) == 0);
  const Finished end = study.wait();
  INFO(end.err);
  CHECK(end.code != 0);
  CHECK(end.err.find("dwell: rank 0: waited 3000 ms for a block of rank 1") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("out.json")));
}

TEST_CASE("of several ranks one speaks") {
  const Folder folder;
  const Finished list = run_dwell(folder, {"list", "scenarios"}, on(3));
  CHECK(list.code == 0);
  CHECK(list.out == run_dwell(folder, {"list", "scenarios"}).out);
  const Finished bad = run_dwell(folder, {"run", "tiny", "--scale", "7"}, on(2));
  CHECK(bad.code != 0);
  CHECK(bad.out.empty());
  CHECK(bad.err.find("--scale") != std::string::npos);
  CHECK(bad.err.find("--scale") == bad.err.rfind("--scale"));
  const Finished place = run_dwell(folder, {"run", "tiny", "-o", "nowhere/out.json"}, on(2));
  CHECK(place.code != 0);
  CHECK(place.err.find("nowhere/out.json") != std::string::npos);
}

TEST_CASE("a signal to any rank stops the study, says how to go on, and loses nothing") {
  const std::string spread = GENERATE("seeds", "shards");
  const unsigned rank = GENERATE(0U, 1U);
  INFO(spread << ", rank " << rank);
  const Folder folder;
  const Words words = {"run", "tiny", "--seeds", "3", "--detector", "never-alert", "-q", "--json", "-o", "out.json"};
  REQUIRE(run_dwell(folder, words).code == 0);
  const std::string alone = findings(read_text(folder.path("out.json")));
  Words kept = words;
  kept.insert(kept.end(), {"--checkpoint", "at", "--checkpoint-every", "6h", "--spread", spread});
  Child study(folder, kept, on(2));
  for (int i = 0; i < 6000 && study.running() && !std::filesystem::exists(folder.path("at/run-0000.checkpoint")); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(study.running());
  const pid_t process = dwell::test::process_of_rank(rank, folder);
  REQUIRE(process > 0);
  REQUIRE(kill(process, SIGTERM) == 0);
  const Finished end = study.wait();
  INFO(end.err);
  CHECK(end.code != 0);
  const std::string words_to_go_on = "`dwell --ranks 2 resume at` goes on";
  CHECK(end.err.find(words_to_go_on) != std::string::npos);
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "--json"});
  REQUIRE(again.code == 0);
  CHECK(findings(read_text(folder.path("out.json"))) == alone);
}

TEST_CASE("a rank that is killed ends the study in seconds, and its checkpoint is good") {
  const std::string spread = GENERATE("seeds", "shards");
  INFO(spread);
  const Folder folder;
  const Words words = {"run", "tiny", "--seeds", "4", "--detector", "midas-r", "-q", "--json", "-o", "out.json"};
  REQUIRE(run_dwell(folder, words).code == 0);
  const std::string alone = findings(read_text(folder.path("out.json")));
  std::filesystem::remove(folder.path("out.json"));
  Words kept = words;
  std::erase(kept, "-q");
  kept.insert(kept.end(), {"--checkpoint", "at", "--checkpoint-every", "6h", "--spread", spread});
  Child study(folder, kept, on(2));
  const pid_t victim = second_rank(study, folder, spread);
  REQUIRE(kill(victim, SIGKILL) == 0);
  const auto killed = std::chrono::steady_clock::now();
  const Finished end = study.wait();
  CHECK(end.code != 0);
  CHECK(end.err.find("`dwell --ranks 2 resume at` goes on") != std::string::npos);
  CHECK(end.err.find("once more ends at once") == std::string::npos);  // mpirun is ending it
  CHECK(std::chrono::steady_clock::now() - killed < std::chrono::seconds(10));
  CHECK_FALSE(std::filesystem::exists(folder.path("out.json")));
  const Finished again = run_dwell(folder, {"resume", "at", "-q", "--json"});
  INFO(again.err);
  REQUIRE(again.code == 0);
  CHECK(findings(read_text(folder.path("out.json"))) == alone);
}
