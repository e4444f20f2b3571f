#pragma once
// This program's place among the ranks that mpirun started, or alone.

#include <chrono>
#include <memory>

#include "sim/core/result.hpp"
#include "sim/kernel/transport.hpp"

namespace dwell::cli {

/// Whether mpirun started this program.
bool started_on_ranks();
/// Whether it started more than one.
bool started_on_several_ranks();

/// From here to its end MPI is initialised, when there is any reason for it. One a program.
class Ranks {
 public:
  /// Alone, unless mpirun started the program or `asked`. Error: ranks are needed and Dwell was built without MPI.
  static Result<std::unique_ptr<Ranks>> join(bool asked);
  virtual ~Ranks() = default;

  [[nodiscard]] virtual unsigned rank() const { return 0; }
  [[nodiscard]] virtual unsigned count() const { return 1; }
  /// Of them on this machine.
  [[nodiscard]] virtual unsigned here() const { return 1; }
  /// nullptr when alone. Every rank makes as many, in the same order. `patience`: how long another rank may stand
  /// still.
  virtual std::unique_ptr<kernel::Transport> make_transport(std::chrono::seconds patience) {
    static_cast<void>(patience);
    return nullptr;
  }
};

}  // namespace dwell::cli
