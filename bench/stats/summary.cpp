#include "bench/stats/summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/core/check.hpp"

namespace dwell::stats {

double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double centre = mean(values);
  const auto n = static_cast<double>(values.size());
  double squares = 0;
  double rest = 0;
  for (const double value : values) {
    squares += (value - centre) * (value - centre);
    rest += value - centre;
  }
  return std::sqrt(std::max(0.0, squares - rest * rest / n) / (n - 1));
}

double quantile(std::span<const double> values, double p) {
  DWELL_DEMAND(!values.empty(), "the quantile of no values");
  DWELL_DEMAND(p >= 0 && p <= 1, "a quantile's p lies in [0, 1]");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double fraction = place - static_cast<double>(below);
  if (fraction == 0 || sorted[below] == sorted[below + 1]) return sorted[below];
  if (std::isinf(sorted[below])) return sorted[below];
  return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

}  // namespace dwell::stats
