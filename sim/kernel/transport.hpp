#pragma once
// How ranks reach each other. Engines know only this interface; mpi_transport.hpp implements it between processes of
// the operating system.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace dwell::kernel {

/// The run cannot go on because of another rank, or of what lies between: "rank 2: ...".
class RankFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How long a rank waits for another, in any of the calls below, before it gives the run up. A rank that is killed is
/// noticed at once by what started it; this ends runs whose rank stands still. Time in which the waiting rank is
/// stopped itself does not count.
inline constexpr std::chrono::seconds kPatience{600};

/// A block of bytes that came from another rank; good until the round after next is posted.
struct Arrival {
  unsigned rank;
  std::span<const std::byte> bytes;
};

/// One rank's way to the others. Rounds are numbered by the caller, one after the other; in each, every rank posts one
/// block to every other rank and takes one from each. Used by one thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual unsigned rank() const = 0;
  [[nodiscard]] virtual unsigned ranks() const = 0;

  /// Waits until what was posted two rounds before this one may be changed. Called before its bytes are.
  virtual void settle(std::int64_t round) = 0;
  /// Sends a block to rank `to` and returns without waiting. The bytes must stay as they are until `settle` of
  /// the round after next.
  virtual void post(std::int64_t round, unsigned to, std::span<const std::byte> bytes) = 0;
  /// Waits for a block of the round, in the order they come; called ranks() - 1 times a round. When another rank failed
  /// or none came for too long, it throws RankFailure between threads and ends the run between processes, as `fail`
  /// does.
  virtual Arrival take(std::int64_t round) = 0;

  /// Sum (modulo 2^64) and greatest of what each rank gives. Every rank must make the same calls in the same order.
  /// Other ranks are given up as in `take`.
  virtual std::uint64_t sum(std::uint64_t share) = 0;
  virtual std::uint64_t greatest(std::uint64_t share) = 0;

  /// Tells the others that this rank goes on, for work that takes long between two of the calls above: those that wait
  /// for it there begin their patience anew. Called by the thread that makes the other calls, as often as it likes:
  /// most calls do nothing.
  virtual void give_sign() = 0;

  /// Ends the run on all ranks: it cannot go on because of this one. Between threads it returns, and the others' next
  /// call throws "rank N: message"; between processes it does not return.
  virtual void fail(const std::string& message) noexcept = 0;
};

/// n ranks as n threads of one process, one transport each: for tests of what runs on ranks.
std::vector<std::unique_ptr<Transport>> make_thread_transports(unsigned ranks,
                                                               std::chrono::milliseconds patience = kPatience);

}  // namespace dwell::kernel
