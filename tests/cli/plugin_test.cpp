// Detectors from outside the tree, as their makers use them: examples built by themselves, faults of every kind, bad
// input.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/outside.hpp"

using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::refused_detector;
using dwell::test::rows_of;
using dwell::test::run_detectors;
using dwell::test::run_dwell;
using dwell::test::study_of;
using dwell::test::Words;
using dwell::test::write_text;
using Json = nlohmann::json;

namespace {

const std::string kPlugins = DWELL_PLUGINS;
const std::string kHosts = DWELL_SOURCE_DIR "/detectors/hosts";

}  // namespace

TEST_CASE("the examples build outside the tree and are scored like any other detector") {
  const Folder folder;
  // A copy, so that nothing of the tree but the one header can be found.
  std::filesystem::copy(kHosts + "/examples", folder.path("mine"));
  const std::string build = "cd '" + folder.path("mine") + "' && '" DWELL_CMAKE "' -S . -B build -DDWELL_API='" +
                            DWELL_SOURCE_DIR "/detectors/api' >build.log 2>&1 && '" DWELL_CMAKE
                                             "' --build build >>build.log 2>&1";
  const int built = std::system(build.c_str());
  INFO(read_text(folder.path("mine/build.log")));
  REQUIRE(built == 0);
  const Json document =
      run_detectors(folder, {"./mine/build/libkeyburst.so:key-burst", "mine/build/libmissrate.so:miss-rate:keep=0.999",
                             "mine/build/librowcount.so"});
  for (const char* name :
       {"libkeyburst.so:key-burst", "libmissrate.so:miss-rate:keep=0.999", "librowcount.so:row-count"}) {
    INFO(name);
    for (const Json& row : rows_of(document, name)) CHECK(row.at("mark") != "crashed");
  }
}

TEST_CASE("whatever a library does, its row says so and the run goes on") {
  struct Fault {
    const char* name;
    const char* note;
  };
  const Fault faults[] = {
      {"crash", "signal 6"},
      {"throw", "thrown across the interface in window 100"},
      {"loop", "no answer within 5 s in window 100"},
      {"leave", "it left in window 100"},
      {"error", "close: it did not like the window in window 100"},
      {"nan", "it scored key 5 with NaN in window 100"},
      {"kind", "an entity of kind 99 in window 100"},
      {"page", "it named page 99 in window 100; accepted: ids up to"},
      {"address", "it named source 1099511627776 in window 100"},
      {"many", "65537 scores where there is room for 65536"},
      {"babble", "no JSON object in window 100"},
      {"leak", "it outgrew its memory"},
      {"no-instance", "create returned 7"},
      {"dies-saving", "signal 6 (Aborted) in save"},
  };
  const Folder folder;
  Words detectors = {"never-alert", kPlugins + "/faults.so:fork"};
  for (const Fault& fault : faults) detectors.push_back(kPlugins + "/faults.so:" + fault.name);
  const Json document = run_detectors(folder, detectors);
  for (const Fault& fault : faults) {
    for (const Json& row : rows_of(document, std::string("faults.so:") + fault.name)) {
      INFO(row.dump());
      CHECK(row.at("mark") == "crashed");
      CHECK(row.at("detected") == false);
      CHECK(row.at("note").get<std::string>().find(fault.note) != std::string::npos);
    }
  }
  for (const char* sound : {"never-alert", "faults.so:fork"}) {
    for (const Json& row : rows_of(document, sound)) {
      INFO(row.dump());
      CHECK(row.at("mark") != "crashed");
    }
  }
}

TEST_CASE("a library that cannot be a detector is refused before anything is simulated") {
  refused_detector(kPlugins + "/no_detectors.so:x", {"no_detectors.so", "without detectors", "dwell_detector_library"});
  refused_detector(kPlugins + "/other_version.so:x", {"other_version.so", "version 8", "version 1"});
  refused_detector(kPlugins + "/faults.so:crsh", {"faults.so", "no detector \"crsh\"", "crash, throw"});
  refused_detector(kPlugins + "/faults.so", {"faults.so", "more than one detector", "crash, throw"});
  refused_detector(kPlugins + "/faults.so:no-save", {"no-save", "cannot save its state"});
  refused_detector(kPlugins + "/faults.so:bad-topic", {"bad-topic: topics", "\"acess\"", "access, auth"});
  refused_detector(kPlugins + "/faults.so:bad-bound", {"bad-bound: memory_bound_bytes", "found 0"});
  refused_detector(kPlugins + "/key_burst.so:key-burst:weight=7", {"weight", "found 7", "0.0001 to 1"});
  refused_detector(kPlugins + "/key_burst.so:key-burst:wieght=.5", {"wieght", "weight"});
  refused_detector("./gone.so:x", {"gone.so", "no such file"});
  refused_detector(DWELL_SOURCE_DIR "/README.md", {"README.md", "cannot be loaded"});
  const Folder folder;
  write_text(folder.path("text.so"), "no library\n");
  refused_detector(folder.path("text.so") + ":x", {"text.so", "cannot be loaded", "a shared library"});
}

TEST_CASE("a study with a detector from outside goes on from its checkpoint with the same results") {
  const Folder folder;
  const std::string detector = kPlugins + "/key_burst.so:key-burst";
  const Json straight = run_detectors(folder, {detector});
  Words words = study_of({detector});
  words.insert(words.end(), {"--checkpoint", "kept", "--checkpoint-every", "1d"});
  dwell::test::Child child(folder, words);
  for (int waited = 0; waited < 2000 && !std::filesystem::exists(folder.path("kept/run-0001")); ++waited) {
    if (!child.running()) break;
    std::system("sleep 0.01");
  }
  child.signal(9);
  child.wait();
  const Finished end = run_dwell(folder, {"resume", "kept", "--json"});
  INFO(end.err);
  REQUIRE(end.code == 0);
  const Json resumed = Json::parse(end.out);
  CHECK(resumed.at("rows") == straight.at("rows"));
  CHECK(resumed.at("summary") == straight.at("summary"));
}
