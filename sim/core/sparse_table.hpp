#pragma once
// A small sparse table of integers: what a detector sums over one window, merged exactly in any grouping.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dwell {

/// Where a key belongs in a table of 2^(64 - shift) places: the high bits of a multiplicative hash (Knuth, The Art of
/// Computer Programming, volume 3, section 6.4), after the key's halves are folded. Not uniform over 64 bits: sketches
/// need mix64.
constexpr std::uint64_t place_hash(std::uint64_t key) { return (key ^ key >> 32) * 0x9e3779b97f4a7c15ULL; }

/// Map from 64-bit key to 64-bit integer, by open addressing with linear probing; cleared at a cost that does not
/// depend on its size. About 2 ns an addition in cache, 16 + 16 to 32 bytes an entry. `add` sums, `raise` keeps the
/// greater (an absent key counts as 0); one table uses one of the two for a given key. A key stays an entry when its
/// sum returns to 0. At most 2^32 - 1 entries. Iteration order depends on the order of insertion: whatever is computed
/// from a table must not depend on it.
class SparseTable {
 public:
  struct Entry {
    std::uint64_t key;
    std::int64_t value;
  };

  void add(std::uint64_t key, std::int64_t amount) { find_or_insert(key) += amount; }
  void raise(std::uint64_t key, std::int64_t value) {
    std::int64_t& held = find_or_insert(key);
    if (value > held) held = value;
  }
  /// The value at `key`, 0 when absent.
  [[nodiscard]] std::int64_t get(std::uint64_t key) const {
    if (slots_.empty()) return 0;
    const std::uint64_t hash = place_hash(key);
    const std::uint64_t mark = mark_of(hash);
    for (std::size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots_[i];
      if (slot >> 48 != round_) return 0;
      if (slot >> 32 == mark && entries_[slot & kIndexMask].key == key) return entries_[slot & kIndexMask].value;
    }
  }
  [[nodiscard]] std::span<const Entry> entries() const { return {entries_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  void clear() {
    size_ = 0;
    if (++round_ < kRounds) return;
    std::fill(slots_.begin(), slots_.end(), std::uint64_t{0});
    round_ = 1;
  }
  [[nodiscard]] std::size_t bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint64_t);
  }

 private:
  static constexpr std::uint64_t kRounds = 1U << 16;
  static constexpr std::uint64_t kIndexMask = 0xffffffffU;

  /// The upper half of a slot that may hold a key of this hash: the round in which it was written (other rounds are
  /// empty), and 16 bits of the hash, which spare most looks at entries of other keys.
  [[nodiscard]] std::uint64_t mark_of(std::uint64_t hash) const { return round_ << 16 | (hash >> 32 & 0xffffU); }

  std::int64_t& find_or_insert(std::uint64_t key) {
    if (slots_.empty()) [[unlikely]]
      grow();
    const std::uint64_t hash = place_hash(key);
    const std::uint64_t mark = mark_of(hash);
    std::uint64_t* const slots = slots_.data();
    Entry* const entries = entries_.data();
    for (std::size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots[i];
      if (slot >> 32 == mark) {
        Entry& entry = entries[slot & kIndexMask];
        if (entry.key == key) return entry.value;
      } else if (slot >> 48 != round_) {
        if (size_ == entries_.size()) [[unlikely]] {
          grow();
          return find_or_insert(key);
        }
        slots[i] = mark << 32 | size_;
        Entry& entry = entries[size_++];
        entry = {key, 0};
        return entry.value;
      }
    }
  }
  void grow() {
    const std::size_t size = std::max<std::size_t>(64, slots_.size() * 2);
    slots_.assign(size, 0U);
    entries_.resize(size / 4);
    mask_ = size - 1;
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(size));
    round_ = 1;
    for (std::size_t n = 0; n < size_; ++n) {
      const std::uint64_t hash = place_hash(entries_[n].key);
      std::size_t i = hash >> shift_;
      while (slots_[i] != 0) i = (i + 1) & mask_;
      slots_[i] = mark_of(hash) << 32 | n;
    }
  }
  std::vector<Entry> entries_;        // the first size_ of them are in use; a fourth as many as slots
  std::vector<std::uint64_t> slots_;  // a mark above an index into entries_
  std::size_t size_ = 0;
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
  std::uint64_t round_ = 1;  // clearing begins another
};

}  // namespace dwell
