#include "bench/score/detection.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "bench/score/episodes.hpp"

namespace dwell::score {
namespace {

struct Range {
  std::int32_t first, last;
};
using RangesByEntity = std::map<detect::Entity, std::vector<Range>>;

/// Windows within six hours of an alarm, for each entity: disjoint ranges in order, none next to another.
RangesByEntity near_alarms(std::span<const Exceedance> entries, double threshold) {
  RangesByEntity ranges;
  for (const Exceedance& entry : entries) {
    if (entry.score > threshold)
      ranges[entry.entity].push_back({entry.first - kEpisodeWindows, entry.last + kEpisodeWindows});
  }
  for (auto& [entity, list] : ranges) {
    std::sort(list.begin(), list.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (const Range& range : list) {
      if (kept != 0 && range.first <= list[kept - 1].last + 1)
        list[kept - 1].last = std::max(list[kept - 1].last, range.last);
      else
        list[kept++] = range;
    }
    list.resize(kept);
  }
  return ranges;
}

/// The first window >= `window` that no alarm of the clean twin comes within six hours of.
std::int32_t clear_of_twin(const RangesByEntity& twin, detect::Entity entity, std::int32_t window) {
  const auto found = twin.find(entity);
  if (found == twin.end()) return window;
  const auto behind = std::upper_bound(found->second.begin(), found->second.end(), window,
                                       [](std::int32_t w, const Range& range) { return w < range.first; });
  return behind == found->second.begin() ? window : std::max(window, std::prev(behind)->last + 1);
}

}  // namespace

std::optional<Detection> first_detection(const DetectionQuery& query) {
  const RangesByEntity twin = near_alarms(query.clean, query.threshold);
  std::vector<const Exceedance*> alarms;
  for (const Exceedance& entry : query.view) {
    if (entry.score > query.threshold && entry.last >= query.from_window) alarms.push_back(&entry);
  }
  std::sort(alarms.begin(), alarms.end(), [](const Exceedance* a, const Exceedance* b) {
    return std::tie(a->first, a->entity) < std::tie(b->first, b->entity);
  });

  std::optional<Detection> best;
  for (const Exceedance* alarm : alarms) {
    if (best && alarm->first >= best->window) break;
    const std::int32_t end = best ? best->window : query.end_window;
    std::int32_t window = clear_of_twin(twin, alarm->entity, std::max(alarm->first, query.from_window));
    for (; window <= alarm->last && window < end; window = clear_of_twin(twin, alarm->entity, window + 1)) {
      const Time stamped{(static_cast<std::int64_t>(window) + 1) * query.window_length.us};
      const bool platform = alarm->entity.kind == detect::EntityKind::platform;
      if (!platform && !query.belongs(alarm->entity, stamped)) continue;
      best = Detection{window, stamped, alarm->entity};
      break;
    }
  }
  return best;
}

}  // namespace dwell::score
