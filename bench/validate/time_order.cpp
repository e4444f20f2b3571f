#include "bench/validate/time_order.hpp"

#include <algorithm>

namespace dwell::validate {

bool TimeOrder::add(const Click& click) {
  const std::int64_t at = minute(click.time_us);
  if (at <= left_minute_) return false;
  const auto [bucket, fresh] = buckets_.try_emplace(at);
  if (fresh) bucket->second.swap(spare_);
  bucket->second.push_back(click);
  ++held_;
  latest_us_ = std::max(latest_us_, click.time_us);
  return true;
}

void TimeOrder::sort(Bucket& bucket) {
  const auto earlier = [](const Click& a, const Click& b) { return a.time_us < b.time_us; };
  if (!std::is_sorted(bucket.begin(), bucket.end(), earlier)) std::stable_sort(bucket.begin(), bucket.end(), earlier);
}

}  // namespace dwell::validate
