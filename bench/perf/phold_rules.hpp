#pragma once
// Where PHOLD's events go and when: what phold.hpp says in words, free of engines.

#include <cstdint>

#include "bench/perf/phold.hpp"
#include "sim/core/random.hpp"
#include "sim/core/tables.hpp"
#include "sim/core/time.hpp"

namespace dwell::perf {

/// An event's one child.
struct PholdHop {
  std::uint32_t to;  ///< logical process
  Duration after;    ///< the event
};

/// Draws are keyed by (seed, process, ordinal), so they depend on nothing else. Some 30 ns each.
class PholdRules {
 public:
  explicit PholdRules(const PholdShape& shape);
  [[nodiscard]] const PholdShape& shape() const { return shape_; }

  /// When the first event number k of a process is due: L + Exp(mean - L).
  [[nodiscard]] Duration first(std::uint32_t process, std::uint32_t k) const {
    return delay(random_block(shape_.seed, process, kStart, k, 0).word[0]);
  }
  /// The child of a process's event number `ordinal`: with probability `remote` for a process drawn from all, else for
  /// its own; L + Exp(mean - L) later.
  [[nodiscard]] PholdHop hop(std::uint32_t process, std::uint32_t ordinal) const {
    const RandomBlock draw = random_block(shape_.seed, process, kHop, ordinal, 0);
    const auto any = static_cast<std::uint32_t>(draw.word[1] * shape_.processes >> 32);
    return {draw.word[0] < remote_below_ ? any : process, delay(draw.word[2])};
  }

  /// Logical processes live in blocks of 2^block_bits: enough of them to spread over threads and ranks, and the states
  /// of one in the first-level cache.
  [[nodiscard]] unsigned block_bits() const { return block_bits_; }
  [[nodiscard]] std::uint64_t blocks() const { return ((shape_.processes - 1) >> block_bits_) + 1; }

  /// Delays end at so many means of the exponential tail: 32 random bits reach 22.
  static constexpr double kTailMeans = 30;

 private:
  static constexpr Purpose kStart = purpose("phold.start");
  static constexpr Purpose kHop = purpose("phold.hop");
  static constexpr std::uint64_t kFewestBlocks = 64;
  static constexpr std::uint64_t kLargestBlock = 2048;
  [[nodiscard]] Duration delay(std::uint32_t bits) const { return lookahead_ + tail_.draw(bits); }

  PholdShape shape_;
  std::uint64_t remote_below_;
  unsigned block_bits_;
  Duration lookahead_;
  DurationTable tail_;
};

}  // namespace dwell::perf
