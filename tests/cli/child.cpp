#include "tests/cli/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

extern char** environ;

namespace dwell::test {
namespace {

constexpr const char* kOut = "captured.out";
constexpr const char* kErr = "captured.err";

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

#ifdef DWELL_MPIRUN
constexpr const char* kMpirun = DWELL_MPIRUN;
#else
constexpr const char* kMpirun = "mpirun";
#endif

/// Everything that is written to the other side until nobody holds it.
std::string read_terminal(int own_side) {
  std::string shown;
  char some[4096];
  for (;;) {
    const ssize_t n = read(own_side, some, sizeof some);
    if (n > 0) shown.append(some, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) return shown;
  }
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "dwell-cli-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  root_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::vector<std::string> Folder::names() const {
  std::vector<std::string> list;
  for (const auto& entry : std::filesystem::directory_iterator(root_)) {
    const std::string name = entry.path().filename().string();
    if (name != kOut && name != kErr) list.push_back(name);
  }
  std::sort(list.begin(), list.end());
  return list;
}

Child::Child(const Folder& folder, const std::vector<std::string>& words, const Surroundings& surroundings)
    : folder_(folder) {
  std::vector<std::string> command = {DWELL_BINARY};
  if (surroundings.ranks != 0) {
    command = {kMpirun, "--bind-to", "none", "--oversubscribe", "-n", std::to_string(surroundings.ranks), DWELL_BINARY};
  }
  command.insert(command.end(), words.begin(), words.end());
  if (surroundings.memory_mb != 0) {
    const std::string limit = "ulimit -v " + std::to_string(surroundings.memory_mb * 1024) + " && exec \"$@\"";
    command.insert(command.begin(), {"/bin/sh", "-c", limit, "sh"});
  }
  std::vector<std::string> world;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string entry = *at;
    if (!entry.starts_with("DWELL_ROOT=") && !entry.starts_with("NO_COLOR=")) world.push_back(entry);
  }
  if (surroundings.ranks != 0) {
    world.insert(world.end(), {"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"});
  }
  world.insert(world.end(), surroundings.environment.begin(), surroundings.environment.end());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string out = surroundings.out_file.empty() ? folder.path(kOut) : surroundings.out_file;
  const std::string in = surroundings.in_file.empty() ? "/dev/null" : surroundings.in_file;
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), flags, 0600);
  if (surroundings.terminal) {
    terminal_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(terminal_ >= 0);
    REQUIRE((grantpt(terminal_) == 0 && unlockpt(terminal_) == 0));
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, ptsname(terminal_), O_WRONLY | O_NOCTTY, 0);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, folder.path(kErr).c_str(), flags, 0600);
  }
  posix_spawn_file_actions_addchdir_np(&actions, folder.path("").c_str());
  const int problem =
      posix_spawn(&pid_, command.front().c_str(), &actions, nullptr, pointers(command).data(), pointers(world).data());
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(problem == 0);
}

Child::~Child() {
  if (terminal_ >= 0) close(terminal_);
}

void Child::signal(int number) const { kill(pid_, number); }

bool Child::running() {
  if (!ended_ && waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

Finished Child::wait() {
  std::string shown;
  if (terminal_ >= 0) shown = read_terminal(terminal_);
  if (!ended_) REQUIRE(waitpid(pid_, &status_, 0) == pid_);
  ended_ = true;
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, read_text(folder_.path(kOut)), terminal_ >= 0 ? shown : read_text(folder_.path(kErr))};
}

pid_t process_of_rank(unsigned rank, const Folder& folder) {
  namespace fs = std::filesystem;
  const std::string wanted = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!fs::equivalent(fs::read_symlink(entry.path() / "cwd", problem), folder.path(""), problem)) continue;
    std::istringstream world(read_text((entry.path() / "environ").string()));
    for (std::string variable; std::getline(world, variable, '\0');) {
      if (variable == wanted) return static_cast<pid_t>(std::stol(name));
    }
  }
  return 0;
}

Finished run_dwell(const Folder& folder, const std::vector<std::string>& words, const Surroundings& surroundings) {
  return Child(folder, words, surroundings).wait();
}

Finished refused(const Folder& folder, const Words& words, const Words& said) {
  const Words before = folder.names();
  const Finished end = run_dwell(folder, words);
  INFO(end.err);
  CHECK(end.code == 2);
  CHECK(end.out.empty());
  CHECK(end.err.starts_with("dwell: "));
  CHECK(count_lines(end.err) == 1);
  for (const std::string& word : said) {
    INFO("expected: " << word);
    CHECK(end.err.find(word) != std::string::npos);
  }
  CHECK(folder.names() == before);
  return end;
}

Finished refused(const Words& words, const Words& said) {
  const Folder folder;
  return refused(folder, words, said);
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void fits_80_columns(const std::string& text) {
  // Code points: every byte but those that continue one.
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    INFO(line);
    CHECK(std::count_if(line.begin(), line.end(), begins) <= 80);
  }
}

std::string read_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_text(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  REQUIRE(stream.good());
}

std::string tiny_scenario() { return DWELL_SOURCE_DIR "/scenarios/tiny.json"; }

std::vector<std::string> quick(std::vector<std::string> words) {
  for (const char* word : {"--seeds", "1", "--detector", "never-alert", "--detector", "token-issuance"})
    words.emplace_back(word);
  return words;
}

}  // namespace dwell::test
