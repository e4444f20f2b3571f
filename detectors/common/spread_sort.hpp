#pragma once
// Sorting what is spread evenly: one pass counts places, one puts each item near its own, and an insertion sort, which
// hardly moves anything, ends it. Unlike a sort by comparisons it asks few questions that a processor cannot foresee.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace dwell::detect {

/// Scratch, kept between calls. Linear in the items where `spread` is even; those of which more than a few share a
/// place are left to std::sort, and all of them where most share one.
template <class T>
class SpreadSort {
 public:
  /// Sorts by `less`. `spread(item)` is a 32-bit number that never falls along the sorted order.
  template <class Spread, class Less>
  void operator()(std::vector<T>& items, Spread spread, Less less) {
    if (items.size() < 2) return;
    const std::size_t places = std::bit_ceil(items.size());
    const auto shift = 32U - static_cast<unsigned>(std::countr_zero(places));
    begins_.assign(places, 0);
    std::uint32_t* const begins = begins_.data();
    for (const T& item : items) ++begins[static_cast<std::uint64_t>(spread(item)) >> shift];
    std::uint32_t begin = 0;
    std::uint32_t most = 0;
    for (std::size_t p = 0; p < places; ++p) {
      const std::uint32_t count = std::exchange(begins[p], begin);
      begin += count;
      most = std::max(most, count);
    }
    if (most > kMostAtPlace && most > items.size() / 2) return std::sort(items.begin(), items.end(), less);
    sorted_.resize(items.size());
    T* const sorted = sorted_.data();
    for (const T& item : items) sorted[begins[static_cast<std::uint64_t>(spread(item)) >> shift]++] = item;
    if (most > kMostAtPlace) {
      begin = 0;
      for (std::size_t p = 0; p < places; ++p) {  // `begins` are ends by now
        if (begins[p] - begin > kMostAtPlace) std::sort(sorted + begin, sorted + begins[p], less);
        begin = begins[p];
      }
    }
    for (std::size_t i = 1; i < items.size(); ++i) {
      if (!less(sorted[i], sorted[i - 1])) continue;
      const T item = sorted[i];
      std::size_t to = i;
      for (; to > 0 && less(item, sorted[to - 1]); --to) sorted[to] = sorted[to - 1];
      sorted[to] = item;
    }
    items.swap(sorted_);
  }

 private:
  static constexpr std::uint32_t kMostAtPlace = 16;
  std::vector<std::uint32_t> begins_;
  std::vector<T> sorted_;
};

}  // namespace dwell::detect
