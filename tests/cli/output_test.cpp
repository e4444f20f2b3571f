// Where results go, and that nothing is left behind when they cannot go there. Runs that are refused cost nothing.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::Folder;
using dwell::test::quick;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::tiny_scenario;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

using Names = std::vector<std::string>;

Finished refused(const Folder& folder, const std::string& output, const char* said) {
  return dwell::test::refused(folder, quick({"run", "tiny", "--json", "--output", output}), {said});
}

}  // namespace

TEST_CASE("places that take no file are refused before the run") {
  const Folder folder;
  mkdir(folder.path("sub").c_str(), 0700);
  write_text(folder.path("plain"), "text");
  REQUIRE(symlink("nowhere", folder.path("dangling").c_str()) == 0);
  refused(folder, "missing/out.json", "No such file");
  refused(folder, "sub", "is a folder");
  refused(folder, "plain/out.json", "Not a directory");
  refused(folder, "dangling", "link to nothing");
  refused(folder, "/proc/out.json", "cannot be written");
  refused(folder, std::string(300, 'x'), "name too long");
  refused(folder, "", "--output");
  CHECK(folder.names() == Names{"dangling", "plain", "sub"});
}

TEST_CASE("the input is never overwritten") {
  const Folder folder;
  const std::string text = read_text(tiny_scenario());
  write_text(folder.path("my.json"), text);
  const Finished end = run_dwell(folder, {"run", "./my.json", "--output", "my.json"});
  CHECK(end.code == 2);
  CHECK(end.err.find("is the input itself") != std::string::npos);
  CHECK(read_text(folder.path("my.json")) == text);
}

TEST_CASE("no file that a study is made from is overwritten") {
  const Folder folder;
  const std::string scenario = read_text(tiny_scenario());
  const std::string detector =
      "import dwell\n\n\nclass Mine(dwell.Detector):\n    def close(self, window):\n        return []\n";
  const std::string suite =
      R"({"schema": "dwell.suite/1", "name": "suite", "title": "one", "scenarios": ["./my.json"]})";
  write_text(folder.path("my.json"), scenario);
  write_text(folder.path("mine.py"), detector);
  write_text(folder.path("suite.json"), suite);
  const std::vector<Words> commands = {
      {"run", "./my.json", "--detector", "python:mine.py:Mine", "--output", "mine.py"},
      {"check-detector", "python:mine.py:Mine", "--output", "./mine.py"},
      {"sensitivity", "./my.json", "--detector", "never-alert", "--output", "my.json"},
      {"bench", "./suite.json", "--detector", "never-alert", "--output", "suite.json"},
      {"bench", "./suite.json", "--detector", "never-alert", "--output", "my.json"},
      {"bench-kernel", "./my.json", "--output", "my.json"},
  };
  for (const Words& command : commands) {
    const Finished end = run_dwell(folder, command);
    INFO(command.front() << ": " << end.err);
    CHECK(end.code == 2);
    CHECK(end.err.find("is the input itself") != std::string::npos);
  }
  CHECK(read_text(folder.path("my.json")) == scenario);
  CHECK(read_text(folder.path("mine.py")) == detector);
  CHECK(read_text(folder.path("suite.json")) == suite);
}

TEST_CASE("a full disk is a failure that is named") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"schema", "results", "--output", "/dev/full"});
  CHECK(end.code == 1);
  CHECK(end.err.find("/dev/full") != std::string::npos);
  CHECK(end.err.find("No space left") != std::string::npos);
  struct stat info {};
  REQUIRE(stat("/dev/full", &info) == 0);
  CHECK(S_ISCHR(info.st_mode));
}

TEST_CASE("an existing file is replaced whole and keeps its mode; a link keeps pointing") {
  const Folder folder;
  write_text(folder.path("old.json"), std::string(1'000'000, 'x'));
  REQUIRE(chmod(folder.path("old.json").c_str(), 0640) == 0);
  REQUIRE(symlink("old.json", folder.path("link.json").c_str()) == 0);
  CHECK(run_dwell(folder, {"schema", "results", "--output", "link.json"}).code == 0);
  CHECK(nlohmann::json::accept(read_text(folder.path("old.json"))));
  struct stat info {};
  REQUIRE(lstat(folder.path("link.json").c_str(), &info) == 0);
  CHECK(S_ISLNK(info.st_mode));
  REQUIRE(stat(folder.path("old.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0640);
  CHECK(folder.names() == Names{"link.json", "old.json"});
}

TEST_CASE("results files that are none are refused by report") {
  const Folder folder;
  const auto refuse = [&](const std::string& text, const char* said) {
    write_text(folder.path("r.json"), text);
    const Finished end = run_dwell(folder, {"report", "r.json"});
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(end.out.empty());
    CHECK(std::count(end.err.begin(), end.err.end(), '\n') == 1);
    CHECK(end.err.find("r.json") != std::string::npos);
    CHECK(end.err.find(said) != std::string::npos);
  };
  refuse("", "empty");
  refuse("{", "line 1");
  refuse("[]", "array");
  refuse("{}", "schema");
  refuse("{\"schema\": \"dwell.results/99\"}", "dwell.results/99");
  refuse("{\"schema\": \"dwell.results/1\"}", "manifest");
  refuse(read_text(tiny_scenario()), "dwell.scenario/1");
  CHECK(run_dwell(folder, {"report", "absent.json"}).code == 2);
}
