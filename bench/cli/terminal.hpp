#pragma once
// What is printed, where, and how.

#include <string>
#include <string_view>

#include "bench/report/text.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

/// Data to stdout. Returns the exit code: a stream that cannot be written to is a failure, named on stderr.
int put(std::string_view text);
/// Whether this program speaks: of several that mpirun started, only the first does. `put` and `say` obey it.
bool speaks();
/// Talk to stderr.
void say(std::string_view text);
/// The same from any rank: for what ends the run.
void cry(std::string_view text);
/// "dwell: " and the error, on one line; returns `code`.
int complain(const Error& error, int code);
/// With ? for control characters: what comes in with a name must neither break a line nor steer the terminal.
std::string without_control(std::string text);

/// Colour when stdout is a terminal that can show it and NO_COLOR is unset or empty.
report::Style stdout_style();
bool stderr_is_terminal();

}  // namespace dwell::cli
