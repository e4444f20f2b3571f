#pragma once
// The engines: one interface, three implementations with bit-identical results.

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/executor.hpp"
#include "sim/kernel/process.hpp"

namespace dwell::kernel {

struct EngineOptions {
  Duration lookahead = Duration::seconds(60);  ///< also the length of a window
  Time end = kNever;                           ///< events at or after it are dropped when scheduled
  std::size_t horizon_windows = 256;           ///< windows ahead with a bucket of their own, 16 bytes a process each
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
