#include "bench/score/episodes.hpp"

#include <algorithm>

namespace dwell::score {

void EpisodeSet::insert_range(std::int32_t first, std::int32_t last) {
  auto at = ranges_.lower_bound(first - 1);  // the first range that ends at or after it: overlapping or adjacent
  while (at != ranges_.end() && at->second <= last + 1) {
    first = std::min(first, at->second);
    last = std::max(last, at->first);
    at = ranges_.erase(at);
  }
  ranges_.emplace(last, first);
}

std::int32_t EpisodeSet::next(std::int32_t window) const {
  const auto at = ranges_.lower_bound(window);
  return at == ranges_.end() ? -1 : std::max(at->second, window);
}

void EpisodeSet::add(std::int32_t first, std::int32_t last) {
  insert_range(first, last);
  auto after = starts_.upper_bound(first);
  std::int32_t cursor = first;
  if (after != starts_.begin()) cursor = std::max(first, *std::prev(after) + kEpisodeWindows);
  // Every start before `cursor` stands. From there the chain is laid anew until it meets an old start behind the added
  // range.
  while (true) {
    const std::int32_t start = next(cursor);
    auto stale = starts_.lower_bound(cursor);
    if (start < 0) {
      starts_.erase(stale, starts_.end());
      return;
    }
    while (stale != starts_.end() && *stale < start) stale = starts_.erase(stale);
    const bool met = stale != starts_.end() && *stale == start;
    if (met && start > last) return;
    if (!met) starts_.insert(start);
    cursor = start + kEpisodeWindows;
    // Old starts inside the episode just opened are covered by it.
    for (auto covered = starts_.upper_bound(start); covered != starts_.end() && *covered < cursor;) {
      covered = starts_.erase(covered);
    }
  }
}

std::uint64_t count_episodes(std::span<const Exceedance> entries, double threshold, std::int32_t begin,
                             std::int32_t end) {
  std::map<detect::Entity, EpisodeSet> by_entity;
  for (const Exceedance& entry : entries) {
    const std::int32_t first = std::max(entry.first, begin);
    const std::int32_t last = std::min(entry.last, end - 1);
    if (entry.score > threshold && first <= last) by_entity[entry.entity].add(first, last);
  }
  std::uint64_t count = 0;
  for (const auto& [entity, episodes] : by_entity) count += episodes.count();
  return count;
}

}  // namespace dwell::score
