#include "bench/cli/interrupt.hpp"

#include <unistd.h>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>

#include <array>
#include <cerrno>

#include "bench/cli/main_command.hpp"
#include "bench/cli/ranks.hpp"
#include "bench/cli/terminal.hpp"

namespace dwell::cli {
namespace {

// Read and written by the signal handler, hence lock-free and of static storage.
std::atomic<bool> stop{false};
std::atomic<bool> silent{false};
std::atomic<bool> terminal{false};      // stderr is one: the cursor stands behind a progress line, or "^C"
std::atomic<std::int64_t> first_ms{0};  // of the monotonic clock; 0: no signal yet
std::atomic<bool> has_file{false};
std::atomic<pid_t> starter{0};  // mpirun, which ends all ranks at once whatever they say; 0: not started by it
std::array<char, 4096> file_to_remove{};
std::array<char, 512> more_words{};
std::atomic<std::size_t> more_length{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

constexpr std::int64_t kSameRequestMs = 500;

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/// Calls only what POSIX allows in a signal handler.
void on_signal(int, siginfo_t* info, void*) {
  const int saved = errno;
  // One exchange decides which signal was the first: two may arrive on two threads at once.
  std::int64_t first = 0;
  const std::int64_t now = now_ms();
  if (first_ms.compare_exchange_strong(first, now)) {
    stop = true;
    constexpr char words[] = "\ndwell: stopping; once more ends at once\n";
    const std::size_t skipped = terminal ? 0 : 1;
    const bool ending = starter != 0 && info->si_code == SI_USER && info->si_pid == starter;
    if (!silent && !ending) static_cast<void>(!write(STDERR_FILENO, words + skipped, sizeof words - 1 - skipped));
    static_cast<void>(!write(STDERR_FILENO, more_words.data(), more_length));
  } else if (now - first > kSameRequestMs) {
    if (has_file) unlink(file_to_remove.data());
    _exit(kInterrupted);
  }
  errno = saved;
}

}  // namespace

void catch_interrupts(bool quiet) {
  silent = quiet;
  starter = started_on_ranks() ? getppid() : 0;
  terminal = stderr_is_terminal();
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void say_on_interrupt(const std::string& words) {
  if (words.size() >= more_words.size()) return;
  std::memcpy(more_words.data(), words.data(), words.size());
  more_words[words.size()] = '\n';
  more_length = words.size() + 1;
}

const std::atomic<bool>& stop_requested() { return stop; }

RemoveOnAbort::RemoveOnAbort(const std::string& path) {
  if (path.size() >= file_to_remove.size()) return;
  std::memcpy(file_to_remove.data(), path.c_str(), path.size() + 1);
  has_file = true;
}

RemoveOnAbort::~RemoveOnAbort() { has_file = false; }

}  // namespace dwell::cli
