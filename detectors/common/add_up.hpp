#pragma once
// Sums by key, in order of keys: sums of floating-point numbers must not depend on the order of a list.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// Entries up to which `add_up` asks nothing that a processor must foresee.
inline constexpr std::size_t kFewToAddUp = 20;

/// Sorts by `key`, and makes one entry of those of one key, whose `value` is the sum; of anything else in an entry,
/// equal keys have the same. Few entries, as a window of a small platform has, take the place that the number of
/// smaller keys names: n² steps, but none that a processor must foresee, against about n wrong guesses of a sort.
template <class Entry>
void add_up(std::vector<Entry>& entries) {
  const std::size_t n = entries.size();
  std::size_t size = 0;
  if (n > kFewToAddUp) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    for (std::size_t i = 0; i < n; ++i) {
      if (size != 0 && entries[size - 1].key == entries[i].key) {
        entries[size - 1].value += entries[i].value;
      } else {
        entries[size++] = entries[i];
      }
    }
  } else if (n > 1) {
    std::array<Entry, kFewToAddUp> sums;
    std::array<std::uint32_t, kFewToAddUp> counts;
    for (std::size_t i = 0; i < n; ++i) {
      sums[i] = entries[i];
      sums[i].value = 0;
      counts[i] = 0;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t key = entries[i].key;
      std::size_t smaller = 0;
      for (std::size_t j = 0; j < n; ++j) smaller += entries[j].key < key ? 1 : 0;
      const auto before = sums[smaller].value;
      sums[smaller] = entries[i];
      sums[smaller].value += before;
      ++counts[smaller];
    }
    for (std::size_t i = 0; i < n; ++i) {
      entries[size] = sums[i];
      size += counts[i] != 0 ? 1 : 0;
    }
  } else {
    return;
  }
  entries.resize(size);
}

/// At most kFewToAddUp rows, by the upper 32 bits of their keys: as add_up of entries with these for keys, in place of
/// what `sums` held. Registers compare four such numbers at once, and the steps are as many whatever there is to sum.
inline void add_up_few(std::span<const SparseTable::Entry> rows, std::vector<SparseTable::Entry>& sums) {
  std::array<std::uint32_t, kFewToAddUp> keys;
  std::array<SparseTable::Entry, kFewToAddUp> places{};
  std::array<std::uint32_t, kFewToAddUp> counts{};
  keys.fill(UINT32_MAX);  // smaller than none
  const std::size_t n = rows.size();
  for (std::size_t i = 0; i < n; ++i) keys[i] = static_cast<std::uint32_t>(rows[i].key >> 32);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t key = keys[i];
    std::uint32_t smaller = 0;
    for (const std::uint32_t other : keys) smaller += other < key ? 1U : 0U;
    places[smaller].key = key;
    places[smaller].value += rows[i].value;
    ++counts[smaller];
  }
  sums.resize(n);
  std::size_t size = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sums[size] = places[i];
    size += counts[i] != 0 ? 1 : 0;
  }
  sums.resize(size);
}

}  // namespace dwell::detect
