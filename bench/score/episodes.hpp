#pragma once
// Episodes: an alert on an entity stays open for exactly six hours from its first exceedance; a later exceedance opens
// another.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "bench/score/score_log.hpp"

namespace dwell::score {

/// Six hours of one-minute windows.
inline constexpr std::int32_t kEpisodeWindows = 360;

/// The exceedances of one entity in one run, and how many episodes they make. Ranges may be added in any order, as when
/// a threshold is lowered step by step; an addition costs O(log n) plus the episodes it displaces.
class EpisodeSet {
 public:
  /// Adds windows [first, last].
  void add(std::int32_t first, std::int32_t last);
  [[nodiscard]] std::size_t count() const { return starts_.size(); }
  [[nodiscard]] const std::set<std::int32_t>& starts() const { return starts_; }

 private:
  void insert_range(std::int32_t first, std::int32_t last);
  /// The first exceeding window at or after `window`, or -1.
  [[nodiscard]] std::int32_t next(std::int32_t window) const;

  std::map<std::int32_t, std::int32_t> ranges_;  // last → first, disjoint
  std::set<std::int32_t> starts_;
};

/// Episodes of all entities with scores above `threshold` that open in windows [begin, end).
std::uint64_t count_episodes(std::span<const Exceedance> entries, double threshold, std::int32_t begin,
                             std::int32_t end);

}  // namespace dwell::score
