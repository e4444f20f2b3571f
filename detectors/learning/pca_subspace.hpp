#pragma once
// Streaming principal subspace (Lakhina, Crovella and Diot 2004; limit by Jackson and Mudholkar 1979): how much of a
// point lies outside the space in which points usually move.
//   m, C      mean and covariance, forgotten over `learn_points` (running_gaussian.hpp); C scaled to correlations
//   r         the fewest leading eigenvectors that hold `variance` of the trace
//   Q         squared prediction error: |z - P_r P_r' z|², z = (x - m) / sd
//   limit     Q_α = φ1 (c_α √(2 φ2 h0²) / φ1 + 1 + φ2 h0 (h0 - 1) / φ1²)^(1 / h0), φ_i = Σ_{j>r} λ_j^i,
//             h0 = 1 - 2 φ1 φ3 / (3 φ2²), c_α the normal quantile of 1 - α
//   score     Q / Q_α
// Mean, sd, eigenvectors and limit are those of the last refit, every `refit` points, so a point is scored before it is
// learnt. What is blamed is the dimension with the greatest part of the error. Nothing is scored before 4 d points.
//
// Defaults: variance .9, α .001; learn_points 672 and refit 24 are ours. On telemetry: hourly residuals of 16 features,
// four weeks, made anew once a day; the score names the page whose feature is blamed, else the platform; tier T0.
// Cost: d² a point, 100 us a refit. State: 8 KB at any scale.
// Check: Q exceeds Q_α for a share α of Gaussian points.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/learning/running_gaussian.hpp"

namespace dwell::detect {

class PcaSubspace {
 public:
  static Descriptor describe();
  PcaSubspace(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  double step(std::span<const double> point);
  [[nodiscard]] std::optional<std::size_t> blamed() const { return blamed_; }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

  /// Q_α from φ1, φ2 and φ3.
  static double limit(double phi1, double phi2, double phi3, double alpha);

 private:
  double error(std::span<const double> point);
  void refit();

  std::size_t dimension_;
  double variance_, alpha_;
  std::uint32_t refit_;
  RunningGaussian gaussian_;
  std::uint64_t seen_ = 0;
  double limit_ = 0;               // 0: nothing known yet, or nothing left outside the space
  std::vector<double> mean_, sd_;  // at the last refit
  std::vector<double> outside_;    // eigenvectors that are left out of the space, one after the other
  std::optional<std::size_t> blamed_;
};

extern const CatalogueEntry pca_subspace_entry;

}  // namespace dwell::detect
