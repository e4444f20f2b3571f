#pragma once
// Adding up by key what few keys have most of: the rows of a window by the key that signed them.

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// Each key is summed in the place that its hash names, one of 2^PlaceBits, until another key takes the place; then,
/// and at the end, the sum is handed on. So a key may be handed on several times, and what is made of the sums must add
/// them up. About 2 ns an addition, for which the caller's own loop needs no call.
template <unsigned PlaceBits>
class KeySums {
 public:
  using Entry = SparseTable::Entry;
  static constexpr std::size_t kPlaces = std::size_t{1} << PlaceBits;

  /// `spill(entry)` takes a sum that is not 0.
  template <class Spill>
  void add(std::uint64_t key, std::int64_t amount, Spill spill) {
    Entry& held = places_[place_hash(key) >> (64 - PlaceBits)];
    if (held.key != key) {
      if (held.value != 0) spill(held);
      held = {key, 0};
    }
    held.value += amount;
  }
  /// Hands on what is left. Before anything is added afterwards, `clear`.
  template <class Spill>
  void finish(Spill spill) const {
    for (const Entry& held : places_) {
      if (held.value != 0) spill(held);
    }
  }
  void clear() { places_.fill({}); }

 private:
  std::array<Entry, kPlaces> places_{};
};

/// For the rows of one window.
using FewKeys = KeySums<3>;

}  // namespace dwell::detect
