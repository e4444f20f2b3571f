#pragma once
// The command `dwell`: the only part of the tree that speaks to people.

namespace dwell::cli {

/// How the program ends. Done: 0.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         ///< the work failed: a full disk, a defect
inline constexpr int kBadInput = 2;       ///< usage, scenario or results file; nothing was run or written
inline constexpr int kInterrupted = 130;  ///< stopped by a signal; what was finished was written, marked partial

/// Data goes to stdout, talk to stderr. Throws nothing.
int main_command(int argc, const char* const* argv);

}  // namespace dwell::cli
