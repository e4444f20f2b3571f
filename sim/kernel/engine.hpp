#pragma once
// The engines: one interface, three implementations with bit-identical results.

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>

#include "sim/core/result.hpp"
#include "sim/core/time.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/executor.hpp"
#include "sim/kernel/process.hpp"

namespace dwell::kernel {

struct EngineOptions {
  Duration lookahead = Duration::seconds(60);  ///< also the length of a window
  Time end = kNever;                           ///< events at or after it are dropped when scheduled
  std::size_t horizon_windows = 256;           ///< windows ahead with a bucket of their own, 16 bytes a process each
  /// What would help when memory runs out in a step, for the words with which ranks are ended.
  std::string remedy = {};
};

/// Conservative, windowed execution of logical processes. Not copyable; no global state; several engines may run at
/// once.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Adds a process before the first step; ids are given in order from 0. At most kMaxProcesses. Every rank adds every
  /// process, nullptr for those that are not local.
  virtual ProcessId add(std::unique_ptr<Process> process) = 0;
  /// Whether this rank runs the process: always, but in the distributed engine. Answers before the process is added.
  [[nodiscard]] virtual bool local(ProcessId id) const = 0;
  /// Runs one window for all processes and exchanges their messages. False when `end` was reached before the call.
  virtual bool step() = 0;
  /// The window of the last step.
  [[nodiscard]] virtual const Window& window() const = 0;
  /// Events handled so far by this rank; total(events()) is the run's.
  [[nodiscard]] virtual std::uint64_t events() const = 0;
  /// The sum, modulo 2^64, of what each rank gives: for digests whose order does not matter. Called between steps, by
  /// all ranks.
  virtual std::uint64_t total(std::uint64_t share) = 0;
  /// A local process.
  [[nodiscard]] virtual Process& process(ProcessId id) = 0;
  [[nodiscard]] virtual std::size_t processes() const = 0;

  /// Between steps, or before the first (the processes are then started): writes what is needed to go on from here with
  /// the same results, in any engine. Every rank writes a part for its processes. An error when the stream fails;
  /// InvariantError when a process cannot be saved.
  virtual Status save(std::ostream& out) = 0;
  /// Before the first step, and instead of start: the same processes go on from where they were saved, by whatever
  /// engine. The streams together hold all parts of one checkpoint, in any order; every rank is given all of them.
  /// After an error the engine is of no further use; on ranks all see one when one does.
  virtual Status restore(std::span<std::istream* const> parts) = 0;
  Status restore(std::istream& in) {
    std::istream* const one = &in;
    return restore(std::span(&one, 1));
  }
};

/// The reference: one priority queue over all processes, one event at a time, in the total order. Slow and plain.
std::unique_ptr<Engine> make_serial_engine(const EngineOptions& options);

/// Bucketed queues, one window at a time, processes spread over the executor's threads. The executor must outlive it.
std::unique_ptr<Engine> make_windowed_engine(const EngineOptions& options, Executor& executor);

class Transport;
/// The windowed engine of one rank among several, each of which runs the processes whose id modulo the number of ranks
/// is its own. All ranks add the same processes and make the same steps. When a process or the kernel throws on one
/// rank, the others' steps throw RankFailure or are ended (see Transport::fail). Executor and transport must outlive
/// it.
std::unique_ptr<Engine> make_distributed_engine(const EngineOptions& options, Executor& executor, Transport& transport);

}  // namespace dwell::kernel
