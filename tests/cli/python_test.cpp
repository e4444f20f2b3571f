// Detectors in Python, and telemetry for scripts.

#include <catch2/catch.hpp>
#include <csignal>
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
using dwell::test::Surroundings;
using dwell::test::Words;
using dwell::test::write_text;
using Json = nlohmann::json;

namespace {

const std::string kFiles = DWELL_SOURCE_DIR "/tests/plugins";
const std::string kHosts = DWELL_SOURCE_DIR "/detectors/hosts";

/// Runs a script as the launcher does.
Finished run_script(const Folder& folder, const std::string& arguments) {
  const std::string line = "cd '" + folder.path("") + "' && PYTHONPATH='" + kHosts +
                           "/python' PYTHONDONTWRITEBYTECODE=1 DWELL_COMMAND='" DWELL_BINARY
                           "' \"${DWELL_PYTHON:-/usr/bin/python3}\" " +
                           arguments + " >script.out 2>script.err";
  const int code = std::system(line.c_str());
  return {code, read_text(folder.path("script.out")), read_text(folder.path("script.err"))};
}

}  // namespace

TEST_CASE("the Python example is scored, with its parameters") {
  const Folder folder;
  const Json document = run_detectors(folder, {"python:" + kHosts + "/examples/first_seen.py:FirstSeen:least=3"});
  for (const Json& row : rows_of(document, "python:first_seen.py:FirstSeen:least=3")) {
    CHECK(row.at("mark") != "crashed");
  }
}

TEST_CASE("the example with scikit-learn is scored, or says what is not installed") {
  const std::string example = "python:" + kHosts + "/examples/isolation_forest.py:Forest";
  if (std::system("\"${DWELL_PYTHON:-/usr/bin/python3}\" -c 'import sklearn' 2>/dev/null") != 0) {
    refused_detector(example, {"isolation_forest.py:", "scikit-learn is not installed", "python3-sklearn"});
    return;
  }
  const Folder folder;
  for (const Json& row :
       rows_of(run_detectors(folder, {example + ":trees=5"}), "python:isolation_forest.py:Forest:trees=5")) {
    INFO(row.dump());
    CHECK(row.at("mark") != "crashed");
  }
}

TEST_CASE("whatever a class in Python does, its row says so and the run goes on") {
  struct Fault {
    const char* name;
    const char* note;
  };
  const Fault faults[] = {
      {"Raises", "faults.py:26: ZeroDivisionError: division by zero in window 100"},
      {"Loops", "no answer within 5 s in window 100"},
      {"Leaves", "it left in window 100"},
      {"Exits", "SystemExit: enough in window 100"},
      {"NotANumber", "it scored key 5 with NaN in window 100"},
      {"UnknownKind", "an entity of kind 99 in window 100"},
      {"NoPage", "it named page 77 in window 100"},
      {"Negative", "it named key 18446744073709551615 in window 100"},
      {"Halves", "TypeError: ids of type float64; accepted: whole numbers in window 100"},
      {"Pairs", "TypeError: close gave ('key', 1); accepted: Scores, or triples"},
      {"Asks", "EOFError"},
      {"TooMany", "70000 scores where there is room for 65536"},
      {"Nonsense", "TypeError"},
      {"Leaks", "it outgrew its memory"},
      {"Writes", "read-only in window"},
      {"CannotSave", "in save"},
  };
  const Folder folder;
  Words detectors = {"python:" + kFiles + "/faults.py:Prints", "python:" + kFiles + "/faults.py:Forks"};
  for (const Fault& fault : faults) detectors.push_back("python:" + kFiles + "/faults.py:" + fault.name);
  const Json document = run_detectors(folder, detectors);
  for (const Fault& fault : faults) {
    for (const Json& row : rows_of(document, std::string("python:faults.py:") + fault.name)) {
      INFO(fault.name << ": " << row.dump());
      CHECK(row.at("mark") == "crashed");
      CHECK(row.at("note").get<std::string>().find(fault.note) != std::string::npos);
    }
  }
  for (const char* sound : {"python:faults.py:Prints", "python:faults.py:Forks"}) {
    for (const Json& row : rows_of(document, sound)) {
      INFO(row.dump());
      CHECK(row.at("mark") != "crashed");
    }
  }
}

TEST_CASE("a traceback begins in the user's file") {
  const Folder folder;
  for (const char* name : {"Raises", "Halves", "CannotSave"}) {
    const Finished end = run_dwell(folder, study_of({"python:" + kFiles + "/faults.py:" + name}));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(end.err.find("host.py") == std::string::npos);
    if (name == std::string("Raises")) CHECK(end.err.find("faults.py\", line 26, in fault") != std::string::npos);
    CHECK(end.err.find("Error: ") != std::string::npos);
  }
}

TEST_CASE("a file in Python that holds no detector is refused with its place") {
  refused_detector("python:" + kFiles + "/syntax_error.py:Mine", {"syntax_error.py:4: SyntaxError", "expected ':'"});
  refused_detector("python:" + kFiles + "/import_error.py:Mine",
                   {"import_error.py:3: ModuleNotFoundError", "nobody_has"});
  refused_detector("python:" + kFiles + "/faults.py:Raisse", {"no class \"Raisse\"", "Raises"});
  refused_detector("python:" + kFiles + "/faults.py:NoDetector",
                   {"NoDetector", "no class that extends dwell.Detector"});
  refused_detector("python:" + kFiles + "/faults.py", {"found no class", "python:FILE.py:Class"});
  refused_detector("python:" + kFiles + "/faults.py:NoParameter",
                   {"NoParameter.parameters: weight is 3", "dwell.Parameter"});
  refused_detector("python:gone.py:Mine", {"gone.py", "no such file"});
}

TEST_CASE("exported rows are the same however they are written, and read back in Python") {
  const Folder folder;
  const Words words = {"export", "tiny", "--seed", "3", "--days", "1", "--topics", "access,auth,keys"};
  Words to_file = words;
  to_file.insert(to_file.end(), {"--output", "rows.bin"});
  REQUIRE(run_dwell(folder, to_file).code == 0);
  Words to_stdout = words;
  to_stdout.insert(to_stdout.end(), {"--output", "-"});
  CHECK(run_dwell(folder, to_stdout).out == read_text(folder.path("rows.bin")));
  write_text(folder.path("script.py"), R"(
import dwell
import numpy as np

kept = []
rows = {}
with open("rows.bin", "rb") as stream:
    for batch in dwell.read_frames(stream):
        rows[batch.topic] = rows.get(batch.topic, 0) + batch.rows
        assert batch["time_us"].dtype == np.int64 and not batch["time_us"].flags.writeable
        if batch.topic == "access":
            assert (np.diff(batch["ingest_us"]) >= 0).all()
            kept.append(batch["member"])
first = np.concatenate(kept)
again = np.concatenate([b["member"] for b in dwell.simulate("tiny", seed=3, days=1)])
assert (first == again).all()
other = np.concatenate([b["member"] for b in dwell.simulate("tiny", seed=4, days=1)])
assert len(other) != len(first) or (first != other).any()
data = [b for b in dwell.simulate("tiny", seed=3, days=1, pages="member-data")]
assert 0 < sum(b.rows for b in data) < len(first) and min(b["page"].min() for b in data) >= 6
small = [sum(b.rows for b in dwell.simulate("tiny", seed=3, days=2, scale=s)) for s in (1 / 20000, "1/20000")]
assert small[0] == small[1] > 0, small
for batch in dwell.simulate("tiny", seed=3):
    break
try:
    next(dwell.simulate("tinny"))
except RuntimeError as problem:
    assert "did you mean it?" in str(problem), problem
print(sorted(rows), rows["access"] == len(first))
)");
  const Finished script = run_script(folder, "script.py");
  INFO(script.err);
  CHECK(script.code == 0);
  CHECK(script.out == "['access', 'auth', 'keys'] True\n");
  const Finished example = run_script(folder, "'" + kHosts + "/examples/explore.py'");
  INFO(example.err);
  CHECK(example.code == 0);
  CHECK(example.out.find("hour 23:") != std::string::npos);
}

TEST_CASE("an export that cannot be made says why and leaves nothing") {
  const auto refuse = [](const Words& more, const Words& said) {
    const Folder folder;
    Words words = {"export", "tiny", "--days", "1"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished end = run_dwell(folder, words);
    INFO(end.err);
    CHECK(end.code == 2);
    for (const std::string& word : said) CHECK(end.err.find(word) != std::string::npos);
    CHECK(folder.names().empty());
  };
  refuse({"--topics", "acces"}, {"--topics", "\"acces\"", "access, auth"});
  refuse({"--pages", "adress"}, {"--pages", "\"adress\"", "member-data"});
  refuse({"--format", "csv"}, {"--format", "batches"});
  refuse({"--output", "gone/rows.bin"}, {"gone"});
}

TEST_CASE("Ctrl-C while a detector hangs keeps what was finished, and the study goes on as if it had not") {
  const Folder folder;
  write_text(folder.path("hangs.py"), R"(
import os
import time
import dwell

class Hangs(dwell.Detector):
    """Hangs late in the fourth run, as long as it may."""
    columns = ["access.key"]

    def close(self, window):
        if window.index == 4000 and os.path.exists("@/hang"):
            with open("@/seeds", "a+") as file:
                file.write(f"{self.setting.seed}\n")
                file.seek(0)
                runs = len(set(file.read().split()))
            while runs >= 4 and os.path.exists("@/hang"):
                open("@/hangs", "w").close()
                time.sleep(0.02)
        return [(dwell.PLATFORM, 0, float(window.index % 7))]
)");
  std::string text = read_text(folder.path("hangs.py"));
  const std::string root = std::filesystem::path(folder.path("")).parent_path().string();
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@')) text.replace(at, 1, root);
  write_text(folder.path("hangs.py"), text);
  write_text(folder.path("hang"), "");
  const Words study = {"run",
                       "tiny",
                       "--seeds",
                       "2",
                       "--days",
                       "1",
                       "--threads",
                       "1",
                       "-q",
                       "--detector",
                       "python:hangs.py:Hangs",
                       "--detector-timeout",
                       "86400",
                       "--output"};
  const auto with = [&](const Words& more) {
    Words words = study;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  dwell::test::Child child(folder, with({"part.json", "--checkpoint", "kept", "--checkpoint-every", "1h"}));
  const auto wait_for = [&](const auto& condition) {
    for (int tries = 0; tries < 6000 && !condition(); ++tries) std::system("sleep 0.01");
    return condition();
  };
  REQUIRE(wait_for([&] { return std::filesystem::exists(folder.path("hangs")) || !child.running(); }));
  REQUIRE(child.running());
  child.signal(SIGINT);
  if (!wait_for([&] { return !child.running(); })) child.signal(SIGKILL);
  const Finished end = child.wait();
  INFO(end.err);
  CHECK(end.code == 130);
  const Json part = Json::parse(read_text(folder.path("part.json")));
  CHECK(part.at("manifest").at("partial") == true);
  CHECK(part.at("manifest").at("evaluation_seeds").size() == 1);
  for (const Json& row : rows_of(part, "python:hangs.py:Hangs")) CHECK(row.at("mark") != "crashed");

  std::filesystem::remove(folder.path("hang"));
  const Finished resumed = run_dwell(folder, {"resume", "kept", "--output", "whole.json", "-q"});
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  REQUIRE(run_dwell(folder, with({"straight.json"})).code == 0);
  const Json whole = Json::parse(read_text(folder.path("whole.json")));
  const Json straight = Json::parse(read_text(folder.path("straight.json")));
  CHECK(whole.at("rows") == straight.at("rows"));
  CHECK(whole.at("summary") == straight.at("summary"));
}
