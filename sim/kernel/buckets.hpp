#pragma once
// What the kernel's calendars are made of: chunks of entries from a pool, a bucket of them for each future window, and
// the sort of a bucket when its window comes.

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/core/huge_pages.hpp"

namespace dwell::kernel {

template <std::size_t bytes>
struct Padding {
  std::byte unused[bytes];
};
template <>
struct Padding<0> {};

/// `bytes` of entries of one window, in no order. Entries fill it to its end, and it lies on a multiple of its size, so
/// that an address alone tells whether a chunk is full. `next` are the chunks one to four places further in its list:
/// who walks it in four lanes waits for four of them at a time.
template <class E, std::size_t bytes>
struct alignas(bytes) Chunk {
  using Entry = E;
  static_assert(std::has_single_bit(bytes));
  static constexpr std::size_t kBytes = bytes;
  static constexpr std::size_t kLanes = 4;
  static constexpr std::uint32_t kCapacity = (bytes - kLanes * sizeof(Chunk*)) / sizeof(Entry);
  Chunk* next[kLanes] = {};
  [[no_unique_address]] Padding<(bytes - kLanes * sizeof(Chunk*)) % sizeof(Entry)> padding;
  Entry entries[kCapacity];
};

/// Chunks are taken from slabs and never given back before the end, so a run that has seen its peak allocates nothing.
/// Slabs are small, and from `large_from_bytes` in all on each is a huge page (see huge_pages.hpp), of which up to all
/// but one chunk may lie idle. Used by one thread at a time. Neither copied nor moved: calendars point into it.
template <class C>
class ChunkPool {
 public:
  explicit ChunkPool(std::size_t large_from_bytes = SIZE_MAX) : large_from_bytes_(large_from_bytes) {}
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  C* take() {
    if (free_ == nullptr) [[unlikely]]
      add_slab();
    C* const chunk = free_;
    free_ = chunk->next[0];
    __builtin_prefetch(free_, 1);  // the next one to be taken, whose link is read then
    return chunk;
  }
  void give(C* chunk) {
    chunk->next[0] = free_;
    free_ = chunk;
  }
  [[nodiscard]] std::size_t bytes() const { return chunks_ * sizeof(C); }

 private:
  static constexpr std::size_t kSlabChunks = 64;
  static constexpr std::size_t kLargeSlabChunks = kHugePageBytes / sizeof(C);
  using Slab = std::vector<C, HugePageAllocator<C>>;
  [[gnu::noinline]] void add_slab() {
    Slab& slab = slabs_.emplace_back(bytes() < large_from_bytes_ ? kSlabChunks : kLargeSlabChunks);
    chunks_ += slab.size();
    for (std::size_t i = slab.size(); i-- > 0;) give(&slab[i]);
  }
  C* free_ = nullptr;
  std::vector<Slab> slabs_;
  std::size_t chunks_ = 0;
  std::size_t large_from_bytes_;
};

/// Entries of one window. The chunk being filled comes first in the list; all others are full.
template <class C>
struct Bucket {
  using Entry = typename C::Entry;
  static_assert(sizeof(C) == C::kBytes, "entries do not fill a chunk to its end");
  Entry* place = nullptr;  // of the next entry; at the end of a chunk, or nullptr, when there is none
  std::uint32_t chunks = 0;

  [[nodiscard]] bool empty() const { return chunks == 0; }
  /// The chunk being filled; nullptr when there are no entries.
  [[nodiscard]] C* chunk() const {
    const auto address = reinterpret_cast<std::uintptr_t>(place);
    return address == 0 ? nullptr : reinterpret_cast<C*>((address - 1) & ~std::uintptr_t{C::kBytes - 1});
  }
  /// Entries of the chunk being filled.
  [[nodiscard]] std::uint32_t used() const {
    return empty() ? 0 : static_cast<std::uint32_t>(place - chunk()->entries);
  }
  [[nodiscard]] std::size_t size() const { return empty() ? 0 : (chunks - 1) * std::size_t{C::kCapacity} + used(); }
  void push(const Entry& entry, ChunkPool<C>& pool) {
    Entry* at = place;
    if ((reinterpret_cast<std::uintptr_t>(at) & (C::kBytes - 1)) == 0) [[unlikely]]
      at = open_chunk(pool);
    *at = entry;
    place = at + 1;
  }
  /// Chunks of a window lie anywhere; fetched together, the sort does not wait for one after the other.
  void prefetch() const {
    constexpr std::size_t kLine = 64;
    const C* lanes[C::kLanes] = {chunk()};
    if (lanes[0] == nullptr) return;
    for (std::size_t lane = 1; lane < C::kLanes; ++lane) lanes[lane] = lanes[0]->next[lane - 1];
    while (lanes[0] != nullptr) {
      for (const C*& c : lanes) {
        if (c == nullptr) continue;
        for (std::size_t at = kLine; at < C::kBytes; at += kLine) {
          __builtin_prefetch(reinterpret_cast<const std::byte*>(c) + at);
        }
        c = c->next[C::kLanes - 1];
      }
    }
  }
  template <class Visit>
  void for_each(Visit visit) const {
    std::uint32_t count = used();
    for (const C* c = chunk(); c != nullptr; c = c->next[0], count = C::kCapacity) {
#pragma GCC unroll 4
      for (std::uint32_t i = 0; i < count; ++i) visit(c->entries[i]);
    }
  }
  /// Returns the chunks; the bucket is empty afterwards.
  void release(ChunkPool<C>& pool) {
    for (C* c = chunk(); c != nullptr;) {
      C* const following = c->next[0];
      pool.give(c);
      c = following;
    }
    *this = {};
  }

 private:
  Entry* open_chunk(ChunkPool<C>& pool) {
    C* const fresh = pool.take();
    C* const before = chunk();
    fresh->next[0] = before;
    for (std::size_t lane = 1; lane < C::kLanes; ++lane) {
      fresh->next[lane] = before == nullptr ? nullptr : before->next[lane - 1];
    }
    ++chunks;
    return fresh->entries;
  }
};

// Counters by fours, in registers that every x86-64 has: a window has more counters than entries.
inline void clear_counters(std::uint32_t* counters, std::size_t count) {
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; i += 4)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(counters + i), _mm_setzero_si128());
}
/// Adds to each counter all before it. The bits of all single counters, put together: at least 2^k if one of them is.
inline std::uint32_t accumulate_counters(std::uint32_t* counters, std::size_t count) {
  __m128i total = _mm_setzero_si128(), bits = total;
  for (std::size_t i = 0; i < count; i += 4) {
    __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(counters + i));
    bits = _mm_or_si128(bits, four);
    four = _mm_add_epi32(four, _mm_slli_si128(four, 4));
    four = _mm_add_epi32(_mm_add_epi32(four, _mm_slli_si128(four, 8)), total);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(counters + i), four);
    total = _mm_shuffle_epi32(four, 0xff);
  }
  bits = _mm_or_si128(bits, _mm_unpackhi_epi64(bits, bits));
  bits = _mm_or_si128(bits, _mm_shuffle_epi32(bits, 1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(bits));
}

/// Sorts the bucket's entries into `out`, which has room for them. `offset_of` gives an entry's offset from the
/// window's begin, less than 2^offset_bits; `before` is a total order, by offset first. One counting pass over the
/// leading bits of the offset, in two to four parts an entry, then insertion; skewed windows fall back on std::sort.
template <class C, class Entry, class OffsetOf, class Before>
void sort_bucket(const Bucket<C>& bucket, unsigned offset_bits, std::vector<std::uint32_t>& counts, Entry* out,
                 OffsetOf offset_of, Before before) {
  constexpr std::size_t kInsertionAlone = 4;       // up to so many entries counting does not pay
  constexpr unsigned kMostBits = 12;               // counters that stay in the first-level cache
  constexpr std::uint32_t kLongestInsertion = 32;  // a part this long is sorted by comparison first; a power of two
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
  const std::size_t room = (parts + 3) / 4 * 4;
  if (counts.size() < room) counts.resize(room);
  std::uint32_t* const counters = counts.data();
  clear_counters(counters, room);
  bucket.for_each([&](const Entry& entry) { ++counters[offset_of(entry) >> shift]; });
  const std::uint32_t sizes = accumulate_counters(counters, room);
  // A part is filled from its end, so that its counter is its begin afterwards.
  bucket.for_each([&](const Entry& entry) { out[--counters[offset_of(entry) >> shift]] = entry; });
  if (sizes >= kLongestInsertion) [[unlikely]] {
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t end = part + 1 < parts ? counters[part + 1] : count;
      if (end - counters[part] >= kLongestInsertion) std::sort(out + counters[part], out + end, before);
    }
  }
  insertion_sort();
}

}  // namespace dwell::kernel
