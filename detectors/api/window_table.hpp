#pragma once
// What a sharded detector takes from the rows of one window to its `close`, merged exactly in any grouping.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// Entries of two words, whatever they mean to the detector. A key may repeat, and the order depends on how rows were
/// grouped: whatever is computed from a list must depend on neither. Where few keys repeat, or few entries matter in
/// the end, this costs a fourth of a sum by key. 16 bytes an entry; memory is kept when it is cleared.
class EntryList {
 public:
  using Entry = SparseTable::Entry;

  /// Room for `count` more entries, which are in the list from now on: all must be written, or `drop_last` called.
  [[nodiscard]] Entry* extend(std::size_t count) {
    if (size_ + count > entries_.size()) [[unlikely]]
      entries_.resize(std::max<std::size_t>({64, size_ + count, entries_.size() * 2}));
    Entry* const room = entries_.data() + size_;
    size_ += count;
    return room;
  }
  /// Takes back the last `count` entries, where fewer were needed than there was room made for.
  void drop_last(std::size_t count) { size_ -= count; }
  void add(const EntryList& other) {
    std::copy(other.entries_.begin(), other.entries_.begin() + static_cast<std::ptrdiff_t>(other.size_),
              extend(other.size_));
  }
  [[nodiscard]] std::span<const Entry> entries() const { return {entries_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

 private:
  std::vector<Entry> entries_;  // the first size_ of them are in use
  std::size_t size_ = 0;
};

struct WindowTable {
  SparseTable sums;  ///< by key
  EntryList list;

  void add(const WindowTable& other) {
    for (const SparseTable::Entry& entry : other.sums.entries()) sums.add(entry.key, entry.value);
    list.add(other.list);
  }
  void clear() {
    sums.clear();
    list.clear();
  }
};

}  // namespace dwell::detect
