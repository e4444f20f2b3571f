// `phold` and `bench-kernel`: what they print, and what they refuse.

#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::refused;
using dwell::test::run_dwell;
using dwell::test::Words;

namespace {

Words small(Words more) {
  Words words = {"phold", "--processes", "2000", "--end", "20"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

nlohmann::json phold(const Words& more) {
  const Folder folder;
  Words words = small(more);
  words.emplace_back("--json");
  const Finished end = run_dwell(folder, words);
  INFO(end.err);
  REQUIRE(end.code == 0);
  return nlohmann::json::parse(end.out);
}

}  // namespace

TEST_CASE("phold gives its figures as JSON, the same on every engine and number of threads") {
  const nlohmann::json serial = phold({"--engine", "serial"});
  for (const char* key : {"events", "wall_s", "events_per_s", "peak_rss_bytes", "setup_s"}) {
    INFO(key);
    CHECK(serial.at(key).get<double>() > 0);
  }
  CHECK(serial.at("finished") == true);
  for (const char* threads : {"1", "2", "3"}) {
    const nlohmann::json found = phold({"--threads", threads});
    CHECK(found.at("engine") == "threads");
    CHECK(found.at("threads").get<int>() == std::stoi(threads));
    CHECK(found.at("events") == serial.at("events"));
    CHECK(found.at("digest") == serial.at("digest"));
  }
  CHECK(phold({"--seed", "9"}).at("digest") != serial.at("digest"));
}

TEST_CASE("phold knows its options and tells all its figures") {
  const nlohmann::json found = phold({"--start-events", "2", "--mean", "3", "--lookahead", "0.5", "--remote", "0.75",
                                      "--engine", "threads", "--threads", "2", "--seed", "7"});
  Words keys;
  for (const auto& [key, value] : found.items()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  CHECK(keys == Words{"bytes_per_pending_event",
                      "digest",
                      "end",
                      "engine",
                      "events",
                      "events_per_s",
                      "finished",
                      "lookahead",
                      "mean",
                      "peak_rss_bytes",
                      "peak_rss_of",
                      "processes",
                      "ranks",
                      "remote",
                      "revision",
                      "seed",
                      "setup_s",
                      "start_events",
                      "threads",
                      "version",
                      "wall_s"});
  CHECK(found.at("start_events") == 2);
  CHECK(found.at("mean") == 3);
  CHECK(found.at("lookahead") == 0.5);
  CHECK(found.at("remote") == 0.75);
  CHECK(found.at("end") == 20);
  CHECK(found.at("digest").get<std::string>().size() == 16);
  CHECK(found.at("events_per_s").get<double>() ==
        Approx(found.at("events").get<double>() / found.at("wall_s").get<double>()));
}

TEST_CASE("phold at the edges of its shapes") {
  // All remote, all own, one process, no tail, an end before the first event, more windows than the horizon holds.
  CHECK(phold({"--remote", "1"}).at("events").get<int>() > 15'000);
  CHECK(phold({"--remote", "0"}).at("events").get<int>() > 15'000);
  CHECK(phold({"--mean", "1"}).at("events") == 2000 * 19);
  CHECK(phold({"--mean", "1000", "--lookahead", "0.01"}).at("events").get<int>() < 200);
  const Folder folder;
  const auto events = [&](Words words) {
    words.insert(words.begin(), "phold");
    words.emplace_back("--json");
    return nlohmann::json::parse(run_dwell(folder, words).out).at("events").get<int>();
  };
  CHECK(events({"--processes", "1", "--end", "0.5"}) == 0);
  CHECK(events({"--processes", "1", "--mean", "1", "--end", "1000"}) == 999);
}

TEST_CASE("how far phold is stands on one line of a terminal, and nowhere when quiet") {
  const Folder folder;
  dwell::test::Surroundings terminal;
  terminal.terminal = true;
  const Words words = {"phold", "--processes", "20000", "--end", "400", "--threads", "1"};
  const Finished shown = run_dwell(folder, words, terminal);
  CHECK(shown.code == 0);
  INFO(shown.err);
  CHECK(shown.err.find("\rphold: ") != std::string::npos);
  CHECK(shown.err.find(" events/s, time ") != std::string::npos);
  CHECK(shown.err.find('\n') == std::string::npos);
  CHECK(shown.err.ends_with("\r\x1b[K"));
  Words silent = words;
  silent.emplace_back("-q");
  CHECK(run_dwell(folder, silent, terminal).err.empty());
  CHECK(run_dwell(folder, words).err.empty());  // not a minute
}

TEST_CASE("how far a study is stands on one line of a terminal") {
  const Folder folder;
  dwell::test::Surroundings terminal;
  terminal.terminal = true;
  const Words words = dwell::test::quick({"run", "tiny", "--json"});
  const Finished shown = run_dwell(folder, words, terminal);
  CHECK(shown.code == 0);
  INFO(shown.err);
  CHECK(shown.err.find("\rcalibrating, run 1 of 2: ") != std::string::npos);
  CHECK(shown.err.find(", 2025-") != std::string::npos);
  CHECK(shown.err.find('\n') == std::string::npos);
  Words silent = words;
  silent.emplace_back("-q");
  CHECK(run_dwell(folder, silent, terminal).err.empty());
}

TEST_CASE("a pending event of phold takes no more than 64 bytes beyond the states of processes") {
  for (const Words& size : {Words{"--end", "20"}, Words{"--processes", "1000000", "--end", "12"},
                            Words{"--start-events", "16", "--end", "8"}}) {
    const Folder folder;
    Words words = {"phold", "--threads", "2", "--json", "--quiet"};
    words.insert(words.end(), size.begin(), size.end());
    const Finished end = run_dwell(folder, words);
    REQUIRE(end.code == 0);
    const double bytes = nlohmann::json::parse(end.out).at("bytes_per_pending_event");
    CHECK(bytes > 16);
    CHECK(bytes <= 64);
  }
}

TEST_CASE("phold prints a page, or writes its document") {
  const Folder folder;
  const Finished page = run_dwell(folder, small({"--lookahead", "0.5", "--mean", "1.5", "--remote", "1"}));
  CHECK(page.code == 0);
  for (const char* word : {"PHOLD", "2000 processes", "lookahead 0.5", "events/s", "digest"}) {
    INFO(word);
    CHECK(page.out.find(word) != std::string::npos);
  }
  const Finished file = run_dwell(folder, small({"--json", "-o", "phold.json", "-q"}));
  CHECK(file.code == 0);
  CHECK(file.out.empty());
  CHECK(nlohmann::json::parse(read_text(folder.path("phold.json"))).at("processes") == 2000);
}

TEST_CASE("phold's page groups digits, and weighs pending events where they are many") {
  const Folder folder;
  // No tail: every process has one event a unit of time.
  const auto page = [&](const char* processes) {
    return run_dwell(folder, {"phold", "--mean", "1", "--end", "20", "--processes", processes, "-q"}).out;
  };
  const std::string few = page("2000"), many = page("60000");
  CHECK(few.find(" 38,000\n") != std::string::npos);
  CHECK(few.find("pending") == std::string::npos);
  CHECK(many.find(" 1,140,000\n") != std::string::npos);
  CHECK(many.find(" B a pending event\n") != std::string::npos);
  CHECK(many.find("partial") == std::string::npos);
  // No event comes before the end, and none is kept.
  const Finished none = run_dwell(folder, {"phold", "--end", "1", "--processes", "60000", "-q"});
  CHECK(none.out.find("pending") == std::string::npos);
}

TEST_CASE("phold that was stopped says on its page that it is partial, and speaks in whole lines") {
  const Folder folder;
  const Words words = {"phold", "--processes", "20000", "--end", "1000000", "--threads", "1"};
  for (const bool terminal : {false, true}) {
    dwell::test::Surroundings surroundings;
    surroundings.terminal = terminal;
    dwell::test::Child child(folder, words, surroundings);
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    REQUIRE(child.running());
    child.signal(SIGINT);
    const Finished end = child.wait();
    INFO(end.err);
    CHECK(end.code == 130);
    CHECK(end.out.find("\n  partial ") != std::string::npos);
    const std::size_t said = end.err.find("dwell: stopping; once more ends at once");
    REQUIRE(said != std::string::npos);
    if (terminal) {
      REQUIRE(said > 0);
      CHECK(end.err[said - 1] == '\n');
    } else {
      CHECK(said == 0);
    }
  }
}

TEST_CASE("phold refuses what makes no sense") {
  refused({"phold", "--processes", "0"}, {"--processes: found \"0\""});
  refused({"phold", "--processes", "1e5"}, {"--processes: found \"1e5\""});
  refused({"phold", "--remote", "1.01"}, {"a number from 0 to 1"});
  refused({"phold", "--remote", "-0.1"}, {"a number from 0 to 1"});
  refused({"phold", "--end", "inf"}, {"--end: found \"inf\""});
  refused({"phold", "--processes", "-1"}, {"--processes: found \"-1\""});
  refused({"phold", "--processes", "1000000001"}, {"from 1 to 1000000000"});
  refused({"phold", "--start-events", "0"}, {"--start-events: found \"0\""});
  refused({"phold", "--mean", "nan"}, {"--mean: found \"nan\""});
  refused({"phold", "--mean", "1e10"}, {"from 1e-06 to 1000000000"});
  refused({"phold", "--mean", "0.5"}, {"--lookahead: found \"1\"; accepted: at most the mean, 0.5"});
  refused({"phold", "--end", "0"}, {"--end: found \"0\""});
  refused({"phold", "--end", "-5"}, {"--end: found \"-5\""});
  refused({"phold", "--threads", "0"}, {"--threads: found \"0\""});
  refused({"phold", "--threads", "1025"}, {"from 1 to 1024"});
  refused({"phold", "--seed", "-1"}, {"--seed: found \"-1\""});
  refused({"phold", "--lookahead", "0"}, {"--lookahead: found \"0\""});
  refused({"phold", "--lookahead", "2.5"}, {"at most the mean, 2"});
  refused({"phold", "--engine", "warp"}, {"serial, threads, mpi"});
  refused({"phold", "--engine", "serial", "--threads", "2"}, {"--threads: found \"2\""});
  refused({"phold", "--scale", "1/10"}, {"means nothing to `dwell phold`"});
  refused({"phold", "tiny"}, {"options only"});
  refused({"run", "tiny", "--remote", "0.5"}, {"means nothing to `dwell run`"});
}

TEST_CASE("bench-kernel measures generation, the catalogue and the machine") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"bench-kernel", "tiny", "--scale", "1/10000", "--detector", "midas-r",
                                          "--detector", "never-alert", "--threads", "2", "--json"});
  INFO(end.err);
  REQUIRE(end.code == 0);
  const nlohmann::json found = nlohmann::json::parse(end.out);
  CHECK(found.at("scale") == "1/10000");
  CHECK(found.at("events").get<double>() > 0);
  REQUIRE(found.at("generation").size() == 2);
  for (const nlohmann::json& generation : found.at("generation")) {
    CHECK(generation.at("events_per_s").get<double>() > 0);
    CHECK(generation.at("core_ns_per_event").get<double>() > 0);
    REQUIRE(generation.at("stages").size() == 5);
    double stages = 0;
    for (const nlohmann::json& stage : generation.at("stages")) stages += stage.at("core_ns_per_event").get<double>();
    CHECK(stages == Approx(generation.at("core_ns_per_event").get<double>()));
    CHECK(generation.at("copy_bandwidth_bytes_per_s").get<double>() > 1e8);
    CHECK(generation.at("bandwidth_share").get<double>() > 0);
  }
  const nlohmann::json& catalogue = found.at("catalogue");
  // One base: what generation alone takes, the median of runs in turn with those that have detectors.
  CHECK(catalogue.at("generation_core_ns_per_event") == found.at("generation")[0].at("core_ns_per_event"));
  CHECK(found.at("generation")[0].at("runs") == 3);
  CHECK(catalogue.at("runs") == 3);
  CHECK(found.at("generation")[0].at("spread").is_number());
  CHECK(catalogue.at("spread").is_number());
  CHECK(catalogue.at("detectors").size() == 2);
  CHECK(catalogue.at("times_generation").get<double>() ==
        Approx(catalogue.at("total_core_ns_per_event").get<double>() /
               catalogue.at("generation_core_ns_per_event").get<double>()));
  const double sum = catalogue.at("generation_core_ns_per_event").get<double>() +
                     catalogue.at("detectors_core_ns_per_event").get<double>() +
                     catalogue.at("harness_core_ns_per_event").get<double>();
  CHECK(sum == Approx(catalogue.at("total_core_ns_per_event").get<double>()));
}

TEST_CASE("bench-kernel prints a page of 80 columns") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"bench-kernel", "tiny", "--scale", "1/10000", "-q"});
  REQUIRE(end.code == 0);
  CHECK(end.err.empty());
  for (const char* word :
       {"Generation", "1 thread", "hyperloglog-spreader", "in all", "times generation alone", "Runs differ by"}) {
    INFO(word);
    CHECK(end.out.find(word) != std::string::npos);
  }
  fits_80_columns(end.out);
}

TEST_CASE("bench-kernel refuses what it cannot measure") {
  refused({"bench-kernel", "nowhere"}, {"found no scenario named \"nowhere\""});
  refused({"bench-kernel", "--scale", "1/1000000"}, {"a scale that leaves at least"});
  for (const char* scale : {"0", "-1", "2", "nan", "1/0"}) {
    refused({"bench-kernel", "--scale", scale}, {"--scale: found \"" + std::string(scale) + "\""});
  }
  refused({"bench-kernel", "--days", "0"}, {"--days: found \"0\""});
  refused({"bench-kernel", "--days", "99999"}, {"--days: found \"99999\""});
  refused({"bench-kernel", "--threads", "1e9"}, {"--threads: found \"1e9\""});
  refused({"bench-kernel", "--engine", "serial"}, {"means nothing to `dwell bench-kernel`"});
  refused({"bench-kernel", "--seeds", "3"}, {"means nothing to `dwell bench-kernel`"});
  refused({"bench-kernel", "--detector", "nobody"}, {"--detector"});
}
