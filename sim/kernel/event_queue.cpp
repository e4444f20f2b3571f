#include "sim/kernel/event_queue.hpp"

#include <algorithm>
#include <bit>

#include "sim/core/check.hpp"

namespace dwell::kernel {
namespace {

// Heaps keep their least element at the front.
bool after(const Event& a, const Event& b) { return b < a; }

}  // namespace

EventQueue::EventQueue(Time begin, Duration window_length, std::size_t horizon_windows, QueueMemory& memory)
    : memory_(&memory), base_(begin) {
  DWELL_DEMAND(window_length.us >= 1, "a window is at least one microsecond long");
  DWELL_DEMAND(horizon_windows >= 1 && horizon_windows <= (1U << 24), "the horizon is 1 to 2^24 windows");
  length_ = Reciprocal(static_cast<std::uint64_t>(window_length.us));
  const std::size_t windows = std::bit_ceil(horizon_windows);
  mask_ = windows - 1;
  ring_.resize(windows);
  offset_bits_ = static_cast<unsigned>(std::bit_width(length_.divisor() - 1));
  slot_shift_ = offset_bits_ > 6 ? offset_bits_ - 6 : 0;
}

void EventQueue::collect(Bucket<EventChunk>& bucket) {
  DWELL_ASSERT(drained());
  const std::size_t count = bucket.size();
  bucket.prefetch();
  run_begin_ = cursor_ = run_end_ = nullptr;
  make_room(count);
  cursor_ -= count;
  sort_bucket(
      bucket, offset_bits_, memory_->counts_, cursor_,
      [begin = base_.us](const Event& event) { return static_cast<std::uint64_t>(event.time.us - begin); },
      [](const Event& a, const Event& b) { return a < b; });
  total_ = count;
  bucket.release(memory_->pool_);
}

// Leaves half the run's length free as well, so that moving it is paid for by the events that join.
void EventQueue::make_room(std::size_t count) {
  const auto gap = static_cast<std::size_t>(cursor_ - run_begin_);
  if (gap >= count) return;
  std::vector<Event>& run = memory_->run_;
  const auto rest = static_cast<std::size_t>(run_end_ - cursor_);
  const std::size_t needed = rest + std::max(count + count / 2, rest / 2) + 64;
  const std::size_t from = run_begin_ == nullptr ? 0 : gap;
  if (run.size() < needed) run.resize(needed + needed / 2);
  run_begin_ = run.data();
  run_end_ = run_begin_ + run.size();
  cursor_ = run_end_ - rest;
  std::copy_backward(run_begin_ + from, run_begin_ + from + rest, run_end_);
}

void EventQueue::push_late(const Event& event) {
  QueueMemory& m = *memory_;
  ++total_;
  if (run_end_ - cursor_ <= kNear || event < cursor_[kNear]) {
    // Events of slots that wait are not in the run yet, but whatever is given out before them is.
    insert(event);
    return;
  }
  if (waiting_ == 0) m.late_.clear();
  const unsigned slot = slot_of(event.time);
  if (slot <= slot_of(cursor_->time)) {
    m.near_.push_back(event);
    std::push_heap(m.near_.begin(), m.near_.end(), after);
  } else {
    const std::uint64_t bit = std::uint64_t{1} << slot;
    m.late_.push_back({event, (waiting_ & bit) != 0 ? m.slot_head_[slot] : UINT32_MAX});
    m.slot_head_[slot] = static_cast<std::uint32_t>(m.late_.size() - 1);
    waiting_ |= bit;
  }
  update_limit();
}

void EventQueue::insert(const Event& event) {
  if (cursor_ == run_begin_) make_room(1);
  Event* place = --cursor_;
  for (; place + 1 != run_end_ && place[1] < event; ++place) place[0] = place[1];
  *place = event;
}

void EventQueue::update_limit() {
  limit_us_ = memory_->near_.empty() ? INT64_MAX : memory_->near_.front().time.us;
  if (waiting_ != 0) {
    const auto slot = static_cast<std::int64_t>(std::countr_zero(waiting_));
    limit_us_ = std::min(limit_us_, window_begin() + (slot << slot_shift_));
  }
}

bool EventQueue::prepare_next() {
  if (limit_us_ == INT64_MAX) return false;
  std::vector<Event>& near = memory_->near_;
  while (waiting_ != 0) {
    const auto slot = static_cast<unsigned>(std::countr_zero(waiting_));
    const std::int64_t begin_us = window_begin() + (static_cast<std::int64_t>(slot) << slot_shift_);
    if (cursor_ != run_end_ && cursor_->time.us < begin_us) break;
    if (!near.empty() && near.front().time.us < begin_us) break;
    open_slot(slot);
  }
  if (!near.empty() && (cursor_ == run_end_ || near.front() < *cursor_)) {
    std::pop_heap(near.begin(), near.end(), after);
    const Event event = near.back();
    near.pop_back();
    insert(event);
  }
  update_limit();
  return true;
}

// Merges the slot's events into the run from the left: the write position stays behind the read position until the last
// of them has its place, and the run beyond it does not move.
void EventQueue::open_slot(unsigned slot) {
  QueueMemory& m = *memory_;
  std::vector<Event>& joining = m.joining_;
  joining.clear();
  for (std::uint32_t i = m.slot_head_[slot]; i != UINT32_MAX; i = m.late_[i].next) joining.push_back(m.late_[i].event);
  waiting_ &= waiting_ - 1;
  std::sort(joining.begin(), joining.end());
  make_room(joining.size());
  const Event* read = cursor_;
  cursor_ -= joining.size();
  Event* write = cursor_;
  for (const Event& event : joining) {
    while (read != run_end_ && *read < event) *write++ = *read++;
    *write++ = event;
  }
}

void EventQueue::push_far(const Event& event) {
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), after);
}

void EventQueue::admit_far() {
  while (!far_.empty() && length_.quotient(static_cast<std::uint64_t>(far_.front().time.us - base_.us)) <= mask_) {
    std::pop_heap(far_.begin(), far_.end(), after);
    const Event event = far_.back();
    far_.pop_back();
    push(event);
  }
}

std::size_t EventQueue::size() const {
  std::size_t total = far_.size() + static_cast<std::size_t>(run_end_ - cursor_);
  if (!drained()) {
    total += memory_->near_.size();
    for (std::uint64_t slots = waiting_; slots != 0; slots &= slots - 1) {
      for (std::uint32_t i = memory_->slot_head_[std::countr_zero(slots)]; i != UINT32_MAX; i = memory_->late_[i].next)
        ++total;
    }
  }
  for (const auto& bucket : ring_) total += bucket.size();
  return total;
}

}  // namespace dwell::kernel
