#pragma once

#include <string>

#include "bench/cli/arguments.hpp"

namespace dwell::cli {

/// The one page that teaches all commands; no line over 80 columns.
std::string help_text();
/// The page of one command: how it is called, its options, what comes out. That of `help` is the one above.
std::string help_text(Command command);

}  // namespace dwell::cli
