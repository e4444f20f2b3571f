#pragma once
// A score of the MIDAS family before it is divided, so that the rows of one tick are compared without a division.

namespace dwell::detect {

/// The published score, times t - 1: square / total.
struct MidasRatio {
  double square = 0;
  double total = 1;  ///< never 0
  [[nodiscard]] bool below(const MidasRatio& other) const { return square * other.total < other.square * total; }
};

}  // namespace dwell::detect
