#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"

namespace fs = std::filesystem;
using dwell::cli::OutputFile;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "dwell-output-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    root = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path root;
};

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

long entries(const fs::path& path) { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); }

}  // namespace

TEST_CASE("preparing leaves nothing behind, writing exactly one file") {
  const Folder folder;
  const std::string path = (folder.root / "out.json").string();
  const auto file = OutputFile::prepare(path, {});
  REQUIRE(file.ok());
  CHECK(entries(folder.root) == 0);
  CHECK(file.value().write("one").ok());
  CHECK(file.value().write("two").ok());
  CHECK(entries(folder.root) == 1);
  CHECK(read(path) == "two");
}

TEST_CASE("hidden files that a killed process of the same number left are no obstacle, and stay") {
  const Folder folder;
  const std::string stale = ".dwell-" + std::to_string(getpid());
  for (const char* end : {".tmp", "-1.tmp"}) std::ofstream(folder.root / (stale + end)) << "old";
  const std::string path = (folder.root / "out.json").string();
  const auto file = OutputFile::prepare(path, {});
  REQUIRE(file.ok());
  CHECK(file.value().write("new").ok());
  CHECK(read(path) == "new");
  CHECK(entries(folder.root) == 3);
  CHECK(read(folder.root / (stale + ".tmp")) == "old");
}

TEST_CASE("a folder that vanished during the run is an error that names the file") {
  const Folder folder;
  const fs::path inner = folder.root / "inner";
  fs::create_directory(inner);
  const auto file = OutputFile::prepare((inner / "out.json").string(), {});
  REQUIRE(file.ok());
  fs::remove(inner);
  const auto written = file.value().write("text");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message().find("out.json") != std::string::npos);
}

TEST_CASE("progress says where it stands, and guesses no end at the start") {
  dwell::run::Progress p;
  p.phase = "scoring";
  p.runs = 16;
  p.runs_done = 11;
  p.done = 0.75;
  p.events = 600'000'000;
  p.elapsed_s = 60;
  p.date = {20336};
  CHECK(dwell::cli::progress_text(p) == "scoring, run 12 of 16: 75 %, 10 M events/s, 2025-09-05, 20 s to go");
  p.runs_done = 16;
  p.done = 0.001;
  p.elapsed_s = 0.1;
  CHECK(dwell::cli::progress_text(p).find("to go") == std::string::npos);
  CHECK(dwell::cli::progress_text(p).find("run 16 of 16") != std::string::npos);
}
