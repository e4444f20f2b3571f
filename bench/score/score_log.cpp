#include "bench/score/score_log.hpp"

#include <algorithm>

#include "sim/core/digest.hpp"

namespace dwell::score {
namespace {
constexpr std::size_t kCacheSlots = 64;
}

ScoreLog::ScoreLog(Policy policy, double floor, std::size_t capacity)
    : policy_(policy), floor_(floor), capacity_(capacity), latest_(kCacheSlots, 0U) {}

std::size_t ScoreLog::slot(detect::Entity entity) const {
  return mix64(entity.id, static_cast<std::uint64_t>(entity.kind)) % kCacheSlots;
}

void ScoreLog::add(std::int32_t window, std::span<const detect::Scores::Item> items) {
  for (const detect::Scores::Item& item : items) {
    if (!(item.value > floor_)) continue;
    std::uint32_t& cached = latest_[slot(item.entity)];
    if (cached != 0) {
      Exceedance& latest = entries_[cached - 1];
      if (latest.entity == item.entity && latest.score == item.value && latest.last + 1 == window) {
        latest.last = window;
        continue;
      }
    }
    if (policy_ == Policy::keep_first && entries_.size() >= capacity_) {
      ++dropped_;
      continue;
    }
    entries_.push_back({item.entity, item.value, window, window});
    cached = static_cast<std::uint32_t>(entries_.size());
    if (policy_ == Policy::keep_highest && entries_.size() >= 2 * capacity_) make_room();
  }
}

void ScoreLog::make_room() {
  std::vector<double> scores(entries_.size());
  std::transform(entries_.begin(), entries_.end(), scores.begin(), [](const Exceedance& e) { return e.score; });
  const auto cut = scores.begin() + static_cast<std::ptrdiff_t>(capacity_);
  std::nth_element(scores.begin(), cut, scores.end(), std::greater<>());
  floor_ = *cut;
  const auto kept =
      std::remove_if(entries_.begin(), entries_.end(), [&](const Exceedance& e) { return e.score <= floor_; });
  dropped_ += static_cast<std::uint64_t>(entries_.end() - kept);
  entries_.erase(kept, entries_.end());
  std::fill(latest_.begin(), latest_.end(), 0U);
}

}  // namespace dwell::score
