#pragma once
// The normal distribution of a sliding window of values, as NAB's windowed Gaussian keeps it (Lavin and Ahmad 2015):
// while the window fills, every value is learnt at once; when it is full, values wait until `stride` of them replace
// the oldest together.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

/// State: 8 bytes a value of window and stride. Mean and variance are computed afresh at every slide, so nothing that
/// is rounded adds up: 2 · window / stride additions a value.
class SlidingGaussian {
 public:
  SlidingGaussian(std::size_t window, std::size_t stride);
  [[nodiscard]] std::size_t known() const { return values_.size(); }
  [[nodiscard]] double mean() const { return mean_; }
  /// Of the window as a population; a millionth where it is 0.
  [[nodiscard]] double sd() const { return sd_; }
  void learn(double x);
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const { return (values_.capacity() + waiting_.capacity()) * sizeof(double); }

 private:
  void slide();
  void set_sd(double sum_of_squares);

  std::size_t window_, stride_;
  std::size_t oldest_ = 0;  ///< of the values, once the window is full
  double mean_ = 0;
  double squares_ = 0;  ///< of differences from the mean, while the window fills
  double sd_ = 1;
  std::vector<double> values_, waiting_;
};

}  // namespace dwell::detect
