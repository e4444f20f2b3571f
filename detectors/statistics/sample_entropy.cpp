#include "detectors/statistics/sample_entropy.hpp"

#include <algorithm>

#include "sim/core/math.hpp"

namespace dwell::detect {

double SampleEntropy::normalised() const {
  if (observations < 2) return 1;
  return std::clamp(entropy / det_log(observations), 0.0, 1.0);
}

SampleEntropy sample_entropy(std::vector<std::int64_t>& counts, std::int64_t singles) {
  // Most sources are met once: what is 1 stands first, and only the rest is sorted.
  const auto more = std::partition(counts.begin(), counts.end(), [](std::int64_t count) { return count == 1; });
  std::sort(more, counts.end());
  std::int64_t total = singles;
  for (const std::int64_t count : counts) total += count;
  SampleEntropy result;
  if (total == 0) return result;
  // H = ln N - (1 / N) sum n ln n: one logarithm for each different count, largest terms last.
  double sum = 0;
  for (std::size_t begin = 0; begin < counts.size();) {
    std::size_t end = begin;
    while (end < counts.size() && counts[end] == counts[begin]) ++end;
    const auto count = static_cast<double>(counts[begin]);
    sum += static_cast<double>(end - begin) * count * det_log(count);
    begin = end;
  }
  result.observations = static_cast<double>(total);
  result.entropy = std::max(0.0, det_log(result.observations) - sum / result.observations);
  return result;
}

}  // namespace dwell::detect
