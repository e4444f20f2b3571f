#include "sim/kernel/queue_memory.hpp"

#include <algorithm>
#include <bit>

namespace dwell::kernel {
namespace {

constexpr std::size_t kInsertionAlone = 4;      // below this many events counting does not pay
constexpr unsigned kMostBits = 12;               // counters that stay in the first-level cache
constexpr std::uint32_t kLongestInsertion = 24;  // a longer part is sorted by comparison first

void insertion_sort(Event* events, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const Event event = events[i];
    std::size_t j = i;
    for (; j > 0 && event < events[j - 1]; --j) events[j] = events[j - 1];
    events[j] = event;
  }
}

template <class Visit>
void for_each_event(const EventChunk* chunk, std::uint32_t used, Visit visit) {
  for (; chunk != nullptr; chunk = chunk->next, used = EventChunk::kCapacity) {
    for (std::uint32_t i = 0; i < used; ++i) visit(chunk->events[i]);
  }
}

}  // namespace

void QueueMemory::add_slab() {
  slabs_.push_back(std::make_unique<EventChunk[]>(kSlabChunks));
  for (std::size_t i = kSlabChunks; i-- > 0;) give(&slabs_.back()[i]);
}

std::size_t QueueMemory::bytes() const {
  return slabs_.size() * kSlabChunks * sizeof(EventChunk) + run_.capacity() * sizeof(Event) +
         counts_.capacity() * sizeof(std::uint32_t) + late_.capacity() * sizeof(LateEvent) +
         (joining_.capacity() + near_.capacity()) * sizeof(Event);
}

void sort_chunks(const EventChunk* first, std::uint32_t first_used, std::size_t count, Time begin, unsigned offset_bits,
                 std::vector<std::uint32_t>& counts, Event* out) {
  if (count <= kInsertionAlone) {
    for_each_event(first, first_used, [&](const Event& event) { *out++ = event; });
    insertion_sort(out - count, count);
    return;
  }
  const unsigned bits = std::min({static_cast<unsigned>(std::bit_width(count)), kMostBits, offset_bits});
  const unsigned shift = offset_bits - bits;
  const std::size_t parts = std::size_t{1} << bits;
  if (counts.size() < parts) counts.resize(parts);
  std::fill_n(counts.begin(), parts, 0U);
  const auto part_of = [&](const Event& event) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(event.time.us - begin.us) >> shift);
  };
  for_each_event(first, first_used, [&](const Event& event) { ++counts[part_of(event)]; });
  std::uint32_t position = 0;
  std::uint32_t longest = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::uint32_t size = counts[part];
    longest = std::max(longest, size);
    counts[part] = position;
    position += size;
  }
  for_each_event(first, first_used, [&](const Event& event) { out[counts[part_of(event)]++] = event; });
  if (longest > kLongestInsertion) {
    std::uint32_t from = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::uint32_t to = counts[part];
      if (to - from > kLongestInsertion) std::sort(out + from, out + to);
      from = to;
    }
  }
  insertion_sort(out, count);
}

}  // namespace dwell::kernel
