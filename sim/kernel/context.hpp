#pragma once
// What a process sees of the kernel: the clock, its own future, and the way to others.

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/event_queue.hpp"

namespace dwell::kernel {

/// A message on its way to another process; `body` is an index into the sender's outgoing bodies, or kNoBody.
struct Outgoing {
  Event event;
  std::uint32_t body;
};
inline constexpr std::uint32_t kNoBody = UINT32_MAX;

/// The kernel side of one process. Calls cost a few nanoseconds and allocate nothing in steady state.
class Context {
 public:
  Context(ProcessId self, std::string_view name, Duration lookahead, std::size_t horizon_windows);

  [[nodiscard]] ProcessId self() const { return self_; }
  [[nodiscard]] const Window& window() const { return window_; }
  /// Time of the event being handled; the window's begin in open, its end in close.
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Duration lookahead() const { return lookahead_; }

  /// An event for this process itself, at any time >= now (in open: >= the window's begin).
  void schedule(Time at, unsigned priority, std::uint32_t data) {
    if (at < now_) [[unlikely]] refuse_past(at);
    queue_.push({at, next_order(priority), self_.value, data}, window_);
  }
  /// An event for another process (or itself), at least one lookahead ahead of now.
  void send(ProcessId target, Time at, unsigned priority, std::uint32_t data);
  void send(ProcessId target, Time at, unsigned priority, const Body& body);
  /// The body of a received message; `data` is the event's. Each body can be taken once.
  [[nodiscard]] Body take(std::uint32_t data);

  /// For engines only.
  struct Engine;

 private:
  std::uint64_t next_order(unsigned priority) {
    DWELL_ASSERT(priority <= kMaxPriority);
    return static_cast<std::uint64_t>(priority) << 60 | static_cast<std::uint64_t>(self_.value) << 40 | sequence_++;
  }
  [[noreturn]] void refuse_past(Time at) const;

  ProcessId self_;
  std::string_view name_;
  Duration lookahead_;
  Window window_{};
  Time now_{};
  std::uint64_t sequence_ = 0;
  EventQueue queue_;
  std::vector<Outgoing> outbox_;
  std::vector<Body> outgoing_bodies_;
  std::vector<Body> bodies_;               // received, by handle
  std::vector<std::uint32_t> free_bodies_;  // handles that may be reused
  friend class Events;
};

/// The events of one process in the current window, in the total order, including those it schedules on the way.
class Events {
 public:
  explicit Events(Context& context) : context_(context) {}
  /// The next event, or nullptr when the window (for the serial engine: this call) has no more. Sets the context's clock.
  [[nodiscard]] const Event* next();
  /// The event `n` places ahead in the sorted run, or nullptr: a hint for prefetching only.
  [[nodiscard]] const Event* ahead(std::size_t n) const;

 private:
  Context& context_;
};

}  // namespace dwell::kernel
