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
    : memory_(&memory), base_(begin), length_(static_cast<std::uint64_t>(window_length.us)) {
  DWELL_DEMAND(window_length.us >= 1, "a window is at least one microsecond long");
  DWELL_DEMAND(horizon_windows >= 1 && horizon_windows <= (1U << 24), "the horizon is 1 to 2^24 windows");
  reciprocal_ = UINT64_MAX / length_;
  const std::size_t windows = std::bit_ceil(horizon_windows);
  mask_ = windows - 1;
  ring_.resize(windows);
  offset_bits_ = static_cast<unsigned>(std::bit_width(length_ - 1));
  slot_shift_ = offset_bits_ > 6 ? offset_bits_ - 6 : 0;
}

void EventQueue::grow(Bucket& bucket) {
  EventChunk* const chunk = memory_->take();
  chunk->next = bucket.chunk;
  bucket.chunk = chunk;
  bucket.used = 0;
  ++bucket.chunks;
}

void EventQueue::collect(Bucket& bucket) {
  DWELL_ASSERT(drained());
  const std::size_t count = size_of(bucket);
  std::vector<Event>& run = memory_->run_;
  if (run.size() < count) run.resize(std::max(count, 2 * run.size()));
  sort_chunks(bucket.chunk, bucket.used, count, base_, offset_bits_, memory_->counts_, run.data());
  cursor_ = run.data();
  run_end_ = cursor_ + count;
  run_size_ = count;
  for (EventChunk* chunk = bucket.chunk; chunk != nullptr;) {
    EventChunk* const following = chunk->next;
    memory_->give(chunk);
    chunk = following;
  }
  bucket = {};
}

void EventQueue::push_late(const Event& event) {
  QueueMemory& m = *memory_;
  if (late_++ == 0) {
    // The working space may hold what another queue left behind.
    m.late_.clear();
    m.near_.clear();
  }
  ++late_total_;
  const unsigned slot = slot_of(event.time);
  if (slot <= open_slot_) {
    m.near_.push_back(event);
    std::push_heap(m.near_.begin(), m.near_.end(), after);
    return;
  }
  const std::uint64_t bit = std::uint64_t{1} << slot;
  m.late_.push_back({event, (waiting_ & bit) != 0 ? m.slot_head_[slot] : UINT32_MAX});
  m.slot_head_[slot] = static_cast<std::uint32_t>(m.late_.size() - 1);
  waiting_ |= bit;
}

void EventQueue::open_slot(unsigned slot) {
  QueueMemory& m = *memory_;
  for (std::uint32_t i = m.slot_head_[slot]; i != UINT32_MAX; i = m.late_[i].next) {
    m.near_.push_back(m.late_[i].event);
    std::push_heap(m.near_.begin(), m.near_.end(), after);
  }
  waiting_ &= ~(std::uint64_t{1} << slot);
  open_slot_ = slot;
}

const Event* EventQueue::next_merged() {
  std::vector<Event>& near = memory_->near_;
  if (waiting_ != 0) {
    // A waiting slot must be opened before an event of the same or a later slot is given out.
    unsigned candidate = near.empty() ? kSlots : slot_of(near.front().time);
    if (cursor_ != run_end_) candidate = std::min(candidate, slot_of(cursor_->time));
    const auto waiting = static_cast<unsigned>(std::countr_zero(waiting_));
    if (waiting <= candidate) open_slot(waiting);
  }
  if (near.empty() || (cursor_ != run_end_ && *cursor_ < near.front())) return cursor_++;
  std::pop_heap(near.begin(), near.end(), after);
  memory_->taken_ = near.back();
  near.pop_back();
  --late_;
  return &memory_->taken_;
}

void EventQueue::push_far(const Event& event) {
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), after);
}

void EventQueue::admit_far() {
  while (!far_.empty() && windows_in(static_cast<std::uint64_t>(far_.front().time.us - base_.us)) <= mask_) {
    std::pop_heap(far_.begin(), far_.end(), after);
    const Event event = far_.back();
    far_.pop_back();
    push(event);
  }
}

std::size_t EventQueue::size() const {
  std::size_t total = far_.size() + late_ + static_cast<std::size_t>(run_end_ - cursor_);
  for (const Bucket& bucket : ring_) total += size_of(bucket);
  return total;
}

}  // namespace dwell::kernel
