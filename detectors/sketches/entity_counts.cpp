#include "detectors/sketches/entity_counts.hpp"

#include <algorithm>
#include <bit>

namespace dwell::detect {

void EntityCounts::fetch() const {
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t i = 0; i <= mask_; i += kCacheLine / sizeof(Slot)) __builtin_prefetch(&slots_[i], 1);
  for (std::size_t i = 0; i < size_; i += kCacheLine / sizeof(std::uint32_t)) __builtin_prefetch(&words_[i], 1);
}

void EntityCounts::use(std::size_t slots) {
  slots_.assign(slots, {0, 0});
  mask_ = slots - 1;
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots));
  ids_.resize(slots / 2 + 1);
  words_.resize(slots / 2 + 1);
  std::fill(words_.begin() + static_cast<std::ptrdiff_t>(size_), words_.end(), 0U);
  for (std::size_t place = 0; place < size_; ++place) {
    std::size_t i = start(ids_[place]);
    while (slots_[i].next != 0) i = (i + 1) & mask_;
    slots_[i] = {ids_[place], static_cast<std::uint32_t>(place + 1)};
  }
}

void EntityCounts::shrink(std::size_t kept) {
  size_ = kept;
  use(std::max(kFewestSlots, std::bit_ceil(kept * 4)));
}

}  // namespace dwell::detect
