#pragma once
// A small sparse table of integers: what a detector sums over one window, merged exactly in any grouping.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/digest.hpp"

namespace dwell {

/// Map from 64-bit key to 64-bit integer, by open addressing with linear probing; cleared in time proportional to
/// its entries. `add` sums, `raise` keeps the greater (an absent key counts as 0); one table uses one of the two for a
/// given key. A key stays an entry when its sum returns to 0. At most 2^32 - 1 entries.
/// Iteration order depends on the order of insertion: whatever is computed from a table must not depend on it.
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
    for (std::size_t i = mix64(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i] == 0) return 0;
      if (entries_[slots_[i] - 1].key == key) return entries_[slots_[i] - 1].value;
    }
  }
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  void clear() {
    if (entries_.size() * 8 > slots_.size()) {
      std::fill(slots_.begin(), slots_.end(), 0U);
    } else {
      for (const Entry& entry : entries_) erase_slot(entry.key);
    }
    entries_.clear();
  }
  [[nodiscard]] std::size_t bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint32_t);
  }

 private:
  // Entries leave only all together: a probe may meet slots emptied just now, and walks over them to its own.
  void erase_slot(std::uint64_t key) {
    for (std::size_t i = mix64(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i] == 0 || entries_[slots_[i] - 1].key != key) continue;
      slots_[i] = 0;
      return;
    }
  }
  std::int64_t& find_or_insert(std::uint64_t key) {
    if ((entries_.size() + 1) * 2 > slots_.size()) grow();
    for (std::size_t i = mix64(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i] == 0) {
        entries_.push_back({key, 0});
        slots_[i] = static_cast<std::uint32_t>(entries_.size());
        return entries_.back().value;
      }
      if (entries_[slots_[i] - 1].key == key) return entries_[slots_[i] - 1].value;
    }
  }
  void grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0U);
    mask_ = slots_.size() - 1;
    for (std::uint32_t n = 0; n < entries_.size(); ++n) {
      std::size_t i = mix64(entries_[n].key) & mask_;
      while (slots_[i] != 0) i = (i + 1) & mask_;
      slots_[i] = n + 1;
    }
  }
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // index into entries_ plus one; 0 is empty
  std::size_t mask_ = 0;
};

}  // namespace dwell
