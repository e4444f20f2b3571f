#pragma once
// Bootstrap intervals, repeatable: every resample is a pure function of the stream's seed and its own ordinal.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "bench/stats/summary.hpp"
#include "sim/core/ids.hpp"

namespace dwell::stats {

struct BootstrapOptions {
  std::uint32_t resamples = 10'000;  ///< at least 100
  double alpha = 0.05;               ///< the interval has confidence 1 - alpha
  Seed seed{1};                      ///< changes the resamples and nothing else
};

struct BootstrapInterval {
  double estimate = 0;
  double low = 0;
  double high = 0;
  double standard_error = 0;  ///< sd of the resampled estimates
  /// bca: bias-corrected and accelerated. percentile: the fallback where the correction does not exist (all resamples
  /// on one side of the estimate, or an acceleration that turns the quantiles around). point: the data leave no choice.
  enum class Method : std::uint8_t { bca, percentile, point } method = Method::bca;
};

/// Interval of the mean (of paired differences, for instance), Efron (1987):
///   quantiles at Phi(z0 + (z0 + z) / (1 - a (z0 + z))),
/// z0 the normal quantile of the share of resamples below the estimate (ties count half), a the acceleration by
/// jackknife. Demands a non-empty sample; a sample of one, or of equal values, gives a point. O(n · resamples) time.
BootstrapInterval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

/// Mean of first[i] - second[i]; both of equal length.
BootstrapInterval bootstrap_paired_difference(std::span<const double> first, std::span<const double> second,
                                              const BootstrapOptions& options = {});

/// Resamples whole clusters (all rows of one seed, all pairs of one scenario): the statistic sees the chosen clusters'
/// numbers, with repeats, and the jackknife leaves out one cluster at a time. `statistic` must be finite for every
/// non-empty choice.
BootstrapInterval bootstrap_clusters(std::uint32_t clusters,
                                     const std::function<double(std::span<const std::uint32_t>)>& statistic,
                                     const BootstrapOptions& options = {});

/// Mean over strata of the means within each, resampled within strata: seeds within scenarios. Demands at least one
/// stratum, none of them empty.
BootstrapInterval bootstrap_stratified_mean(const std::vector<std::vector<double>>& strata,
                                            const BootstrapOptions& options = {});

}  // namespace dwell::stats
