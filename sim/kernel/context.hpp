#pragma once
// What a process sees of the kernel: the clock, its own future, and the way to others.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/event_queue.hpp"
#include "sim/kernel/mailbox.hpp"

namespace dwell::kernel {

/// The kernel side of one process. Calls cost a few nanoseconds and allocate nothing in steady state. Every refusal is
/// an InvariantError that names the process; a run that saw one cannot go on.
class Context {
 public:
  struct Engine;  ///< for engines only, see context_engine.hpp
  struct Setup;   ///< likewise

  explicit Context(const Setup& setup);

  [[nodiscard]] ProcessId self() const { return self_; }
  [[nodiscard]] const Window& window() const { return window_; }
  /// Time of the event being handled; the window's begin in open, its end in close.
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Duration lookahead() const { return lookahead_; }

  /// An event for this process itself, at any time >= now (in open: >= the window's begin; in close: >= its end).
  /// Dropped when `at` is not before the run's end. Refused: a time in the past, a priority above 15, the 2^40th event
  /// of a process.
  void schedule(Time at, unsigned priority, std::uint32_t data) {
    if (at < now_) [[unlikely]]
      refuse_past(at);
    if (at >= end_) [[unlikely]]
      return;
    const Event event{at, next_order(priority), self_.value, data};
    if (plain_ != nullptr) [[unlikely]] {
      plain_->push_back(event);
    } else {
      queue_.push(event);
    }
  }
  /// An event for another process (or itself), at least one lookahead ahead of now. Dropped when `at` is not before the
  /// run's end. Refused: less than a lookahead, an unknown target, a priority above 15, the 2^40th event of a
  /// process.
  void send(ProcessId target, Time at, unsigned priority, std::uint32_t data) {
    if (accepts(target, at)) mail_[box_of_[target.value]].add({at, next_order(priority), target.value, data});
  }
  /// Likewise with a body; the receiver finds its handle in the event's `data` and must take it.
  void send(ProcessId target, Time at, unsigned priority, const Body& body);
  /// The body of a received message; `data` is the event's. Each body can be taken once. Handles are reused and differ
  /// between engines: take the body, never keep or compare the handle.
  [[nodiscard]] Body take(std::uint32_t data);

 private:
  std::uint64_t next_order(unsigned priority) {
    if (priority > kMaxPriority || sequence_ > kMaxSequence) [[unlikely]]
      refuse_order(priority);
    return static_cast<std::uint64_t>(priority) << 60 | static_cast<std::uint64_t>(self_.value) << 40 | sequence_++;
  }
  [[nodiscard]] bool accepts(ProcessId target, Time at) const {
    if (target.value >= processes_ || at < now_ || at - now_ < lookahead_) [[unlikely]]
      refuse_send(target, at);
    return at < end_;
  }
  [[nodiscard]] std::string who() const;
  [[noreturn]] void refuse_past(Time at) const;
  [[noreturn]] void refuse_send(ProcessId target, Time at) const;
  [[noreturn]] void refuse_order(unsigned priority) const;

  Time now_{};
  Time end_;
  std::uint64_t sequence_ = 0;
  ProcessId self_;
  std::vector<Event>* plain_;  // where the serial engine collects scheduled events instead of in queue_
  EventQueue queue_;

  std::string_view name_;
  Duration lookahead_;
  Window window_{};
  std::uint32_t processes_;
  const std::uint32_t* box_of_;  // by target process
  Mailbox* mail_;                // by what box_of_ says

  struct Kept {
    Body body;
    std::uint64_t order;  // of the message that carried it
    bool occupied;
  };
  std::vector<Kept> bodies_;                // received, by handle
  std::vector<std::uint32_t> free_bodies_;  // handles that may be reused

  const Event* single_ = nullptr;  // the serial engine's one event of this call
  friend class Events;
};

/// The events of one process in the current window, in the total order, including those it schedules on the way.
class Events {
 public:
  explicit Events(Context& context) : context_(context) {}
  /// The next event, or nullptr when the window (for the serial engine: this call) has no more. Sets the context's
  /// clock. The pointer is good until the next call.
  [[nodiscard]] const Event* next() {
    if (context_.plain_ != nullptr) [[unlikely]]
      return next_single();
    const Event* const event = context_.queue_.next();
    if (event != nullptr) context_.now_ = event->time;
    return event;
  }
  /// The event `n` places ahead in the sorted run, or nullptr: a hint for prefetching only.
  [[nodiscard]] const Event* ahead(std::size_t n) const {
    return context_.plain_ != nullptr ? nullptr : context_.queue_.ahead(n);
  }

 private:
  const Event* next_single();
  Context& context_;
};

}  // namespace dwell::kernel
