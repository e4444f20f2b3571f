#include "bench/cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/cli/main_command.hpp"

namespace dwell::cli {

namespace {

/// Set by mpirun; nullptr without it.
const char* rank_in_words() { return std::getenv("OMPI_COMM_WORLD_RANK"); }

/// mpirun puts a terminal of its own between a rank and whatever it passes the output on to.
bool is_terminal(int descriptor) { return rank_in_words() == nullptr && isatty(descriptor) != 0; }

}  // namespace

bool speaks() {
  const char* const rank = rank_in_words();
  return rank == nullptr || std::string_view(rank) == "0";
}

int put(std::string_view text) {
  if (!speaks()) return kDone;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return kDone;
  const char* why = errno == 0 ? "cannot be written" : std::strerror(errno);
  return complain(Error{"standard output", "", why, "a file or pipe with room"}, kFailed);
}

void say(std::string_view text) {
  if (speaks()) cry(text);
}

void cry(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string without_control(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

int complain(const Error& error, int code) {
  say(without_control("dwell: " + error.message()) + "\n");
  return code;
}

report::Style stdout_style() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  report::Style style;
  style.colour = is_terminal(STDOUT_FILENO) && (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr &&
                 std::string_view(terminal) != "dumb";
  return style;
}

bool stderr_is_terminal() { return is_terminal(STDERR_FILENO); }

}  // namespace dwell::cli
