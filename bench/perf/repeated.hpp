#pragma once
// What several runs of the same measurement say together.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace dwell::perf {

/// Runs that differ by more were disturbed by what else the machine did.
inline constexpr double kQuietSpread = 0.1;

/// The place of the median among `figures`, not empty; of an even number the lower of the two in the middle.
inline std::size_t median_place(std::span<const double> figures) {
  std::vector<std::size_t> order(figures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return figures[a] < figures[b]; });
  return order[(order.size() - 1) / 2];
}

/// Largest less smallest, as a share of the median; `figures` are not negative and not none. 0 where the median is 0.
inline double spread(std::span<const double> figures) {
  const auto [least, most] = std::minmax_element(figures.begin(), figures.end());
  const double median = figures[median_place(figures)];
  return median > 0 ? (*most - *least) / median : 0;
}

}  // namespace dwell::perf
