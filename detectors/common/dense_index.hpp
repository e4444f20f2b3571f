#pragma once
// Consecutive numbers for the ids of a batch, in the order they are first seen.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// Open addressing with at most an eighth of the slots in use: a look-up ends at its first slot nearly always, so that
/// a processor foresees it. 8 bytes a slot, 4 an id; memory is kept when it is cleared.
class DenseIndex {
 public:
  /// Of the ids to come as many as are expected need no growing; cost in proportion to them.
  void clear(std::size_t expected) {
    ids_.clear();
    use(std::bit_ceil(std::max<std::size_t>(1, expected)) * kSlotsPerId);
  }
  /// The number of an id; a new one is given the next.
  std::uint32_t operator()(std::uint32_t id) {
    for (std::size_t i = home(id);; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots_[i];
      if (slot == 0) [[unlikely]]
        return add(id);
      if (slot >> 32 == id) return static_cast<std::uint32_t>(slot) - 1;
    }
  }
  /// By number.
  [[nodiscard]] std::span<const std::uint32_t> ids() const { return ids_; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] std::uint64_t bytes() const {
    return slots_.capacity() * sizeof(std::uint64_t) + ids_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kSlotsPerId = 8;
  [[nodiscard]] std::size_t home(std::uint32_t id) const { return place_hash(id) >> shift_; }
  [[gnu::noinline]] std::uint32_t add(std::uint32_t id) {
    ids_.push_back(id);
    if (ids_.size() * kSlotsPerId > slots_.size()) {
      use(slots_.size() * 2);
      for (std::size_t n = 0; n < ids_.size(); ++n) place(n);
    } else {
      place(ids_.size() - 1);
    }
    return static_cast<std::uint32_t>(ids_.size() - 1);
  }
  void use(std::size_t slots) {
    slots_.assign(slots, 0);
    mask_ = slots - 1;
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots));
  }
  void place(std::size_t number) {
    std::size_t i = home(ids_[number]);
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = static_cast<std::uint64_t>(ids_[number]) << 32 | (number + 1);
  }

  std::vector<std::uint32_t> ids_;
  std::vector<std::uint64_t> slots_;  // 0 when empty, else an id above its number plus one
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

}  // namespace dwell::detect
