#pragma once
// Counts by entity that stand side by side, so that all of them are read in one go.

#include <cstdint>
#include <span>
#include <vector>

namespace dwell::detect {

/// Map from 32-bit ids to a word each, found by place: the n-th entity added has place n, until `keep_if`. 8 bytes an
/// entity and 16 to 64 in the table that finds it. Order depends on history: whatever is computed from it must not.
class EntityCounts {
 public:
  EntityCounts() { use(kFewestSlots); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint32_t id(std::size_t place) const { return ids_[place]; }
  [[nodiscard]] std::uint32_t& word(std::size_t place) { return words_[place]; }
  [[nodiscard]] std::span<std::uint32_t> words() { return {words_.data(), size_}; }
  [[nodiscard]] std::span<const std::uint32_t> words() const { return {words_.data(), size_}; }

  /// The place of this entity, whose word is 0 when it is new. Whether it is new is anybody's guess: both cases take
  /// one way.
  std::uint32_t place_of(std::uint32_t entity) {
    if (size_ * 2 > mask_) [[unlikely]]
      use((mask_ + 1) * 2);
    Slot* const slots = slots_.data();
    for (std::size_t i = start(entity);; i = (i + 1) & mask_) {
      const Slot slot = slots[i];
      const std::uint32_t taken = static_cast<std::uint32_t>(slot.next != 0);
      if ((taken & static_cast<std::uint32_t>(slot.id != entity)) != 0) continue;
      const std::uint32_t place = taken != 0 ? slot.next - 1 : static_cast<std::uint32_t>(size_);
      slots[i] = {entity, place + 1};
      ids_[size_] = entity;
      size_ += 1 - taken;
      return place;
    }
  }
  /// Calls all of it into the cache in order, which is cheaper than entity by entity.
  void fetch() const;
  /// Keeps the entities for which `keep(word)` holds; returns the new place of each old one, 0 for those that leave.
  template <class Keep>
  std::vector<std::uint32_t> keep_if(Keep keep) {
    std::vector<std::uint32_t> places(size_, 0);
    std::size_t kept = 0;
    for (std::size_t place = 0; place < size_; ++place) {
      if (!keep(words_[place])) continue;
      ids_[kept] = ids_[place];
      words_[kept] = words_[place];
      places[place] = static_cast<std::uint32_t>(kept++);
    }
    shrink(kept);
    return places;
  }
  void clear() { shrink(0); }
  [[nodiscard]] std::uint64_t bytes() const {
    return slots_.capacity() * sizeof(Slot) + (ids_.capacity() + words_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kFewestSlots = 64;
  struct Slot {
    std::uint32_t id;
    std::uint32_t next;  // its place and 1, 0 when the slot is empty
  };
  [[nodiscard]] std::size_t start(std::uint32_t entity) const {
    return static_cast<std::size_t>(entity * 0x9e3779b97f4a7c15ULL >> shift_);
  }
  /// From now on there are `slots` of them, a power of two.
  void use(std::size_t slots);
  void shrink(std::size_t kept);

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> ids_;    // by place; half as many as slots, and one
  std::vector<std::uint32_t> words_;  // the same; 0 from size_ on
  std::size_t size_ = 0;
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

}  // namespace dwell::detect
