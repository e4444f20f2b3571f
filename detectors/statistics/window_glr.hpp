#pragma once
// Window-limited generalised likelihood ratio for a rise of the mean of a standard normal stream (Lai 1998):
//   G_n = max over n - W <= k < n of  (S_n - S_k)² / (2 (n - k))  where S_n > S_k, else 0;   S_n = z_1 + … + z_n.
// The maximum is exact: prefix sums lie in groups of sixteen with the least of each, which bounds what a group can add,
// so that most groups are passed over. State 8.5 bytes a step of the window.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

class WindowGlr {
 public:
  /// `window` >= 1: the most steps that a shift can lie back.
  explicit WindowGlr(std::uint32_t window);
  double step(double z);
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const {
    return (sums_.capacity() + least_.capacity() + half_inverse_.capacity()) * sizeof(double);
  }

 private:
  static constexpr std::uint32_t kGroup = 16;
  void remember();
  [[nodiscard]] double best_in(std::uint64_t first, std::uint64_t last, double best) const;

  std::uint32_t window_;
  std::uint64_t steps_ = 0;
  double sum_ = 0;                    ///< S_n, from an origin that moves with the ring
  std::vector<double> sums_;          ///< S_k at k modulo its size
  std::vector<double> least_;         ///< of each group
  std::vector<double> half_inverse_;  ///< 1 / (2 m)
};

}  // namespace dwell::detect
