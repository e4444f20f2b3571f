#include "sim/core/edit_distance.hpp"

#include <algorithm>
#include <vector>

namespace dwell {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // By letters of a: the costs for each beginning of b, and those of the two letters before.
  std::vector<std::size_t> cost(b.size() + 1), before(b.size() + 1), before_that(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) cost[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_that.swap(before);
    before.swap(cost);
    cost[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = before[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      cost[j] = std::min({before[j] + 1, cost[j - 1] + 1, substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[j] = std::min(cost[j], before_that[j - 2] + 1);
    }
  }
  return cost[b.size()];
}

}  // namespace dwell
