#include "bench/score/detection.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "bench/score/episodes.hpp"

namespace dwell::score {
namespace {

struct Range {
  std::int32_t first, last;
};
using RangesByEntity = std::map<detect::Entity, std::vector<Range>>;

RangesByEntity alarms_of(std::span<const Exceedance> entries, double threshold) {
  RangesByEntity ranges;
  for (const Exceedance& entry : entries) {
    if (entry.score > threshold) ranges[entry.entity].push_back({entry.first, entry.last});
  }
  for (auto& [entity, list] : ranges) {
    std::sort(list.begin(), list.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  }
  return ranges;
}

/// The first window >= `window` that no alarm of the clean twin comes within six hours of.
std::int32_t clear_of_twin(const RangesByEntity& twin, detect::Entity entity, std::int32_t window) {
  const auto found = twin.find(entity);
  if (found == twin.end()) return window;
  for (const Range& alarm : found->second) {  // sorted by first
    if (alarm.first - kEpisodeWindows > window) break;
    if (alarm.last + kEpisodeWindows >= window) window = alarm.last + kEpisodeWindows + 1;
  }
  return window;
}

}  // namespace

std::optional<Detection> first_detection(const DetectionQuery& query) {
  const RangesByEntity twin = alarms_of(query.clean, query.threshold);
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
