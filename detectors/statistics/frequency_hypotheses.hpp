#pragma once
// Windows of a quantised stream against the frequencies of earlier windows (Wang et al. 2011, figure 1; as NAB runs
// it).
//   n_b    values in bin b of the last W,   b = min(bins - 1, clamp(⌈(x - low) / ((high - low) / bins)⌉, 0, bins))
//   D_i    2 W sum over b of (n_b / W) ln(n_b / p_ib), p_i the frequencies of hypothesis i: about chi-squared with
//          bins - 1 degrees of freedom when they hold
// The window agrees with the hypothesis of least D_i if that is below a limit, which then counts one more window; else
// it becomes a hypothesis itself. Frequencies of 0 count as 1e-6, so that D stays finite; with W up to 1,000 a single
// value in a bin that a hypothesis has never seen still puts it beyond the limit.
//
// What is told of a window is its least D_i to a hypothesis that `established` windows make, its own first one
// included. With 1 it is at the limit or beyond exactly where the published rule rejects. But windows overlap: a change
// enters value by value, each time a little beyond the limit of the window before last, which has just become a
// hypothesis. With W it stands out from what was usual for as long as a window.
//
// NAB takes low and high from the whole series, its future included. Here the first `range_values` give them; their
// windows are then learnt in order, untold, and values beyond the range fall into the outer bins. At most
// `most_hypotheses` are held; the one that agreed least often, the oldest among equals, makes room.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

struct FrequencyOptions {
  std::uint32_t bins = 5;
  std::uint32_t window = 52;
  double limit = 13.276704135987622;  ///< chi-squared quantile .99 at 4 degrees of freedom
  std::uint32_t established = 52;     ///< windows; NAB: 1
  std::uint32_t range_values = 1000;
  std::uint32_t most_hypotheses = 64;
};

/// State: 4 bytes a bin and hypothesis. A value costs about 3 ns a hypothesis.
class FrequencyHypotheses {
 public:
  explicit FrequencyHypotheses(const FrequencyOptions& options);
  /// Judges the window that ends with x, then learns it: the least D_i of the established, 0 while there is none.
  double step(double x);
  [[nodiscard]] std::size_t hypotheses() const { return agreed_.size(); }
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const {
    return (recent_.capacity() + counts_.capacity() + agreed_.capacity() + frequencies_.capacity()) * 4 +
           (log_share_.capacity() + first_.capacity()) * 8;
  }

 private:
  [[nodiscard]] std::uint32_t bin_of(double x) const;
  double judge(double x);
  void open_range();
  void add_hypothesis();

  FrequencyOptions options_;
  std::uint64_t seen_ = 0;
  std::uint32_t oldest_ = 0;  ///< of the window's values
  double low_ = 0, high_ = 0;
  std::vector<double> log_share_;           ///< ln(n / W), n = 0 … W
  std::vector<double> first_;               ///< until the range is known
  std::vector<std::uint32_t> recent_;       ///< bins of the window, a ring
  std::vector<std::uint32_t> counts_;       ///< n_b
  std::vector<std::uint32_t> agreed_;       ///< windows, by hypothesis
  std::vector<std::uint32_t> frequencies_;  ///< p · W, by hypothesis and bin
};

}  // namespace dwell::detect
