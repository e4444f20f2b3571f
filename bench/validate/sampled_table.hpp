#pragma once
// State by key in bounded memory: exact while the keys fit, then an even sample of the keys.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dwell::validate {

/// Adaptive sampling (Wegman; Flajolet 1990): a key is kept when its hash is not above a threshold. Whenever the table
/// is full the threshold is halved and the keys above it go, so what is kept is always all state of a sample of keys
/// that does not depend on what they did. Ratios over keys keep their expectation; with n keys left their relative
/// standard error grows by about 1 / sqrt(n).
/// Keys must be well mixed (mix(), name_hash()) and not 0. Open addressing, at most three quarters full.
template <class State>
class SampledTable {
 public:
  explicit SampledTable(std::size_t capacity) : capacity_(capacity) { slots_.resize(kFirstSlots); }

  /// The key's state, new if need be; nullptr when the key is not in the sample. Valid until the next call.
  State* find_or_add(std::uint64_t key, bool& fresh) {
    fresh = false;
    if (key > threshold_) return nullptr;
    Slot* slot = &seek(key);
    if (slot->key == key) return &slot->state;
    if (size_ + 1 > capacity_) {
      do {
        threshold_ /= 2;
        erase_if([&](std::uint64_t k, State&) { return k > threshold_; });
      } while (size_ + 1 > capacity_);
      if (key > threshold_) return nullptr;
      slot = &seek(key);
    }
    if ((size_ + 1) * 4 > slots_.size() * 3) {
      rebuild(slots_.size() * 2);
      slot = &seek(key);
    }
    ++size_;
    fresh = true;
    slot->key = key;
    slot->state = State{};
    return &slot->state;
  }

  /// `visit(key, state)` says whether the entry goes. Cost: all slots.
  template <class Visit>
  void erase_if(Visit visit) {
    std::size_t gone = 0;
    for (Slot& slot : slots_) {
      if (slot.key != 0 && visit(slot.key, slot.state)) {
        slot.key = 0;
        ++gone;
      }
    }
    size_ -= gone;
    if (gone != 0) rebuild(slots_.size());
  }
  void clear() {
    slots_.assign(kFirstSlots, Slot{});
    size_ = 0;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Share of the keys that are kept.
  [[nodiscard]] double share() const { return static_cast<double>(threshold_) / static_cast<double>(UINT64_MAX); }

 private:
  struct Slot {
    std::uint64_t key = 0;
    State state{};
  };
  static constexpr std::size_t kFirstSlots = 1024;

  Slot& seek(std::uint64_t key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(key) & mask;
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
    return slots_[at];
  }
  void rebuild(std::size_t slots) {
    std::vector<Slot> before(slots);
    before.swap(slots_);
    for (Slot& slot : before) {
      if (slot.key != 0) seek(slot.key) = std::move(slot);
    }
  }

  std::size_t capacity_;
  std::size_t size_ = 0;
  std::uint64_t threshold_ = UINT64_MAX;
  std::vector<Slot> slots_;
};

}  // namespace dwell::validate
