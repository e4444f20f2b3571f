#pragma once
// The unit of the kernel: a small value with a place in the total order.

#include <compare>
#include <cstddef>
#include <cstdint>

#include "sim/core/ids.hpp"
#include "sim/core/time.hpp"

namespace dwell::kernel {

/// 24 bytes. Total order: (time, order), where order = priority (4 bits, smaller first) · source process (20 bits) ·
/// sequence of the source (40 bits).
struct Event {
  Time time;
  std::uint64_t order = 0;
  std::uint32_t target = 0;  ///< receiving process
  std::uint32_t data = 0;    ///< the model's: an index, or the handle of a body (see Context::take)

  [[nodiscard]] constexpr unsigned priority() const { return static_cast<unsigned>(order >> 60); }
  [[nodiscard]] constexpr ProcessId source() const { return {static_cast<std::uint32_t>(order >> 40) & 0xfffffU}; }
  [[nodiscard]] constexpr std::uint64_t sequence() const { return order & 0xff'ffff'ffffULL; }

  /// Before in the total order.
  friend constexpr bool operator<(const Event& a, const Event& b) {
    return a.time != b.time ? a.time < b.time : a.order < b.order;
  }
};
static_assert(sizeof(Event) == 24);

inline constexpr unsigned kMaxPriority = 15;
inline constexpr std::uint32_t kMaxProcesses = 1U << 20;
inline constexpr std::uint64_t kMaxSequence = 0xff'ffff'ffffULL;

/// A message too large for `Event::data`: 64 bytes, trivially copyable, so that it can cross ranks.
struct alignas(8) Body {
  std::byte bytes[64];
};

/// One lookahead of simulated time: [begin, end).
struct Window {
  std::int64_t index = 0;
  Time begin;
  Time end;
};

}  // namespace dwell::kernel
