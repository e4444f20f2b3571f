#include "bench/validate/items.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "bench/validate/figures.hpp"
#include "bench/validate/resample.hpp"

namespace dwell::validate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kNormal = 1.959964;
constexpr std::uint32_t kDraws = 64;
constexpr auto kFirst = static_cast<std::size_t>(kFirstRank) - 1;  // below rank 10 real curves are flatter than the law
constexpr std::size_t kMostItems = 30'000;    // what lies further down hardly comes among the first 10,000
constexpr std::size_t kFittedItems = 10'100;  // of ranks 1 … 10,000
/// Exponents tried, over the seen one: close together where the answer lies with many counts.
constexpr std::array<double, 12> kTried = {0, .25, .5, .7, .85, .95, 1, 1.05, 1.15, 1.3, 1.6, 2};

/// Rates of the law at the seen items' ranks, with the clicks seen from the tenth item on.
std::vector<double> rates_of(double exponent, const Observed& seen, std::size_t items) {
  std::vector<double> rates(items);
  double clicks = 0, sum = 0;
  for (std::size_t i = 0; i < items; ++i) {
    rates[i] = std::pow(static_cast<double>(i + 1) / seen.item_share, -exponent);
    if (i < kFirst) continue;
    clicks += seen.item_counts[i];
    sum += rates[i];
  }
  for (double& rate : rates) rate *= clicks / sum;
  return rates;
}

/// Poisson count for a normal deviate: the expansion of Cornish and Fisher to the skewness, rounded.
double count_of(double rate, double normal) {
  return std::max(0.0, std::round(rate + std::sqrt(rate) * normal + (normal * normal - 1) / 6));
}

double counted_exponent(const std::vector<double>& rates, const std::vector<double>& normals, double share) {
  std::vector<double> counts(rates.size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = count_of(rates[i], normals[i]);
  const auto fitted = counts.begin() + static_cast<std::ptrdiff_t>(std::min(counts.size(), kFittedItems));
  if (fitted != counts.end()) std::nth_element(counts.begin(), fitted, counts.end(), std::greater<>());
  std::sort(counts.begin(), fitted, std::greater<>());
  return rank_exponent(counts, share);
}

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double value) {
    if (std::isnan(value)) return;
    n += 1;
    sum += value;
    squares += value * value;
  }
  /// The mean and so many SDs; NaN with under half of the draws.
  [[nodiscard]] double at(double deviations) const {
    if (2 * n < kDraws) return kNone;
    return sum / n + deviations * std::sqrt(std::max(0.0, squares - sum * sum / n) / (n - 1));
  }
};
using Found = std::array<Moments, kTried.size()>;

Found counted_exponents(double value, const Observed& seen) {
  const std::size_t items = std::min(seen.item_counts.size(), kMostItems);
  std::vector<std::vector<double>> laws;
  for (const double tried : kTried) laws.push_back(rates_of(tried * value, seen, items));
  Found found;
  std::vector<double> normals(items);
  for (std::uint32_t r = 0; r < kDraws; ++r) {
    const Draw draw{r};
    for (std::size_t i = 0; i < items; ++i) normals[i] = draw.normal(i);
    for (std::size_t t = 0; t < kTried.size(); ++t) found[t].add(counted_exponent(laws[t], normals, seen.item_share));
  }
  return found;
}

/// The exponent for which the mean and so many SDs come out as `value`; held to those tried.
double solve(double value, const Found& found, double deviations) {
  double before = kNone, below = kNone;
  for (std::size_t t = 0; t < kTried.size(); ++t) {
    const double tried = kTried[t] * value, above = found[t].at(deviations) - value;
    if (above >= 0) return std::isnan(below) ? tried : before + (tried - before) * below / (below - above);
    if (std::isnan(above)) continue;
    before = tried;
    below = above;
  }
  return before;
}

}  // namespace

Estimate item_exponent(const Observed& seen) {
  const double value = rank_exponent(seen.item_counts, seen.item_share);
  if (std::isnan(value)) return no_estimate();
  const Found found = counted_exponents(value, seen);
  const double middle = solve(value, found, 0);
  if (std::isnan(middle)) return {value, kNone, kNone};
  return {middle, solve(value, found, kNormal), solve(value, found, -kNormal)};
}

}  // namespace dwell::validate
