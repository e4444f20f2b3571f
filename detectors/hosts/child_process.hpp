#pragma once
// A child process for a detector from outside: a process group of its own, an empty folder to stand in, no descriptors
// but the wire's, limits on what it may take.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "detectors/hosts/unique_fd.hpp"

namespace dwell::hosts {

struct Launch {
  std::vector<std::string> command;      ///< the first is a path
  std::vector<std::string> environment;  ///< "NAME=value"; all there is
};

class ChildProcess {
 public:
  /// Starts it with control on its descriptor 3 and data on 4; its stdout and stderr go to our stderr. Error:
  /// std::system_error.
  explicit ChildProcess(const Launch& launch);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Ends the whole group at once.
  ~ChildProcess();

  /// Our ends of the wire; may be taken once.
  [[nodiscard]] UniqueFd take_control() { return std::move(control_); }
  [[nodiscard]] UniqueFd take_data() { return std::move(data_); }

  /// How much private memory it may have from now on.
  void limit_memory(std::uint64_t bytes) const;
  /// Memory that it has in the machine.
  [[nodiscard]] std::uint64_t resident_bytes() const;
  /// Processor time of its threads so far; 0 when it has ended.
  [[nodiscard]] double core_ns() const;
  /// Waits so long for its end, then ends it. How it ended, in words; empty when with success.
  std::string end(std::chrono::milliseconds patience);

 private:
  void make_folder();
  void kill_group();

  std::string folder_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
  UniqueFd control_, data_;
};

}  // namespace dwell::hosts
