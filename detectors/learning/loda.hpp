#pragma once
// LODA, a lightweight on-line detector of anomalies (Pevný 2016): the mean of many one-dimensional histograms.
//   w_i       k random directions: ⌈√d⌉ of the dimensions, without replacement, with weights N(0, 1)
//   p_i(v)    histogram of w_i · x over a window of n points: B bins of equal width from least to greatest,
//             p = (c + 1/2) / (n + B / 2) of a bin with c points, c = 0 outside
//   score     -1/k Σ_i ln p_i(w_i · x)
// Probabilities of bins stand for densities: the widths add the same to every point's score. The half points keep
// logarithms finite. Histograms are those of the window before, so that a point is scored before it is learnt; the
// first window is not scored.
//
// Defaults: k 100; n 256 and B 16 are ours. On telemetry: hourly residuals of 16 features, so a window is 10.7 days;
// tier T0. Cost: k √d multiplications, 1 us a point, 200 us at the end of a window. State: 62 KB at any scale.
// Check: scores by plain histograms to 1e-9.

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

class Loda {
 public:
  static Descriptor describe();
  Loda(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

  /// Direction i, all dimensions: most weights are 0.
  static std::vector<double> direction(Seed seed, std::uint32_t i, std::size_t dimension);

 private:
  [[nodiscard]] double project(std::size_t i, std::span<const double> x) const;
  [[nodiscard]] double score(std::span<const double> x) const;
  void end_window();
  void take_logarithms();

  std::size_t dimension_;
  std::uint32_t directions_, window_, bins_;
  std::size_t chosen_;                // dimensions of a direction
  std::vector<std::uint32_t> place_;  // direction by direction
  std::vector<double> weight_;
  std::vector<double> points_;         // of this window
  std::vector<double> least_, width_;  // of the window before, by direction; empty at first
  std::vector<std::uint32_t> counts_;  // by direction and bin
  std::vector<double> log_;            // ln p of a bin, by its points
};

extern const CatalogueEntry loda_entry;

}  // namespace dwell::detect
