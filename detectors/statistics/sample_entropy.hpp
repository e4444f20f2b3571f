#pragma once
// Entropy of an empirical distribution, the same bits whatever the order of its counts.

#include <cstdint>
#include <vector>

namespace dwell::detect {

/// What a set of counts says of its distribution. Natural logarithms.
struct SampleEntropy {
  double entropy = 0;       ///< H = -sum (n_i / N) ln (n_i / N); ln k for k equal counts; 0 when empty
  double observations = 0;  ///< N
  /// H / ln N in [0, 1]: 1 when all observations differ. 1 for fewer than two observations.
  [[nodiscard]] double normalised() const;
};

/// Of counts > 0, and of `singles` more that are 1 each. Counts of 64 and more are sorted in `counts`, which
/// then holds nothing else of use; the others take linear time.
SampleEntropy sample_entropy(std::vector<std::int64_t>& counts, std::int64_t singles = 0);

}  // namespace dwell::detect
