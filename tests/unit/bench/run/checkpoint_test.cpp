#include "bench/run/checkpoint.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

using dwell::Result;
using dwell::run::CheckpointFolder;

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

/// A folder of its own, removed afterwards.
class Place {
 public:
  Place() {
    std::string pattern = (fs::temp_directory_path() / "dwell-checkpoint-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Place() { fs::remove_all(path_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] std::string path(const std::string& name = "") const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

CheckpointFolder begun(const Place& place) {
  Result<CheckpointFolder> folder = CheckpointFolder::create(place.path());
  REQUIRE(folder.ok());
  REQUIRE(folder.value().begin(bytes_of("asked")).ok());
  return folder.value();
}

std::string refusal(const CheckpointFolder& folder, const char* name) {
  const auto found = folder.get(name);
  REQUIRE_FALSE(found.ok());
  return found.error().message();
}

}  // namespace

TEST_CASE("what is put into a checkpoint comes back, and is replaced whole") {
  const Place place;
  const CheckpointFolder folder = begun(place);
  for (const std::string& text :
       {std::string("first"), std::string(), std::string(100'000, 'x'), std::string("short")}) {
    REQUIRE(folder.put("run", bytes_of(text)).ok());
    CHECK(folder.get("run").value() == bytes_of(text));
  }
  CHECK_FALSE(folder.get("nobody").value().has_value());
  folder.remove("run");
  CHECK_FALSE(folder.get("run").value().has_value());
  CHECK(CheckpointFolder::open(place.path()).ok());
}

TEST_CASE("a folder with a study takes no other, and one without cannot be opened") {
  const Place place;
  CHECK_FALSE(CheckpointFolder::open(place.path()).ok());
  CHECK_FALSE(CheckpointFolder::open(place.path("nowhere")).ok());
  begun(place);
  const auto again = CheckpointFolder::create(place.path());
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().message().find("holds a study already") != std::string::npos);
  CHECK(again.error().message().find("dwell resume") != std::string::npos);
  write(place.path("file"), "");
  CHECK_FALSE(CheckpointFolder::create(place.path("file")).ok());
  CHECK_FALSE(CheckpointFolder::create("/proc/nowhere").ok());
}

TEST_CASE("every cut and every flipped byte of a checkpoint is noticed") {
  const Place place;
  const CheckpointFolder folder = begun(place);
  REQUIRE(folder.put("run", bytes_of("the state of a run")).ok());
  const std::string file = place.path("run.checkpoint");
  const std::string whole = read(file);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write(file, whole.substr(0, length));
    CHECK(refusal(folder, "run").starts_with(file));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write(file, damaged);
    CHECK(refusal(folder, "run").starts_with(file));
  }
  write(file, whole + "x");
  CHECK(refusal(folder, "run").find("bytes of content") != std::string::npos);
  write(file, whole);
  CHECK(folder.get("run").ok());
}

TEST_CASE("foreign, newer and misplaced files are named for what they are") {
  const Place place;
  const CheckpointFolder folder = begun(place);
  REQUIRE(folder.put("run", bytes_of("state")).ok());
  const std::string whole = read(place.path("run.checkpoint"));
  write(place.path("other.checkpoint"), whole);
  CHECK(refusal(folder, "other").find("holds \"run\"") != std::string::npos);
  write(place.path("other.checkpoint"), "{\"schema\": \"dwell.results/1\"}");
  CHECK(refusal(folder, "other").find("is no checkpoint of Dwell") != std::string::npos);
  // The format follows the length and the text of the magic.
  std::string newer = whole;
  newer[8 + 16] = 3;
  write(place.path("other.checkpoint"), newer);
  CHECK(refusal(folder, "other").find("newer Dwell, in format 3; accepted: format 2") != std::string::npos);
  std::string revision = whole;
  revision[8 + 16 + 4 + 8] = '?';
  write(place.path("other.checkpoint"), revision);
  CHECK(refusal(folder, "other").find("was written by revision ?") != std::string::npos);
  fs::create_directory(place.path("folder.checkpoint"));
  CHECK(refusal(folder, "folder").find("is no file") != std::string::npos);
}

TEST_CASE("a file of another study is refused, however good it is") {
  const Place place;
  const Place elsewhere;
  const CheckpointFolder folder = begun(place);
  auto other = CheckpointFolder::create(elsewhere.path());
  REQUIRE(other.ok());
  REQUIRE(other.value().begin(bytes_of("asked otherwise")).ok());
  REQUIRE(other.value().put("run-0000-done", bytes_of("state")).ok());
  CHECK(other.value().get("run-0000-done").ok());
  fs::copy_file(elsewhere.path("run-0000-done.checkpoint"), place.path("run-0000-done.checkpoint"));
  CHECK(refusal(folder, "run-0000-done").find("is of another study") != std::string::npos);
  const auto opened = CheckpointFolder::open(place.path());
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message().find("is of another study") != std::string::npos);
  // With what was asked exchanged as well, the folder is the other study's.
  fs::copy_file(elsewhere.path("study.checkpoint"), place.path("study.checkpoint"),
                fs::copy_options::overwrite_existing);
  CHECK(CheckpointFolder::open(place.path()).ok());
}

TEST_CASE("what is no file is refused at once") {
  const Place place;
  const CheckpointFolder folder = begun(place);
  REQUIRE(mkfifo(place.path("run-0001.checkpoint").c_str(), 0600) == 0);
  CHECK(refusal(folder, "run-0001").find("is no file") != std::string::npos);
}

TEST_CASE("a checkpoint that cannot be written leaves the one before") {
  const Place place;
  const CheckpointFolder folder = begun(place);
  REQUIRE(folder.put("run", bytes_of("good")).ok());
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit little{4096, old.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
  const dwell::Status refused = folder.put("run", Bytes(100'000));
  REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
  signal(SIGXFSZ, handler);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message().find("could not be written") != std::string::npos);
  CHECK(folder.get("run").value() == bytes_of("good"));
  CHECK_FALSE(fs::exists(place.path("run.checkpoint.part")));
}

TEST_CASE("a folder is held by one at a time, and left-overs of another study are no beginning") {
  const Place place;
  CheckpointFolder folder = begun(place);
  REQUIRE(folder.hold().ok());
  {
    CheckpointFolder other = CheckpointFolder::open(place.path()).value();
    const dwell::Status refused = other.hold();
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message().find("in use by another dwell") != std::string::npos);
  }
  const Place strange;
  write(strange.path("run-0000-done.checkpoint"), "old");
  const auto created = CheckpointFolder::create(strange.path());
  REQUIRE_FALSE(created.ok());
  CHECK(created.error().message().find("is of another study") != std::string::npos);
}
