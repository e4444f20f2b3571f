#pragma once
// What one rank sends another after each window: a block of messages with their bodies, checked before it is read.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/kernel/mailbox.hpp"

namespace dwell::kernel {

/// Collects the mail for one rank: header, messages, bodies, as they lie in memory.
class BlockWriter {
 public:
  /// Begins the block of a window for messages and bodies of the given numbers.
  void begin(std::int64_t window, std::size_t messages, std::size_t bodies);
  void add(const Mailbox& mailbox);
  /// The block, when all was added.
  std::span<const std::byte> finish();

 private:
  std::vector<std::byte> bytes_;  // its capacity is kept from window to window
  std::size_t size_ = 0;
  std::int64_t window_ = 0;
  std::size_t messages_ = 0, bodies_ = 0;
  std::size_t added_messages_ = 0, added_bodies_ = 0;
};

/// What a block holds; points into it.
struct BlockView {
  std::span<const Event> messages;
  std::span<const Carried> bodies;
};

/// Checks a block that came from rank `from` (its bytes begin at a multiple of 8). Throws RankFailure, naming rank and
/// window, when it is of another window than the one due, of a wrong length or damaged.
BlockView read_block(std::span<const std::byte> bytes, std::int64_t window, unsigned from);

}  // namespace dwell::kernel
