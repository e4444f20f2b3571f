#include "detectors/statistics/sliding_gaussian.hpp"

#include <utility>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

SlidingGaussian::SlidingGaussian(std::size_t window, std::size_t stride) : window_(window), stride_(stride) {
  DWELL_DEMAND(stride >= 1 && stride <= window, "a window slides by some of its values");
  values_.reserve(window);
  waiting_.reserve(stride);
}

void SlidingGaussian::learn(double x) {
  if (values_.size() == window_) {
    waiting_.push_back(x);
    if (waiting_.size() == stride_) slide();
    return;
  }
  values_.push_back(x);
  const double before = x - mean_;
  mean_ += before / static_cast<double>(values_.size());
  squares_ += before * (x - mean_);
  set_sd(squares_);
}

void SlidingGaussian::slide() {
  for (const double x : waiting_) {
    values_[oldest_] = x;
    oldest_ = oldest_ + 1 == window_ ? 0 : oldest_ + 1;
  }
  waiting_.clear();
  double sum = 0;
  for (const double x : values_) sum += x;
  mean_ = sum / static_cast<double>(window_);
  double squares = 0;
  for (const double x : values_) squares += (x - mean_) * (x - mean_);
  set_sd(squares);
}

void SlidingGaussian::set_sd(double sum_of_squares) {
  const double sd = det_sqrt(sum_of_squares / static_cast<double>(values_.size()));
  sd_ = sd > 0 ? sd : 1e-6;
}

void SlidingGaussian::save(ByteWriter& writer) const {
  writer.put(static_cast<std::uint64_t>(oldest_));
  writer.put(mean_);
  writer.put(squares_);
  writer.put(sd_);
  writer.put_vector(values_);
  writer.put_vector(waiting_);
}

void SlidingGaussian::restore(ByteReader& reader) {
  oldest_ = static_cast<std::size_t>(reader.get<std::uint64_t>()) % window_;
  mean_ = reader.get<double>();
  squares_ = reader.get<double>();
  sd_ = reader.get<double>();
  const std::vector<double> values = reader.get_vector<double>();
  const std::vector<double> waiting = reader.get_vector<double>();
  if (values.size() > window_ || waiting.size() >= stride_) return reader.fail();
  // Not moved in: the room for what follows stays.
  values_.assign(values.begin(), values.end());
  waiting_.assign(waiting.begin(), waiting.end());
}

}  // namespace dwell::detect
