#pragma once
// What the kernel's calendars are made of: chunks of entries from a pool, a bucket of them for each future window, and
// the sort of a bucket when its window comes.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace dwell::kernel {

/// `bytes` of entries of one window, in no order.
template <class Entry, std::size_t bytes>
struct Chunk {
  static constexpr std::uint32_t kCapacity = (bytes - 16) / sizeof(Entry);
  Chunk* next = nullptr;
  std::uint64_t padding = 0;
  Entry entries[kCapacity];
};

/// Chunks are taken from slabs and never given back before the end, so a run that has seen its peak allocates nothing.
/// Used by one thread at a time. Neither copied nor moved: calendars point into it.
template <class C>
class ChunkPool {
 public:
  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  C* take() {
    if (free_ == nullptr) [[unlikely]]
      add_slab();
    C* const chunk = free_;
    free_ = chunk->next;
    return chunk;
  }
  void give(C* chunk) {
    chunk->next = free_;
    free_ = chunk;
  }
  [[nodiscard]] std::size_t bytes() const { return slabs_.size() * kSlabChunks * sizeof(C); }

 private:
  static constexpr std::size_t kSlabChunks = 64;
  [[gnu::noinline]] void add_slab() {
    slabs_.push_back(std::make_unique<C[]>(kSlabChunks));
    for (std::size_t i = kSlabChunks; i-- > 0;) give(&slabs_.back()[i]);
  }
  C* free_ = nullptr;
  std::vector<std::unique_ptr<C[]>> slabs_;
};

/// Entries of one window. The chunk being filled comes first in the list; all others are full.
template <class C>
struct Bucket {
  C* chunk = nullptr;
  std::uint32_t used = C::kCapacity;
  std::uint32_t chunks = 0;

  [[nodiscard]] std::size_t size() const { return chunks == 0 ? 0 : (chunks - 1) * std::size_t{C::kCapacity} + used; }
  template <class Entry>
  void push(const Entry& entry, ChunkPool<C>& pool) {
    if (used == C::kCapacity) [[unlikely]] {
      C* const fresh = pool.take();
      fresh->next = chunk;
      chunk = fresh;
      used = 0;
      ++chunks;
    }
    chunk->entries[used++] = entry;
  }
  template <class Visit>
  void for_each(Visit visit) const {
    std::uint32_t count = used;
    for (const C* c = chunk; c != nullptr; c = c->next, count = C::kCapacity) {
      for (std::uint32_t i = 0; i < count; ++i) visit(c->entries[i]);
    }
  }
  /// Returns the chunks; the bucket is empty afterwards.
  void release(ChunkPool<C>& pool) {
    for (C* c = chunk; c != nullptr;) {
      C* const following = c->next;
      pool.give(c);
      c = following;
    }
    *this = {};
  }
};

/// Sorts the bucket's entries into `out`, which has room for them. `offset_of` gives an entry's offset from the
/// window's begin, less than 2^offset_bits; `before` is a total order, by offset first. One counting pass over the
/// leading bits of the offset, in two to four parts an entry, then insertion; skewed windows fall back on std::sort.
template <class C, class Entry, class OffsetOf, class Before>
void sort_bucket(const Bucket<C>& bucket, unsigned offset_bits, std::vector<std::uint32_t>& counts, Entry* out,
                 OffsetOf offset_of, Before before) {
  constexpr std::size_t kInsertionAlone = 4;       // up to so many entries counting does not pay
  constexpr unsigned kMostBits = 12;               // counters that stay in the first-level cache
  constexpr std::uint32_t kLongestInsertion = 32;  // a longer part is sorted by comparison first
  const std::size_t count = bucket.size();
  const auto insertion_sort = [&] {
    for (std::size_t i = 1; i < count; ++i) {
      // Nearly all entries are in their place.
      if (offset_of(out[i]) > offset_of(out[i - 1])) [[likely]]
        continue;
      const Entry entry = out[i];
      std::size_t j = i;
      for (; j > 0 && before(entry, out[j - 1]); --j) out[j] = out[j - 1];
      out[j] = entry;
    }
  };
  if (count <= kInsertionAlone) {
    std::size_t n = 0;
    bucket.for_each([&](const Entry& entry) { out[n++] = entry; });
    insertion_sort();
    return;
  }
  const unsigned bits = std::min({static_cast<unsigned>(std::bit_width(count)) + 1, kMostBits, offset_bits});
  const unsigned shift = offset_bits - bits;
  const std::size_t parts = std::size_t{1} << bits;
  if (counts.size() < parts) counts.resize(parts);
  std::fill_n(counts.begin(), parts, 0U);
  std::uint32_t* const counters = counts.data();
  bucket.for_each([&](const Entry& entry) { ++counters[offset_of(entry) >> shift]; });
  std::uint32_t position = 0, longest = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::uint32_t size = counters[part];
    counters[part] = position;
    position += size;
    longest = std::max(longest, size);
  }
  bucket.for_each([&](const Entry& entry) { out[counters[offset_of(entry) >> shift]++] = entry; });
  if (longest > kLongestInsertion) [[unlikely]] {
    std::uint32_t from = 0;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::uint32_t to = counters[part];
      if (to - from > kLongestInsertion) std::sort(out + from, out + to, before);
      from = to;
    }
  }
  insertion_sort();
}

}  // namespace dwell::kernel
