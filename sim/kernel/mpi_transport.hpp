#pragma once
// Ranks as processes of the operating system, started by mpirun. In a library of its own, dwell_mpi, which exists where
// MPI was found; nothing else of the kernel knows of MPI.

#include <functional>
#include <memory>
#include <string>

#include "sim/kernel/transport.hpp"

namespace dwell::kernel {

/// MPI from here to the end of the object: the only place that initialises it. One a program; used by the thread that
/// made it (MPI_THREAD_FUNNELED). Leaving it by an exception ends all ranks.
class MpiSession {
 public:
  /// Is given one line before a failure ends the run, on the rank that failed: to be shown to people at once.
  using Report = std::function<void(const std::string&)>;

  MpiSession(int& argc, char**& argv, Report report);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  [[nodiscard]] unsigned rank() const;
  [[nodiscard]] unsigned ranks() const;
  /// Collective: every rank makes its transports in the same order. The session must outlive them.
  std::unique_ptr<Transport> make_transport(std::chrono::milliseconds patience = kPatience);
  /// Reports "rank N: message" and ends every rank with exit code 1.
  [[noreturn]] void fail(const std::string& message) noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dwell::kernel
