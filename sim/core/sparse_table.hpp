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

/// What a slot of 32 bits holds of a key of this hash above its index, whose bits are `index_mask`: that it is taken
/// (the highest bit), and as many bits of the hash as there is room for, which spare most looks at entries of other
/// keys.
constexpr std::uint32_t slot_mark(std::uint64_t hash, std::uint32_t index_mask) {
  return (static_cast<std::uint32_t>(hash >> 8) | 1U << 31) & ~index_mask;
}

/// Map from 64-bit key to 64-bit integer, by open addressing with linear probing. `add` sums, `raise` keeps the greater
/// (an absent key counts as 0); one table uses one of the two for a given key. A key stays an entry when its sum
/// returns to 0. At most 2^30 entries. Iteration order depends on the order of insertion: whatever is computed from a
/// table must not depend on it. About 2 ns an addition in cache, 16 + 16 to 32 bytes an entry. Memory is kept when it
/// is cleared, but only as much of it is used as the entries since need: few keys stay on few cache lines.
class SparseTable {
 public:
  struct Entry {
    std::uint64_t key;
    std::int64_t value;
  };

  void add(std::uint64_t key, std::int64_t amount) { find_or_insert(key) += amount; }
  void raise(std::uint64_t key, std::int64_t value) {
    std::int64_t& held = find_or_insert(key);
    held = std::max(held, value);
  }
  /// The value at `key`, 0 when absent.
  [[nodiscard]] std::int64_t get(std::uint64_t key) const {
    if (size_ == 0) return 0;
    const std::uint64_t hash = place_hash(key);
    const std::uint32_t index_mask = index_mask_of(room_);
    const std::uint32_t mark = slot_mark(hash, index_mask);
    for (std::size_t i = hash >> shift_; slots_[i] != 0; i = (i + 1) & mask_) {
      if ((slots_[i] ^ mark) > index_mask) continue;
      const Entry& entry = entries_[slots_[i] & index_mask];
      if (entry.key == key) return entry.value;
    }
    return 0;
  }
  [[nodiscard]] std::span<const Entry> entries() const { return {entries_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Up to `keys` new keys may follow: spares growing step by step into memory that is held already. Allocates nothing,
  /// so a guess far too high does no harm.
  void expect(std::size_t keys) {
    const std::size_t wanted = std::min(std::bit_ceil((size_ + keys) * kSlotsPerEntry), slots_.size());
    if (wanted > mask_ + 1) use(wanted);
    fetch(keys);
  }
  /// Calls into the cache where a key belongs, for an addition some keys later.
  void prefetch(std::uint64_t key) const {
    if (room_ != 0) __builtin_prefetch(&slots_[place_hash(key) >> shift_], 1);
  }
  /// Cost in proportion to the entries.
  void clear() {
    if (room_ == 0) return;
    empty_slots();
    size_ = 0;
    use(kFewestSlots);
  }
  [[nodiscard]] std::size_t bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kFewestSlots = 64;
  static constexpr std::size_t kSlotsPerEntry = 4;
  static constexpr std::size_t kMostFetched = 4096;  // slots that fit the innermost cache beside their entries
  static constexpr std::size_t kCacheLine = 64;
  static std::uint32_t index_mask_of(std::size_t room) { return static_cast<std::uint32_t>(room - 1); }

  std::int64_t& find_or_insert(std::uint64_t key) {
    if (size_ == room_) [[unlikely]]
      grow();
    const std::uint64_t hash = place_hash(key);
    const std::uint32_t index_mask = index_mask_of(room_);
    const std::uint32_t mark = slot_mark(hash, index_mask);
    std::uint32_t* const slots = slots_.data();
    Entry* const entries = entries_.data();
    for (std::size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const std::uint32_t slot = slots[i];
      // Whether a key is new is anybody's guess: both cases take one way, on which masks make a new key's entry.
      const std::uint32_t taken = slot >> 31;
      const std::uint64_t held = 0 - std::uint64_t{taken};  // all ones, or 0 when the slot is empty
      if (((slot ^ mark) & static_cast<std::uint32_t>(held)) > index_mask) continue;
      Entry& entry = entries[(slot & index_mask & held) | (size_ & ~held)];
      if (((entry.key ^ key) & held) != 0) continue;
      slots[i] = slot | ((mark | static_cast<std::uint32_t>(size_)) & static_cast<std::uint32_t>(~held));
      size_ += 1 - taken;
      entry = {key, entry.value & static_cast<std::int64_t>(held)};
      return entry.value;
    }
  }
  /// A window's table was last used a while ago: calls it into the cache in order, which is cheaper than key by key.
  void fetch(std::size_t keys) const {
    if (size_ != 0 || room_ == 0 || mask_ >= kMostFetched) return;
    for (std::size_t i = 0; i <= mask_; i += kCacheLine / sizeof(std::uint32_t)) __builtin_prefetch(&slots_[i], 1);
    const std::size_t entries = std::min(keys, room_);
    for (std::size_t n = 0; n < entries; n += kCacheLine / sizeof(Entry)) __builtin_prefetch(&entries_[n], 1);
  }
  void grow() {
    const std::size_t wanted = slots_.empty() ? kFewestSlots : (mask_ + 1) * 2;
    if (wanted > slots_.size()) {
      slots_.resize(wanted);
      entries_.resize(wanted / kSlotsPerEntry);
    }
    use(wanted);
  }
  /// From now on `slots` of the slots are in use, a power of two; entries are placed anew.
  void use(std::size_t slots) {
    if (size_ != 0) empty_slots();
    mask_ = slots - 1;
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots));
    room_ = slots / kSlotsPerEntry;
    for (std::size_t n = 0; n < size_; ++n) {
      const std::uint64_t hash = place_hash(entries_[n].key);
      std::size_t i = hash >> shift_;
      while (slots_[i] != 0) i = (i + 1) & mask_;
      slots_[i] = slot_mark(hash, index_mask_of(room_)) | static_cast<std::uint32_t>(n);
    }
  }
  void empty_slots() {
    if (size_ * 32 > mask_) {
      std::fill_n(slots_.begin(), mask_ + 1, 0U);
      return;
    }
    // What lies between a key's place and its slot is taken, or was emptied together with the slot.
    for (std::size_t n = 0; n < size_; ++n) {
      for (std::size_t i = place_hash(entries_[n].key) >> shift_; slots_[i] != 0; i = (i + 1) & mask_) slots_[i] = 0;
    }
  }

  std::vector<Entry> entries_;        // the first size_ of them are in use; a fourth as many as slots
  std::vector<std::uint32_t> slots_;  // 0 when empty, else a mark above an index into entries_; 0 beyond mask_
  std::size_t size_ = 0;
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
  std::size_t room_ = 0;  // entries that the slots in use are for, a power of two
};

}  // namespace dwell
