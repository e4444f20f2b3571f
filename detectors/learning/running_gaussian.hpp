#pragma once
// Mean and covariance of a stream of vectors, exponentially forgotten, and the Mahalanobis distance to them.
// Welford's update (1962), weighted as West (1979) has it, with every earlier weight multiplied by `keep` first:
//   W ← keep·W + 1;  δ = x - m;  m ← m + δ/W;  S ← keep·S + δ (x - m_new)ᵀ;  covariance = S / (W - V/W)
// where V ← keep²·V + 1 makes the covariance unbiased for independent vectors.
// D²(x) = (x - m)ᵀ C⁻¹ (x - m) by the LDLᵀ factorisation: χ² with d degrees of freedom for Gaussian data, once W is
// large.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class RunningGaussian {
 public:
  /// Vectors of `dimension` numbers; `keep` is in (0, 1], 1 forgets nothing.
  RunningGaussian(std::size_t dimension, double keep);

  /// d² operations.
  void learn(std::span<const double> x);
  /// D² of x against what was learnt; 0 while fewer than 3·d vectors carry weight. d³/3 operations. Directions in which
  /// the data never varied are given the variance `least_variance`.
  [[nodiscard]] double distance_squared(std::span<const double> x, double least_variance = 1e-9) const;
  /// Row by row; all 0 while the weights leave no freedom.
  [[nodiscard]] std::vector<double> covariance() const;
  [[nodiscard]] double weight() const { return weight_; }
  [[nodiscard]] std::span<const double> mean() const { return mean_; }
  [[nodiscard]] std::uint64_t bytes() const { return (mean_.capacity() + scatter_.capacity()) * sizeof(double); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  std::size_t dimension_;
  double keep_;
  double weight_ = 0;         // W
  double square_weight_ = 0;  // V
  std::vector<double> mean_;
  std::vector<double> scatter_;  // row by row
};

}  // namespace dwell::detect
