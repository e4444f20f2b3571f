#pragma once
// What the queues of one group of processes share: recycled chunks of events, and the working space of a begun window.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/buckets.hpp"
#include "sim/kernel/event.hpp"

namespace dwell::kernel {

using EventChunk = Chunk<Event, 1024>;
static_assert(sizeof(EventChunk) == 1024);

/// An event pushed into the begun window, in the list of its slot.
struct LateEvent {
  Event event;
  std::uint32_t next;
};

/// Used by one thread at a time. Neither copied nor moved: queues point into it.
class QueueMemory {
 public:
  [[nodiscard]] std::size_t bytes() const {
    return pool_.bytes() + run_.capacity() * sizeof(Event) + counts_.capacity() * sizeof(std::uint32_t) +
           late_.capacity() * sizeof(LateEvent) + (joining_.capacity() + near_.capacity()) * sizeof(Event);
  }

 private:
  friend class EventQueue;
  ChunkPool<EventChunk> pool_;

  // Of the one window begun at a time.
  std::vector<Event> run_;             // what was taken, then what is sorted
  std::vector<std::uint32_t> counts_;  // of the sort
  std::vector<LateEvent> late_;        // lists by slot
  std::vector<Event> joining_;         // the slot that joins the run
  std::vector<Event> near_;            // min-heap of events of open slots whose place in the run is far
  std::uint32_t slot_head_[64] = {};   // into late_, valid where EventQueue::waiting_ has a bit
};

}  // namespace dwell::kernel
