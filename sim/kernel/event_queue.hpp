#pragma once
// Pending events of one process: a bucket per future window, filled by streaming writes, sorted once when drained.
//
// Life of a window: it is the front bucket while the process is in `open`; `begin_window` takes its events, sorts them
// into one run and returns its chunks to the pool; `next` gives them out. Events pushed into the begun window join the
// run: at once when their place is near, else when the run comes to their part (slot) of the window. The run grows
// leftwards into the space of what was taken, so nearly all of it stays where it is. A push into a later window costs
// one write and a place in a sort by counting, and no comparison with events of other windows.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/reciprocal.hpp"
#include "sim/kernel/event.hpp"
#include "sim/kernel/queue_memory.hpp"

namespace dwell::kernel {

/// Pending events of one process. Not thread-safe; two queues may share a QueueMemory when one thread at a time uses
/// both and only one of them has a window begun.
class EventQueue {
 public:
  /// Buckets for `horizon_windows` (>= 1, rounded up to a power of two) windows of `window_length` (>= 1 us) each, from
  /// `begin` on. Events beyond them wait in a heap until their window comes in sight. 16 bytes a window.
  EventQueue(Time begin, Duration window_length, std::size_t horizon_windows, QueueMemory& memory);

  /// Any event not before the last one taken. O(1); in the begun window O(log k) with k about 1/64 of such events;
  /// beyond the horizon O(log n).
  void push(const Event& event) {
    const std::int64_t offset = event.time.us - base_.us;
    if (offset < 0) {
      push_late(event);
      return;
    }
    const std::uint64_t windows = length_.quotient(static_cast<std::uint64_t>(offset));
    if (windows > mask_) [[unlikely]] {
      push_far(event);
      return;
    }
    ring_[(head_ + windows) & mask_].push(event, memory_->pool_);
  }

  /// Events waiting in the front bucket.
  [[nodiscard]] std::size_t front_size() const { return ring_[head_].size(); }

  /// Sorts the front bucket and begins its window. The window before must be drained.
  void begin_window() {
    auto& bucket = ring_[head_];
    total_ = 0;
    if (!bucket.empty()) collect(bucket);
    advance();
  }

  /// The least pending event of the begun window, removed; nullptr when there is none. The pointer is good until the
  /// next call, whatever is pushed meanwhile.
  const Event* next() {
    if (cursor_ == run_end_ || cursor_->time.us >= limit_us_) [[unlikely]] {
      if (!prepare_next()) return nullptr;
    }
    taken_ = *cursor_++;
    return &taken_;
  }
  /// The event n places ahead among those sorted at the window's begin, or nullptr.
  [[nodiscard]] const Event* ahead(std::size_t n) const {
    return n < static_cast<std::size_t>(run_end_ - cursor_) ? cursor_ + n : nullptr;
  }
  /// Events given out of a drained window.
  [[nodiscard]] std::uint64_t taken() const { return total_; }
  /// True when `next` would return nullptr.
  [[nodiscard]] bool drained() const { return cursor_ == run_end_ && limit_us_ == INT64_MAX; }
  /// All pending events. O(horizon); for tests and reports.
  [[nodiscard]] std::size_t size() const;
  /// Between windows: calls visit(event) for each pending event, in no order. O(horizon + events).
  template <class Visit>
  void for_each(Visit visit) const {
    DWELL_ASSERT(drained());
    for (const Event& event : far_) visit(event);
    for (const auto& bucket : ring_) bucket.for_each(visit);
  }

 private:
  static constexpr std::ptrdiff_t kNear = 48;  // places ahead in the run to which an event is moved at once

  void advance() {
    base_.us += length_us();
    head_ = (head_ + 1) & mask_;
    if (!far_.empty()) [[unlikely]]
      admit_far();
  }
  [[nodiscard]] unsigned slot_of(Time time) const {
    return static_cast<unsigned>(static_cast<std::uint64_t>(time.us - window_begin()) >> slot_shift_);
  }
  [[nodiscard]] std::int64_t length_us() const { return static_cast<std::int64_t>(length_.divisor()); }
  [[nodiscard]] std::int64_t window_begin() const { return base_.us - length_us(); }

  void collect(Bucket<EventChunk>& bucket);
  void push_late(const Event& event);
  void push_far(const Event& event);
  void admit_far();
  bool prepare_next();
  void open_slot(unsigned slot);
  void insert(const Event& event);
  void make_room(std::size_t count);
  void update_limit();

  QueueMemory* memory_;
  Time base_;  // begin of the front bucket's window
  Reciprocal length_;
  std::size_t mask_;
  std::size_t head_ = 0;
  std::vector<Bucket<EventChunk>> ring_;
  std::vector<Event> far_;  // min-heap, beyond the horizon

  Event* run_begin_ = nullptr;  // the begun window: [run_begin_, cursor_) is free, [cursor_, run_end_) sorted
  Event* cursor_ = nullptr;
  Event* run_end_ = nullptr;
  std::int64_t limit_us_ = INT64_MAX;  // from here on the run alone does not tell which event is next
  std::uint64_t total_ = 0;            // events that came into the begun window
  std::uint64_t waiting_ = 0;          // slots with events that have not joined the run
  Event taken_{};
  unsigned offset_bits_;  // of the largest offset within a window
  unsigned slot_shift_;
};

}  // namespace dwell::kernel
