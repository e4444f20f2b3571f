#pragma once
// A p value of a score by its rank among the last scores of the same kind, so that scores of any scale can be compared.
//   p = (1 + scores of the past at or above it) / (n + 1)
// Above them all ranks say no more than 1 / (n + 1), and every record would tie; there the tail goes on exponentially:
//   p = exp(-(s - greatest) / e) / (n + 1), e the mean excess of the upper twentieth of the past over its threshold
// Scores are compared with the past, then become part of it. The past is the last `capacity` scores, 8 bytes each.

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class TrailingRank {
 public:
  /// Fewer scores than this make no past.
  static constexpr std::size_t kLeast = 24;

  explicit TrailingRank(std::size_t capacity);
  /// The p value of a score, none while too little is past; then learns it. Linear in the past.
  std::optional<double> step(double score);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const { return past_.capacity() * sizeof(double); }

 private:
  [[nodiscard]] double p_value(double score) const;
  std::size_t capacity_;
  std::vector<double> past_;
  std::uint64_t next_ = 0;  // scores seen
};

}  // namespace dwell::detect
