#pragma once
// Space-Saving (Metwally, Agrawal and El Abbadi 2005): the heavy keys of a stream in k counters.
//   a key that is held          its count grows
//   a new key while room is     gets a counter of its own
//   a new key otherwise         takes over the least counter: its count c becomes the new key's error, c + 1 its count
// With N added in all: count - error <= truth <= count, error <= N / k, and every key with a truth above N / k is held.
// Of equal least counters the one with the lowest key is taken, so what is held is a pure function of the stream.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/serial.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// A look-up an addition while there is room; from then on a heap of the counters is kept, logarithmic in them. 24
/// bytes a counter, 16 for its place.
class SpaceSaving {
 public:
  struct Counter {
    std::uint64_t key;
    std::uint64_t count;
    std::uint64_t error;
  };
  explicit SpaceSaving(std::uint32_t counters);

  /// Where a key is counted: its counter keeps its place as long as the key holds it.
  struct Place {
    std::uint32_t at;
    bool taken;  ///< anew: whatever is kept elsewhere for this place belongs to no key or to another one
  };
  Place add(std::uint64_t key, std::uint64_t amount = 1) {
    const std::size_t slot = slot_of(key);
    if (slots_[slot] == 0) return hold(key, amount, slot);
    const std::uint32_t at = slots_[slot] - 1;
    counters_[at].count += amount;
    if (!heap_.empty()) [[unlikely]]
      sink(heap_place_[at]);
    return {at, false};
  }
  /// Two stages that hide misses of the cache before `add`: call the first for a batch of keys, then the second, which
  /// says where a key is probably counted: no promise, and `kNowhere` where nothing is known.
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  void prefetch_slot(std::uint64_t key) const { __builtin_prefetch(&slots_[home(key)]); }
  [[nodiscard]] std::uint32_t prefetch_counter(std::uint64_t key) const {
    const std::uint32_t held = slots_[home(key)];
    if (held == 0) return kNowhere;
    __builtin_prefetch(&counters_[held - 1], 1);
    return held - 1;
  }
  /// nullptr for keys that are not held.
  [[nodiscard]] const Counter* find(std::uint64_t key) const;
  /// By place.
  [[nodiscard]] std::span<const Counter> counters() const { return counters_; }
  /// How many new keys there is room for.
  [[nodiscard]] std::size_t room() const { return most_ - counters_.size(); }
  void clear();

  [[nodiscard]] std::uint64_t bytes() const {
    return counters_.capacity() * sizeof(Counter) +
           (slots_.capacity() + heap_.capacity() + heap_place_.capacity()) * sizeof(std::uint32_t);
  }
  void save(ByteWriter& writer) const { writer.put_vector(counters_); }
  void restore(ByteReader& reader);

 private:
  static constexpr std::size_t kFewestSlots = 64;
  [[nodiscard]] bool less(std::uint32_t a, std::uint32_t b) const {
    const Counter& x = counters_[a];
    const Counter& y = counters_[b];
    return x.count != y.count ? x.count < y.count : x.key < y.key;
  }
  [[nodiscard]] std::size_t home(std::uint64_t key) const { return (place_hash(key) >> 32) & (slots_.size() - 1); }
  /// The slot that names a key's counter, or the empty one where it would stand.
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = home(key);
    while (slots_[i] != 0 && counters_[slots_[i] - 1].key != key) i = (i + 1) & mask;
    return i;
  }
  /// A counter for a key that has none, whose slot would be this one.
  Place hold(std::uint64_t key, std::uint64_t amount, std::size_t slot);
  void index(std::size_t slots);
  void erase(std::size_t slot);
  void build_heap();
  void sink(std::size_t place);

  std::size_t most_;
  std::vector<Counter> counters_;
  std::vector<std::uint32_t> slots_;       // 0 when empty, else a place plus one; at most half are in use
  std::vector<std::uint32_t> heap_;        // places, the least first; empty while there is room
  std::vector<std::uint32_t> heap_place_;  // by place
};

}  // namespace dwell::detect
