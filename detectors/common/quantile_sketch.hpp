#pragma once
// DDSketch (Masson, Rim and Lee 2019): quantiles of positive values with a relative error. Buckets grow by γ =
// (1+α)/(1-α): bucket i counts values in (γ^(i-1), γ^i], and stands for 2γ^i / (γ+1).
//   a quantile of values between `least` and `most` is off by no more than α of it
// Values below `least` count as `least`, those above `most` as `most`. Counts are integers: sketches made alike merge
// exactly in any grouping, and what was merged can be taken back.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

/// 4 bytes a bucket, ln(most / least) / 2α of them. An addition costs a logarithm.
class QuantileSketch {
 public:
  QuantileSketch(double alpha, double least, double most);

  void add(double value);
  void merge(const QuantileSketch& other);
  /// Takes back what was merged.
  void subtract(const QuantileSketch& other);
  void clear();
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The value of rank ⌊q (count - 1)⌋ from below, 0 <= q <= 1; needs a value.
  [[nodiscard]] double quantile(double q) const;

  [[nodiscard]] std::uint64_t bytes() const { return buckets_.capacity() * sizeof(std::uint32_t); }
  void save(ByteWriter& writer) const { writer.put_vector(buckets_); }
  void restore(ByteReader& reader);

 private:
  [[nodiscard]] std::int64_t bucket_of(double value) const;

  double log_gamma_;
  double representative_;  // 2 / (γ + 1)
  double least_;
  double most_;
  std::int64_t first_;                  // number of the first bucket
  std::vector<std::uint32_t> buckets_;  // counts
  std::uint64_t count_ = 0;             // their sum
};

}  // namespace dwell::detect
