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

/// For ids of 32 or 64 bits. Open addressing with few slots in use, so that a look-up ends at its first slot nearly
/// always and a processor foresees it. 8 bytes a slot and an id's own; memory is kept when it is cleared.
template <class Id>
class DenseIndex {
 public:
  /// At most one slot in `slots_per_id`, 2 or more, is in use: many where ids are few, fewer where they would
  /// leave the cache.
  explicit DenseIndex(std::size_t slots_per_id) : slots_per_id_(slots_per_id) {}
  DenseIndex() : DenseIndex(8) {}

  /// Of the ids to come as many as are expected need no growing one by one; cost in proportion to them.
  void clear(std::size_t expected) {
    ids_.clear();
    use(std::bit_ceil(std::max<std::size_t>(1, expected) * slots_per_id_));
  }
  /// The number of an id; a new one is given the next. Fast where new ones are rare.
  std::uint32_t operator()(Id id) {
    for (std::size_t i = home(id);; i = (i + 1) & mask_) {
      const std::uint64_t slot = slots_[i];
      if (slot == 0) [[unlikely]]
        return add(id);
      const std::uint32_t number = static_cast<std::uint32_t>(slot) - 1;
      if (slot >> 32 == mark_of(id) && is(number, id)) return number;
    }
  }
  /// Calls `put(i, number)` for `count` ids, of which `id_of(i)` is the i-th; new ones are given the next number.
  /// Whether one is new is anybody's guess: both cases take one way, on which masks make what a new one needs.
  template <class IdOf, class Put>
  requires(sizeof(Id) == sizeof(std::uint32_t)) void number_all(std::size_t count, IdOf id_of, Put put) {
    for (std::size_t begin = 0; begin < count; begin += kAtATime) {
      if ((size() + kAtATime) * slots_per_id_ > slots_.size()) grow(size() + kAtATime);
      number_some(begin, std::min(count, begin + kAtATime), id_of, put);
    }
  }
  /// By number.
  [[nodiscard]] std::span<const Id> ids() const { return ids_; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] std::uint64_t bytes() const {
    return slots_.capacity() * sizeof(std::uint64_t) + ids_.capacity() * sizeof(Id);
  }

 private:
  static constexpr std::size_t kAtATime = 256;
  static constexpr std::size_t kAhead = 24;  // ids, of which the slot is called into the cache
  /// What a slot holds of an id: all of it if it has 32 bits.
  static std::uint32_t mark_of(Id id) {
    return static_cast<std::uint32_t>(sizeof(Id) == sizeof(std::uint32_t) ? id : place_hash(id));
  }
  [[nodiscard]] bool is(std::uint32_t number, Id id) const {
    return sizeof(Id) == sizeof(std::uint32_t) || ids_[number] == id;
  }
  [[nodiscard]] std::size_t home(Id id) const { return place_hash(id) >> shift_; }
  template <class IdOf, class Put>
  void number_some(std::size_t begin, std::size_t end, IdOf id_of, Put put) {
    std::size_t size = ids_.size();
    ids_.resize(size + kAtATime);
    std::uint64_t* const slots = slots_.data();
    Id* const ids = ids_.data();
    const std::size_t mask = mask_;
    const unsigned shift = shift_;
    for (std::size_t i = begin; i < end; ++i) {
      __builtin_prefetch(&slots[home(id_of(std::min(i + kAhead, end - 1)))], 1);
      const std::uint64_t id = id_of(i);
      std::size_t at = place_hash(id) >> shift;
      std::uint64_t slot = slots[at];
      std::uint64_t taken = taken_mask(slot);
      while (((slot >> 32 ^ id) & taken) != 0) [[unlikely]] {
          at = (at + 1) & mask;
          slot = slots[at];
          taken = taken_mask(slot);
        }
      slot |= (id << 32 | (size + 1)) & ~taken;
      slots[at] = slot;
      ids[size] = static_cast<Id>(id);
      size += 1 + taken;
      put(i, static_cast<std::uint32_t>(slot) - 1);
    }
    ids_.resize(size);
  }
  /// All ones, or 0 when the slot is empty; by arithmetic, which no compiler turns into a branch.
  static std::uint64_t taken_mask(std::uint64_t slot) {
    const std::uint64_t number = slot & 0xffffffff;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(0 - number) >> 63);
  }
  [[gnu::noinline]] std::uint32_t add(Id id) {
    ids_.push_back(id);
    if (ids_.size() * slots_per_id_ > slots_.size()) {
      grow(ids_.size());
    } else {
      place(ids_.size() - 1);
    }
    return static_cast<std::uint32_t>(ids_.size() - 1);
  }
  void grow(std::size_t ids) {
    use(std::bit_ceil(ids * slots_per_id_));
    for (std::size_t n = 0; n < ids_.size(); ++n) place(n);
  }
  void use(std::size_t slots) {
    slots_.assign(slots, 0);
    mask_ = slots - 1;
    shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots));
  }
  void place(std::size_t number) {
    std::size_t i = home(ids_[number]);
    while (slots_[i] != 0) i = (i + 1) & mask_;
    slots_[i] = static_cast<std::uint64_t>(mark_of(ids_[number])) << 32 | (number + 1);
  }

  std::size_t slots_per_id_;
  std::vector<Id> ids_;
  std::vector<std::uint64_t> slots_;  // 0 when empty, else a mark above a number and 1
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

}  // namespace dwell::detect
