#include "detectors/common/quantile_sketch.hpp"

#include <algorithm>
#include <numeric>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

QuantileSketch::QuantileSketch(double alpha, double least, double most)
    : log_gamma_(det_log1p(alpha) - det_log1p(-alpha)),
      representative_(1 - alpha),
      least_(least),
      most_(most),
      first_(bucket_of(least)) {
  DWELL_DEMAND(alpha > 0 && alpha < 1 && least > 0 && least < most, "a quantile sketch needs an error and a range");
  buckets_.assign(static_cast<std::size_t>(bucket_of(most) - first_ + 1), 0);
}

std::int64_t QuantileSketch::bucket_of(double value) const {
  const double exact = det_log(value) / log_gamma_;
  const auto below = static_cast<std::int64_t>(exact);
  return static_cast<double>(below) < exact ? below + 1 : below;
}

void QuantileSketch::add(double value) {
  DWELL_ASSERT(value == value);
  ++buckets_[static_cast<std::size_t>(bucket_of(std::clamp(value, least_, most_)) - first_)];
  ++count_;
}

void QuantileSketch::merge(const QuantileSketch& other) {
  DWELL_DEMAND(buckets_.size() == other.buckets_.size() && first_ == other.first_ && log_gamma_ == other.log_gamma_,
               "quantile sketches to merge must be made alike");
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

void QuantileSketch::subtract(const QuantileSketch& other) {
  DWELL_DEMAND(buckets_.size() == other.buckets_.size() && first_ == other.first_ && log_gamma_ == other.log_gamma_,
               "quantile sketches to subtract must be made alike");
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] -= other.buckets_[i];
  count_ -= other.count_;
}

void QuantileSketch::clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0U);
  count_ = 0;
}

double QuantileSketch::quantile(double q) const {
  DWELL_DEMAND(count_ > 0, "a quantile of nothing");
  auto rank = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1));
  std::size_t bucket = 0;
  for (; bucket + 1 < buckets_.size() && rank >= buckets_[bucket]; ++bucket) rank -= buckets_[bucket];
  // 2γ^i / (γ+1) = (1-α) γ^i.
  return representative_ * det_exp(static_cast<double>(first_ + static_cast<std::int64_t>(bucket)) * log_gamma_);
}

void QuantileSketch::restore(ByteReader& reader) {
  const std::vector<std::uint32_t> buckets = reader.get_vector<std::uint32_t>();
  if (buckets.size() != buckets_.size()) return reader.fail();
  buckets_ = buckets;
  count_ = std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0});
}

}  // namespace dwell::detect
