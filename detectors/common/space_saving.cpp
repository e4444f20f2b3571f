#include "detectors/common/space_saving.hpp"

#include <algorithm>
#include <bit>

#include "sim/core/check.hpp"

namespace dwell::detect {

SpaceSaving::SpaceSaving(std::uint32_t counters) : most_(counters) {
  DWELL_DEMAND(counters >= 1, "a summary of heavy keys needs counters");
  index(kFewestSlots);
}

SpaceSaving::Place SpaceSaving::hold(std::uint64_t key, std::uint64_t amount, std::size_t slot) {
  if (counters_.size() < most_) {
    counters_.push_back({key, amount, 0});
    const auto at = static_cast<std::uint32_t>(counters_.size() - 1);
    slots_[slot] = at + 1;
    if (counters_.size() * 2 > slots_.size()) index(slots_.size() * 2);
    return {at, true};
  }
  if (heap_.empty()) build_heap();
  const std::uint32_t at = heap_.front();
  Counter& least = counters_[at];
  erase(slot_of(least.key));
  least = {key, least.count + amount, least.count};
  slots_[slot_of(key)] = at + 1;
  sink(0);
  return {at, true};
}

const SpaceSaving::Counter* SpaceSaving::find(std::uint64_t key) const {
  const std::uint32_t held = slots_[slot_of(key)];
  return held == 0 ? nullptr : &counters_[held - 1];
}

void SpaceSaving::clear() {
  counters_.clear();
  heap_.clear();
  std::fill(slots_.begin(), slots_.end(), 0U);
}

void SpaceSaving::restore(ByteReader& reader) {
  counters_ = reader.get_vector<Counter>();
  if (counters_.size() > most_) {
    counters_.clear();
    reader.fail();
  }
  heap_.clear();
  index(std::max(kFewestSlots, std::bit_ceil(counters_.size() * 2)));
}

void SpaceSaving::index(std::size_t slots) {
  slots_.assign(slots, 0U);
  for (std::size_t at = 0; at < counters_.size(); ++at) {
    slots_[slot_of(counters_[at].key)] = static_cast<std::uint32_t>(at + 1);
  }
}

// Those behind a gap move up to it, unless that would be before the place where they are looked for first.
void SpaceSaving::erase(std::size_t slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot;
  for (std::size_t i = (slot + 1) & mask; slots_[i] != 0; i = (i + 1) & mask) {
    const std::size_t first = home(counters_[slots_[i] - 1].key);
    if (((i - first) & mask) < ((i - gap) & mask)) continue;
    slots_[gap] = slots_[i];
    gap = i;
  }
  slots_[gap] = 0;
}

void SpaceSaving::build_heap() {
  heap_.resize(counters_.size());
  heap_place_.resize(counters_.size());
  for (std::uint32_t at = 0; at < heap_.size(); ++at) heap_[at] = heap_place_[at] = at;
  for (std::size_t place = heap_.size() / 2; place-- > 0;) sink(place);
}

void SpaceSaving::sink(std::size_t place) {
  const std::uint32_t at = heap_[place];
  for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && less(heap_[child + 1], heap_[child])) ++child;
    if (!less(heap_[child], at)) break;
    heap_[place] = heap_[child];
    heap_place_[heap_[place]] = static_cast<std::uint32_t>(place);
    place = child;
  }
  heap_[place] = at;
  heap_place_[at] = static_cast<std::uint32_t>(place);
}

}  // namespace dwell::detect
