#pragma once
// Blocks of bytes that every rank gives to all others.

#include <cstddef>
#include <span>
#include <vector>

#include "sim/kernel/transport.hpp"

namespace dwell::world {

/// Calls must be the same, in the same order, on all ranks. Used by one thread.
class RankExchange {
 public:
  /// The transport must outlive it, and is used by nothing else.
  explicit RankExchange(kernel::Transport& transport) : transport_(transport) {}

  /// The blocks of all ranks, in order of rank; waits for the slowest. Throws RankFailure when one is gone.
  std::vector<std::vector<std::byte>> all(std::span<const std::byte> own);
  /// The sum of what each rank gives.
  std::uint64_t sum(std::uint64_t share) { return transport_.sum(share); }
  [[nodiscard]] unsigned rank() const { return transport_.rank(); }
  [[nodiscard]] unsigned ranks() const { return transport_.ranks(); }
  /// Ends the run on all ranks.
  void fail(const std::string& message) { transport_.fail(message); }

 private:
  kernel::Transport& transport_;
  std::int64_t round_ = 0;
};

}  // namespace dwell::world
