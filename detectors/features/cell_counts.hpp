#pragma once
// Requests by network, country or key, told apart by a hash into N cells: this block's, and what is usual.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/core/serial.hpp"

namespace dwell::detect {

template <std::size_t N>
class CellCounts {
  static_assert((N & (N - 1)) == 0, "a power of two");

 public:
  /// The cell of an id.
  static std::uint32_t cell(std::uint32_t id) {
    return static_cast<std::uint32_t>((id * 0x9e3779b97f4a7c15ULL) >> 40) & (N - 1);
  }
  void add(std::size_t cell) { ++now_[cell]; }
  [[nodiscard]] const std::array<std::uint32_t, N>& now() const { return now_; }

  /// The cell with most of the past; N before there is any.
  [[nodiscard]] std::size_t main() const {
    if (total_ <= 0) return N;
    return static_cast<std::size_t>(std::max_element(past_.begin(), past_.end()) - past_.begin());
  }
  /// This block's requests from cells that had a share of the past in [least, below).
  [[nodiscard]] std::int64_t between(double least, double below) const {
    std::int64_t sum = 0;
    for (std::size_t c = 0; c < N; ++c) {
      const bool in = past_[c] >= least * total_ && past_[c] < below * total_;
      sum += in ? now_[c] : 0;
    }
    return sum;
  }
  /// This block becomes past, of which `keep` stays.
  void learn(double keep) {
    total_ = 0;
    for (std::size_t c = 0; c < N; ++c) {
      past_[c] = past_[c] * keep + now_[c];
      if (past_[c] < 1e-9) past_[c] = 0;  // no denormals
      total_ += past_[c];
    }
    now_.fill(0);
  }

  void save(ByteWriter& writer) const {
    writer.put(now_);
    for (const double value : past_) writer.put(value);
    writer.put(total_);
  }
  void restore(ByteReader& reader) {
    now_ = reader.get<std::array<std::uint32_t, N>>();
    for (double& value : past_) value = reader.get<double>();
    total_ = reader.get<double>();
  }

 private:
  std::array<std::uint32_t, N> now_{};
  std::array<double, N> past_{};
  double total_ = 0;
};

}  // namespace dwell::detect
