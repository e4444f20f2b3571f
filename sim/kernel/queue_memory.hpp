#pragma once
// What the queues of one group of processes share: recycled chunks of events, and the working space of a begun window.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/kernel/event.hpp"

namespace dwell::kernel {

/// 1 KiB of events of one window, in no order.
struct EventChunk {
  static constexpr std::uint32_t kCapacity = 42;
  EventChunk* next = nullptr;
  std::uint64_t padding = 0;
  Event events[kCapacity];
};
static_assert(sizeof(EventChunk) == 1024);

/// An event pushed into the begun window, in the list of its slot.
struct LateEvent {
  Event event;
  std::uint32_t next;
};

/// Chunks are taken from slabs and never given back before the end, so a run that has seen its peak allocates nothing.
/// Used by one thread at a time. Neither copied nor moved: queues point into it.
class QueueMemory {
 public:
  QueueMemory() = default;
  QueueMemory(const QueueMemory&) = delete;
  QueueMemory& operator=(const QueueMemory&) = delete;

  EventChunk* take() {
    if (free_ == nullptr) [[unlikely]]
      add_slab();
    EventChunk* const chunk = free_;
    free_ = chunk->next;
    return chunk;
  }
  void give(EventChunk* chunk) {
    chunk->next = free_;
    free_ = chunk;
  }
  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class EventQueue;
  static constexpr std::size_t kSlabChunks = 64;
  void add_slab();

  EventChunk* free_ = nullptr;
  std::vector<std::unique_ptr<EventChunk[]>> slabs_;

  // Of the one window begun at a time.
  std::vector<Event> run_;             // what was taken, then what is sorted
  std::vector<std::uint32_t> counts_;  // of the sort
  std::vector<LateEvent> late_;        // lists by slot
  std::vector<Event> joining_;         // the slot that joins the run
  std::vector<Event> near_;            // min-heap of events of open slots whose place in the run is far
  std::uint32_t slot_head_[64] = {};   // into late_, valid where EventQueue::waiting_ has a bit
};

/// Sorts `count` events into the total order, from a list of chunks whose first holds `first_used` events and whose
/// others are full, into `out`. `begin` is the least time possible and `offset_bits` the width of the largest offset
/// from it. One counting pass over the leading bits of the offset, then insertion; skewed windows fall back on
/// std::sort.
void sort_chunks(const EventChunk* first, std::uint32_t first_used, std::size_t count, Time begin, unsigned offset_bits,
                 std::vector<std::uint32_t>& counts, Event* out);

}  // namespace dwell::kernel
