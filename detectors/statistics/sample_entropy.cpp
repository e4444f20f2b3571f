#include "detectors/statistics/sample_entropy.hpp"

#include <algorithm>
#include <array>

#include "sim/core/math.hpp"

namespace dwell::detect {

double SampleEntropy::normalised() const {
  if (observations < 2) return 1;
  return std::clamp(entropy / det_log(observations), 0.0, 1.0);
}

SampleEntropy sample_entropy(std::vector<std::int64_t>& counts, std::int64_t singles) {
  // Most sources are met a few times: how many are met so often is counted, and only the rest is sorted.
  constexpr std::size_t kFew = 64;
  std::array<std::uint32_t, kFew> met{};
  std::size_t more = 0;
  std::int64_t total = singles;
  for (const std::int64_t count : counts) {
    total += count;
    if (count < static_cast<std::int64_t>(kFew)) {
      ++met[static_cast<std::size_t>(count)];
    } else {
      counts[more++] = count;
    }
  }
  SampleEntropy result;
  if (total == 0) return result;
  // H = ln N - (1 / N) sum n ln n: one logarithm for each different count, largest terms last.
  double sum = 0;
  const auto add = [&sum](std::size_t sources, double count) {
    sum += static_cast<double>(sources) * count * det_log(count);
  };
  for (std::size_t count = 2; count < kFew; ++count) {
    if (met[count] != 0) add(met[count], static_cast<double>(count));
  }
  std::sort(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(more));
  for (std::size_t begin = 0; begin < more;) {
    std::size_t end = begin;
    while (end < more && counts[end] == counts[begin]) ++end;
    add(end - begin, static_cast<double>(counts[begin]));
    begin = end;
  }
  result.observations = static_cast<double>(total);
  result.entropy = std::max(0.0, det_log(result.observations) - sum / result.observations);
  return result;
}

}  // namespace dwell::detect
