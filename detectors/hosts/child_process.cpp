#include "detectors/hosts/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace dwell::hosts {
namespace {

constexpr int kControl = 3, kData = 4;
constexpr int kWireBytes = 1 << 20;

[[noreturn]] void fail(const std::string& what, int problem = errno) {
  throw std::system_error(problem, std::generic_category(), what);
}

struct Pair {
  UniqueFd ours, theirs;
};

/// Theirs far from the numbers it is to have, so that one cannot be written over the other.
Pair make_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  Pair pair{UniqueFd(ends[0]), UniqueFd()};
  const UniqueFd low(ends[1]);
  pair.theirs = UniqueFd(::fcntl(low.get(), F_DUPFD_CLOEXEC, 16));
  if (pair.theirs.get() < 0) fail("fcntl");
  // As much as the system grants: fewer changes between the two processes for large frames.
  for (const int fd : {pair.ours.get(), pair.theirs.get()}) {
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kWireBytes, sizeof kWireBytes);
  }
  return pair;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// What posix_spawn is told; released at the end.
class SpawnPlan {
 public:
  SpawnPlan(const std::string& folder, int control, int data) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, control, kControl);
    posix_spawn_file_actions_adddup2(&actions, data, kData);
    posix_spawn_file_actions_addclosefrom_np(&actions, kData + 1);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

ChildProcess::ChildProcess(const Launch& launch) {
  Pair control = make_pair();
  Pair data = make_pair();
  make_folder();
  std::vector<std::string> command = launch.command;
  std::vector<std::string> world = launch.environment;
  world.push_back("HOME=" + folder_);
  world.push_back("TMPDIR=" + folder_);
  const SpawnPlan plan(folder_, control.theirs.get(), data.theirs.get());
  const int problem = ::posix_spawn(&pid_, command.front().c_str(), &plan.actions, &plan.attributes,
                                    pointers(command).data(), pointers(world).data());
  if (problem != 0) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    fail("cannot start " + command.front(), problem);
  }
  control_ = std::move(control.ours);
  data_ = std::move(data.ours);
  // The greatest it may be stays: programs that write their own limit back as they start, as sanitizers do, must not be
  // refused when this comes in between.
  rlimit core{};
  ::prlimit(pid_, RLIMIT_CORE, nullptr, &core);
  core.rlim_cur = 0;
  ::prlimit(pid_, RLIMIT_CORE, &core, nullptr);
  constexpr rlim_t kFileBytes = 64U << 20;
  const rlimit files{kFileBytes, kFileBytes};
  ::prlimit(pid_, RLIMIT_FSIZE, &files, nullptr);
}

ChildProcess::~ChildProcess() {
  kill_group();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ChildProcess::make_folder() {
  std::error_code problem;
  std::filesystem::path place = std::filesystem::temp_directory_path(problem);
  if (problem) place = "/tmp";
  folder_ = (place / "dwell-detector-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) fail("cannot make a folder in " + place.string());
}

void ChildProcess::kill_group() {
  if (ended_) return;
  // While its leader is not waited for, the group's number belongs to nobody else.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
}

void ChildProcess::limit_memory(std::uint64_t bytes) const {
#ifdef __SANITIZE_ADDRESS__
  static_cast<void>(bytes);  // what the sanitizer maps for itself is beyond any limit
#else
  const rlimit limit{bytes, RLIM_INFINITY};  // it is raised when the detector's bound is known
  ::prlimit(pid_, RLIMIT_DATA, &limit, nullptr);
#endif
}

std::uint64_t ChildProcess::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t whole = 0, resident = 0;
  file >> whole >> resident;
  return file ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

double ChildProcess::core_ns() const {
  clockid_t clock{};
  timespec taken{};
  if (ended_ || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &taken) != 0) return 0;
  return static_cast<double>(taken.tv_sec) * 1e9 + static_cast<double>(taken.tv_nsec);
}

std::string ChildProcess::end(std::chrono::milliseconds patience) {
  bool by_us = false;
  if (!ended_) {
    // The C library of Debian 12 declares its own wrapper for C alone.
    const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    pollfd of{handle.get(), POLLIN, 0};
    by_us = handle.get() < 0 || ::poll(&of, 1, static_cast<int>(patience.count())) != 1;
    kill_group();
  }
  if (by_us && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL) return "it had to be ended";
  if (WIFSIGNALED(status_)) {
    const int number = WTERMSIG(status_);
    return fmt::format("it was ended by signal {} ({})", number, ::strsignal(number));
  }
  return WEXITSTATUS(status_) == 0 ? "" : fmt::format("it ended with code {}", WEXITSTATUS(status_));
}

}  // namespace dwell::hosts
