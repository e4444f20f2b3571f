#pragma once
// Plain statements of what scoring computes cleverly, window by window.

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "bench/score/detection.hpp"
#include "bench/score/episodes.hpp"
#include "bench/score/threshold.hpp"
#include "sim/core/random.hpp"

namespace dwell::score::plain {

using Windows = std::map<detect::Entity, std::set<std::int32_t>>;

inline Windows exceeding(std::span<const Exceedance> entries, double threshold, std::int32_t begin, std::int32_t end) {
  Windows windows;
  for (const Exceedance& entry : entries) {
    for (std::int32_t w = entry.first; w <= entry.last; ++w) {
      if (entry.score > threshold && w >= begin && w < end) windows[entry.entity].insert(w);
    }
  }
  return windows;
}

inline std::uint64_t episodes(const std::set<std::int32_t>& windows) {
  std::uint64_t count = 0;
  std::int32_t open_until = std::numeric_limits<std::int32_t>::min();
  for (const std::int32_t w : windows) {
    if (w < open_until) continue;
    ++count;
    open_until = w + kEpisodeWindows;
  }
  return count;
}

inline std::uint64_t episodes(std::span<const CleanRun> runs, double threshold) {
  std::uint64_t count = 0;
  for (const CleanRun& run : runs) {
    for (const auto& [entity, windows] : exceeding(run.entries, threshold, run.begin, run.end))
      count += episodes(windows);
  }
  return count;
}

/// Random scores of a few entities with runs, ties and gaps.
inline std::vector<Exceedance> random_entries(Seed seed, std::uint32_t run, std::int32_t windows, std::uint32_t count) {
  RandomStream random(seed, run, purpose("random entries"));
  std::vector<Exceedance> entries;
  for (std::uint32_t i = 0; i < count; ++i) {
    Exceedance entry;
    entry.entity = {random.below(4) == 0 ? detect::EntityKind::platform : detect::EntityKind::source, random.below(3)};
    if (entry.entity.kind == detect::EntityKind::platform) entry.entity.id = 0;
    entry.score = 1.0 + random.below(40);
    entry.first = static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(windows)));
    entry.last = std::min(windows - 1, entry.first + static_cast<std::int32_t>(random.below(8) == 0 ? random.below(900)
                                                                                                    : random.below(3)));
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace dwell::score::plain
