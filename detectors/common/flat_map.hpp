#pragma once
// A hash map from 64-bit keys to small plain values, kept by detectors between windows.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "detectors/common/records.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// Open addressing over a dense array of entries; about 5 ns a look-up in cache, 8 + sizeof(V) + 8 to 16 bytes an
/// entry, at most 2^30 of them. Iteration order depends on history: whatever is computed from it must not. Saved bytes
/// are in order of key, so they do not.
template <class V>
class FlatMap {
  static_assert(std::is_trivially_copyable_v<V> && sizeof(V) % 8 == 0, "entries are saved as bytes, without padding");

 public:
  struct Entry {
    std::uint64_t key;
    V value;
  };

  [[nodiscard]] V* find(std::uint64_t key) {
    Entry* const entry = locate(key);
    return entry == nullptr ? nullptr : &entry->value;
  }
  [[nodiscard]] const V* find(std::uint64_t key) const { return const_cast<FlatMap*>(this)->find(key); }
  /// The same with its key, whose place in `entries` holds until the next pruning.
  [[nodiscard]] const Entry* find_entry(std::uint64_t key) const { return const_cast<FlatMap*>(this)->locate(key); }
  /// The value at `key`, made as `V{}` when absent. Valid until the next insertion.
  V& at(std::uint64_t key) {
    if (Entry* const entry = locate(key); entry != nullptr) return entry->value;
    return insert(key, V{});
  }
  /// Where the entry of this value, which `at` returned, stands among `entries`.
  [[nodiscard]] std::size_t place_of(const V& value) const {
    const auto offset = reinterpret_cast<const char*>(&value) - reinterpret_cast<const char*>(entries_.data());
    return static_cast<std::size_t>(offset) / sizeof(Entry);
  }
  /// Adds a key that is known to be absent.
  V& insert(std::uint64_t key, const V& value) {
    if (entries_.size() * 2 >= slots_.size()) [[unlikely]]
      index(std::max(kFewestSlots, slots_.size() * 2));
    place(key, entries_.size());
    entries_.push_back({key, value});
    return entries_.back().value;
  }
  /// Two stages that hide a miss of the cache before `find` or `at`: call the first for a batch of keys, then the
  /// second for all of them.
  void prefetch_slot(std::uint64_t key) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[place_hash(key) >> shift_]);
  }
  void prefetch_entry(std::uint64_t key) const {
    if (slots_.empty()) return;
    const std::uint64_t hash = place_hash(key);
    const std::uint32_t slot = slots_[hash >> shift_];
    // Where another key's mark stands, as where nothing does, there is nothing to wait for.
    if ((slot ^ slot_mark(hash, index_mask())) > index_mask()) return;
    const auto* const entry = reinterpret_cast<const char*>(&entries_[slot & index_mask()]);
    __builtin_prefetch(entry);
    if constexpr (sizeof(Entry) > 16) __builtin_prefetch(entry + sizeof(Entry) - 1);  // it may lie on two cache lines
  }
  [[nodiscard]] std::span<Entry> entries() { return entries_; }
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  void clear() {
    entries_.clear();
    std::fill(slots_.begin(), slots_.end(), 0U);
  }

  /// Keeps the entries for which `keep(entry)` holds; cost proportional to the map.
  template <class Keep>
  void keep_if(Keep keep) {
    if (std::erase_if(entries_, [&](Entry& entry) { return !keep(entry); }) == 0) return;
    // A quarter of the slots in use at most: more would only have to be emptied.
    index(std::min(slots_.size(), std::max(kFewestSlots, std::bit_ceil(entries_.size() * 4))));
  }
  /// When there are more than `limit` entries, keeps the half of `limit` that ranks highest; equal ranks go by key, so
  /// what stays does not depend on history.
  template <class Rank>
  void prune(std::size_t limit, Rank rank) {
    if (entries_.size() <= limit) return;
    const auto before = [&](const Entry& a, const Entry& b) {
      const auto ra = rank(a.value);
      const auto rb = rank(b.value);
      return ra != rb ? ra > rb : a.key < b.key;
    };
    const std::size_t kept = std::max<std::size_t>(1, limit / 2);
    std::nth_element(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(kept), entries_.end(), before);
    entries_.resize(kept);
    index(slots_.size());
  }

  void save(ByteWriter& writer) const {
    std::vector<Entry> sorted(entries_);
    std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    put_records(writer, sorted);
  }
  void restore(ByteReader& reader) {
    entries_ = get_records<Entry>(reader);
    std::size_t size = kFewestSlots;
    while (size < entries_.size() * 2 + 2) size *= 2;
    index(size);
  }
  [[nodiscard]] std::uint64_t bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint32_t);
  }
  /// The most that `bytes` can be when the map never holds more than `entries`.
  [[nodiscard]] static constexpr std::uint64_t bytes_at_most(std::uint64_t entries) {
    return entries * 2 * sizeof(Entry) + (entries * 4 + 64) * sizeof(std::uint32_t) * 2;
  }

 private:
  static constexpr std::size_t kFewestSlots = 64;
  [[nodiscard]] std::uint32_t index_mask() const { return static_cast<std::uint32_t>(mask_ >> 1); }
  [[nodiscard]] Entry* locate(std::uint64_t key) {
    if (slots_.empty()) return nullptr;
    const std::uint64_t hash = place_hash(key);
    const std::uint32_t mark = slot_mark(hash, index_mask());
    const std::uint32_t* const slots = slots_.data();
    for (std::size_t i = hash >> shift_; slots[i] != 0; i = (i + 1) & mask_) {
      if ((slots[i] ^ mark) > index_mask()) continue;
      Entry& entry = entries_[slots[i] & index_mask()];
      if (entry.key == key) return &entry;
    }
    return nullptr;
  }
  void place(std::uint64_t key, std::size_t at) {
    const std::uint64_t hash = place_hash(key);
    std::size_t i = hash >> shift_;
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = slot_mark(hash, index_mask()) | static_cast<std::uint32_t>(at);
  }
  void index(std::size_t size) {
    slots_.assign(size, 0U);
    mask_ = size - 1;
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(size));
    for (std::size_t n = 0; n < entries_.size(); ++n) place(entries_[n].key, n);
  }
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // 0 when empty, else a mark above an index into entries_; twice as many
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

}  // namespace dwell::detect
