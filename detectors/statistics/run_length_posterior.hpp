#pragma once
// Bayesian online change-point detection (Adams and MacKay 2007) for a normal stream of unit variance whose mean is
// drawn anew from N(0, prior_sd²) at every change, with the constant hazard H. Before n points were seen, with the run
// length r the number of points since the last change (r_0 = 0):
//   growth  P(r_n = r + 1, x_1…n) = P(r_(n-1) = r, x_1…n-1) · p(x_n | the last r points) · (1 - H)
//   change  P(r_n = 0, x_1…n)     = H · sum over r of P(r_(n-1) = r, x_1…n-1) · p(x_n | the last r points)
// and the posterior of r_n is their share of the sum. With the sum s of the last r points and q = 1 / prior_sd² + r,
// p(x | them) is the density of N(s / q, 1 + 1 / q).
//
// At most `most_runs` run lengths are held. When one more comes, of two neighbours the likelier takes over the other's
// probability: of the pair whose less likely one is least probable, leaving out the newest and pairs of a run shorter
// than `recent` and one that is not. So nothing of the posterior is lost, what moves in a step is below 2 / (most_runs
// - 4), and none of it moves across `recent`. With 32, evidence_of_change differs from the exact one by .08 nats in the
// mean over a test's stream, and by less than 30 % of 1 + itself while a change of 1.5 sd is up to 18 points old; as
// the change grows older than `recent`, its end shifts by a few points.

#include <cstdint>
#include <vector>

#include "sim/core/serial.hpp"

namespace dwell::detect {

struct RunLengthOptions {
  double hazard = 0.01;          ///< probability of a change at any point, 0 < hazard < 1
  double prior_sd = 1;           ///< of the mean after a change
  std::uint64_t recent = 36;     ///< points
  std::uint32_t most_runs = 32;  ///< >= 8
};

/// State: 32 bytes a run length held. A step costs about 20 ns each.
class RunLengthPosterior {
 public:
  struct Run {
    std::uint64_t length;
    double probability;
  };
  explicit RunLengthPosterior(const RunLengthOptions& options);
  void step(double x);
  /// Longest first; probabilities sum to 1.
  [[nodiscard]] std::vector<Run> posterior() const;
  /// -ln P(r_n >= recent): nats of evidence that something changed within the last `recent` points; 0 while fewer were
  /// seen.
  [[nodiscard]] double evidence_of_change() const;
  /// The posterior mean of the stream's mean.
  [[nodiscard]] double mean() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t heap_bytes() const {
    return (probability_.capacity() + precision_.capacity() + mean_.capacity() + fit_.capacity()) * sizeof(double);
  }

 private:
  void merge_least();
  /// Of how many points the i-th run is long; 0 for the newest.
  [[nodiscard]] double length(std::size_t i) const { return precision_[i] - prior_precision_; }
  [[nodiscard]] bool is_recent(std::size_t i) const { return precision_[i] < recent_precision_; }

  RunLengthOptions options_;
  double prior_precision_;
  double recent_precision_;  ///< between those of the longest recent run and of the next
  std::uint64_t seen_ = 0;
  // Of each run length held, longest first.
  std::vector<double> probability_;
  std::vector<double> precision_;  ///< q
  std::vector<double> mean_;       ///< s / q
  std::vector<double> fit_;        ///< of a step, no state
};

}  // namespace dwell::detect
