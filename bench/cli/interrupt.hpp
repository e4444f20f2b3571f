#pragma once
// Ctrl-C: the first asks the study to stop, the second ends the program at once.

#include <atomic>
#include <string>

namespace dwell::cli {

/// Catches SIGINT and SIGTERM from now on, also when they were ignored (as they are for a script's background jobs). A
/// repetition within half a second counts as the same request: process groups and wrappers deliver signals twice. That
/// another signal ends the program at once is said, unless the first came from mpirun, which is ending it anyway.
void catch_interrupts(bool quiet);
/// What the first signal says beside that the program stops: a line without its end, of at most 400 bytes. For the case
/// that nothing can be said later: mpirun ends the ranks that are left when one died. Said also when quiet.
void say_on_interrupt(const std::string& words);
/// True once a stop was asked for.
const std::atomic<bool>& stop_requested();

/// While it lives, ending at once removes this file.
class RemoveOnAbort {
 public:
  explicit RemoveOnAbort(const std::string& path);
  ~RemoveOnAbort();
  RemoveOnAbort(const RemoveOnAbort&) = delete;
  RemoveOnAbort& operator=(const RemoveOnAbort&) = delete;
};

}  // namespace dwell::cli
