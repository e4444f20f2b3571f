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

void ScoreLog::save(ByteWriter& writer) const {
  writer.put(policy_);
  writer.put(floor_);
  writer.put(static_cast<std::uint64_t>(capacity_));
  writer.put(dropped_);
  writer.put(static_cast<std::uint64_t>(entries_.size()));
  for (const Exceedance& e : entries_) {
    writer.put(e.entity.kind);
    writer.put(e.entity.id);
    writer.put(e.score);
    writer.put(e.first);
    writer.put(e.last);
  }
  writer.put_vector(latest_);
}

void ScoreLog::restore(ByteReader& reader) {
  policy_ = reader.get<Policy>();
  floor_ = reader.get<double>();
  capacity_ = static_cast<std::size_t>(reader.get<std::uint64_t>());
  dropped_ = reader.get<std::uint64_t>();
  entries_.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    Exceedance e;
    e.entity.kind = reader.get<decltype(e.entity.kind)>();
    e.entity.id = reader.get<decltype(e.entity.id)>();
    e.score = reader.get<double>();
    e.first = reader.get<std::int32_t>();
    e.last = reader.get<std::int32_t>();
    entries_.push_back(e);
  }
  latest_ = reader.get_vector<std::uint32_t>();
  latest_.resize(kCacheSlots);
  for (std::uint32_t& place : latest_) place = place <= entries_.size() ? place : 0;
}

}  // namespace dwell::score
