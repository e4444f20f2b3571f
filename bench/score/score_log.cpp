#include "bench/score/score_log.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "sim/core/digest.hpp"

namespace dwell::score {
namespace {
constexpr std::size_t kCacheSlots = 64;
}

ScoreLog::ScoreLog(Policy policy, double floor, std::size_t capacity)
    : policy_(policy), floor_(floor), capacity_(capacity), latest_(kCacheSlots) {}

std::size_t ScoreLog::slot(detect::Entity entity) const {
  return mix64(entity.id, static_cast<std::uint64_t>(entity.kind)) % kCacheSlots;
}

void ScoreLog::set_thresholds(std::vector<double> thresholds) {
  thresholds_ = std::move(thresholds);
  std::sort(thresholds_.begin(), thresholds_.end());
}

double ScoreLog::kept(double score) const {
  if (thresholds_.empty()) return score;
  // A handful of them, and which one it is cannot be guessed: all are compared, without a branch.
  std::size_t below = 0;
  for (const double threshold : thresholds_) below += threshold < score ? 1 : 0;
  return below == thresholds_.size() ? std::numeric_limits<double>::infinity() : thresholds_[below];
}

void ScoreLog::add(std::int32_t window, std::span<const detect::Scores::Item> items) {
  for (const detect::Scores::Item& item : items) {
    if (!(item.value > floor_)) continue;
    const double score = kept(item.value);
    Latest& latest = latest_[slot(item.entity)];
    if (latest.place != 0 && latest.entry.entity == item.entity && latest.entry.score == score &&
        latest.entry.last + 1 == window) {
      latest.entry.last = entries_[latest.place - 1].last = window;
      continue;
    }
    if (policy_ == Policy::keep_first && entries_.size() >= capacity_) {
      ++dropped_;
      continue;
    }
    entries_.push_back({item.entity, score, window, window});
    latest = {entries_.back(), static_cast<std::uint32_t>(entries_.size())};
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
  std::fill(latest_.begin(), latest_.end(), Latest{});
}

void ScoreLog::save(ByteWriter& writer) const {
  writer.put(policy_);
  writer.put(floor_);
  writer.put(static_cast<std::uint64_t>(capacity_));
  writer.put(dropped_);
  writer.put_vector(thresholds_);
  writer.put(static_cast<std::uint64_t>(entries_.size()));
  for (const Exceedance& e : entries_) {
    writer.put(e.entity.kind);
    writer.put(e.entity.id);
    writer.put(e.score);
    writer.put(e.first);
    writer.put(e.last);
  }
  for (const Latest& latest : latest_) writer.put(latest.place);
}

void ScoreLog::restore(ByteReader& reader) {
  policy_ = reader.get<Policy>();
  floor_ = reader.get<double>();
  capacity_ = static_cast<std::size_t>(reader.get<std::uint64_t>());
  dropped_ = reader.get<std::uint64_t>();
  thresholds_ = reader.get_vector<double>();
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
  for (Latest& latest : latest_) {
    const auto place = reader.get<std::uint32_t>();
    latest = place != 0 && place <= entries_.size() ? Latest{entries_[place - 1], place} : Latest{};
  }
}

}  // namespace dwell::score
