#pragma once
// Clicks in nearly the right order enter, clicks in order of time leave.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "bench/validate/click.hpp"

namespace dwell::validate {

/// Holds clicks back for `slack_us` of the log's own time, at most `most_held` of them. Clicks of the same microsecond
/// keep the order in which they came.
class TimeOrder {
 public:
  TimeOrder(std::int64_t slack_us, std::size_t most_held) : slack_us_(slack_us), most_held_(most_held) {}

  /// False: later ones have already left, this one is dropped.
  bool add(const Click& click);
  /// Hands over what has been held back long enough; `all`: everything.
  template <class Take>
  void drain(bool all, Take take) {
    while (!buckets_.empty() && (all || due())) {
      Bucket bucket = std::move(buckets_.begin()->second);
      left_minute_ = buckets_.begin()->first;
      buckets_.erase(buckets_.begin());
      sort(bucket);
      for (const Click& click : bucket) take(click);
      held_ -= bucket.size();
      bucket.clear();
      spare_ = std::move(bucket);
    }
  }
  [[nodiscard]] std::int64_t latest_us() const { return latest_us_; }

 private:
  using Bucket = std::vector<Click>;
  static constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
  static std::int64_t minute(std::int64_t time_us) {
    return time_us >= 0 ? time_us / kMinuteUs : -((-time_us + kMinuteUs - 1) / kMinuteUs);
  }
  [[nodiscard]] bool due() const {
    const bool aged = (buckets_.begin()->first + 1) * kMinuteUs + slack_us_ <= latest_us_;
    return aged || (held_ > most_held_ && buckets_.size() > 1);
  }
  static void sort(Bucket& bucket);

  std::int64_t slack_us_;
  std::size_t most_held_;
  std::map<std::int64_t, Bucket> buckets_;  // by minute
  Bucket spare_;
  std::size_t held_ = 0;
  std::int64_t latest_us_ = INT64_MIN;
  std::int64_t left_minute_ = INT64_MIN;  // up to this minute all have left
};

}  // namespace dwell::validate
