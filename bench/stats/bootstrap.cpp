#include "bench/stats/bootstrap.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "sim/core/check.hpp"
#include "sim/core/random.hpp"

namespace dwell::stats {
namespace {

void demand(const BootstrapOptions& options) {
  DWELL_DEMAND(options.resamples >= 100, "a bootstrap takes at least 100 resamples");
  DWELL_DEMAND(options.alpha > 0 && options.alpha < 1, "alpha lies in (0, 1)");
}

RandomStream resample_stream(const BootstrapOptions& options, std::uint32_t resample, std::uint32_t stratum = 0) {
  return {options.seed, stratum, purpose("bootstrap.resample"), resample};
}

/// Jackknife acceleration: sum (m - x_i)^3 / (6 (sum (m - x_i)²)^(3/2)) over left-out-one estimates x_i with mean m.
/// The strata of a stratified statistic are centred each for itself before their terms are summed.
struct Acceleration {
  double cubes = 0;
  double squares = 0;
  void add(std::span<const double> left_out) {
    const double centre = mean(left_out);
    for (const double value : left_out) {
      const double d = centre - value;
      squares += d * d;
      cubes += d * d * d;
    }
  }
  [[nodiscard]] double value() const { return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0; }
};

BootstrapInterval interval_of(double estimate, std::vector<double>& resampled, double acceleration, double alpha) {
  BootstrapInterval result;
  result.estimate = estimate;
  result.standard_error = standard_deviation(resampled);
  const auto [least, most] = std::minmax_element(resampled.begin(), resampled.end());
  if (*least == *most) {
    result.low = result.high = estimate;
    result.method = BootstrapInterval::Method::point;
    return result;
  }
  // Resamples that equal the estimate but for rounding are ties.
  const double tie = 1e-9 * result.standard_error;
  double below = 0;
  for (const double value : resampled) {
    if (value < estimate - tie) {
      below += 1;
    } else if (value <= estimate + tie) {
      below += 0.5;
    }
  }
  below /= static_cast<double>(resampled.size());
  const boost::math::normal normal;
  double low = alpha / 2;
  double high = 1 - alpha / 2;
  result.method = BootstrapInterval::Method::percentile;
  if (below > 0 && below < 1) {
    const double z0 = boost::math::quantile(normal, below);
    const double z_low = z0 + boost::math::quantile(normal, low);
    const double z_high = z0 + boost::math::quantile(normal, high);
    if (1 - acceleration * z_low > 0 && 1 - acceleration * z_high > 0) {
      low = boost::math::cdf(normal, z0 + z_low / (1 - acceleration * z_low));
      high = boost::math::cdf(normal, z0 + z_high / (1 - acceleration * z_high));
      result.method = BootstrapInterval::Method::bca;
    }
  }
  std::sort(resampled.begin(), resampled.end());
  result.low = quantile(resampled, low);
  result.high = quantile(resampled, high);
  return result;
}

BootstrapInterval point(double estimate) { return {estimate, estimate, estimate, 0, BootstrapInterval::Method::point}; }

}  // namespace

BootstrapInterval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  DWELL_DEMAND(!values.empty(), "the bootstrap of no values");
  return bootstrap_stratified_mean({std::vector<double>(values.begin(), values.end())}, options);
}

BootstrapInterval bootstrap_paired_difference(std::span<const double> first, std::span<const double> second,
                                              const BootstrapOptions& options) {
  DWELL_DEMAND(first.size() == second.size(), "paired samples have equal length");
  std::vector<double> differences(first.size());
  std::transform(first.begin(), first.end(), second.begin(), differences.begin(), std::minus<>());
  return bootstrap_mean(differences, options);
}

BootstrapInterval bootstrap_clusters(std::uint32_t clusters,
                                     const std::function<double(std::span<const std::uint32_t>)>& statistic,
                                     const BootstrapOptions& options) {
  DWELL_DEMAND(clusters >= 1, "the bootstrap of no clusters");
  demand(options);
  std::vector<std::uint32_t> chosen(clusters);
  std::iota(chosen.begin(), chosen.end(), 0U);
  const double estimate = statistic(chosen);
  if (clusters == 1) return point(estimate);
  std::vector<double> left_out(clusters);
  for (std::uint32_t out = 0; out < clusters; ++out) {
    std::vector<std::uint32_t> others;
    for (std::uint32_t i = 0; i < clusters; ++i) {
      if (i != out) others.push_back(i);
    }
    left_out[out] = statistic(others);
  }
  Acceleration acceleration;
  acceleration.add(left_out);
  std::vector<double> resampled(options.resamples);
  for (std::uint32_t r = 0; r < options.resamples; ++r) {
    RandomStream random = resample_stream(options, r);
    for (std::uint32_t& cluster : chosen) cluster = random.below(clusters);
    resampled[r] = statistic(chosen);
  }
  return interval_of(estimate, resampled, acceleration.value(), options.alpha);
}

BootstrapInterval bootstrap_stratified_mean(const std::vector<std::vector<double>>& strata,
                                            const BootstrapOptions& options) {
  DWELL_DEMAND(!strata.empty(), "the bootstrap of no strata");
  demand(options);
  const auto weight = 1 / static_cast<double>(strata.size());
  double estimate = 0;
  bool varied = false;
  Acceleration acceleration;
  for (const std::vector<double>& stratum : strata) {
    DWELL_DEMAND(!stratum.empty(), "the bootstrap of an empty stratum");
    const double centre = mean(stratum);
    estimate += weight * centre;
    if (std::adjacent_find(stratum.begin(), stratum.end(), std::not_equal_to<>()) == stratum.end()) continue;
    varied = true;
    std::vector<double> left_out;
    const auto n = static_cast<double>(stratum.size());
    for (const double value : stratum) left_out.push_back(weight * (n * centre - value) / (n - 1));
    acceleration.add(left_out);
  }
  if (!varied) return point(estimate);
  std::vector<double> resampled(options.resamples);
  for (std::uint32_t r = 0; r < options.resamples; ++r) {
    double total = 0;
    for (std::uint32_t s = 0; s < strata.size(); ++s) {
      const std::vector<double>& stratum = strata[s];
      RandomStream random = resample_stream(options, r, s);
      const auto n = static_cast<std::uint32_t>(stratum.size());
      double sum = 0;
      for (std::uint32_t i = 0; i < n; ++i) sum += stratum[random.below(n)];
      total += weight * (sum / n);
    }
    resampled[r] = total;
  }
  return interval_of(estimate, resampled, acceleration.value(), options.alpha);
}

}  // namespace dwell::stats
