#include "bench/validate/resample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/core/math.hpp"
#include "sim/core/random.hpp"

namespace dwell::validate {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::size_t Draw::below(std::size_t n, std::size_t i) const {
  const RandomBlock bits =
      random_block(Seed{1}, ordinal, purpose("validate.resample"), static_cast<std::uint32_t>(i), 0);
  return to_below(bits.word[0], static_cast<std::uint32_t>(n));
}

double Draw::normal(std::size_t i) const {
  const RandomBlock bits = random_quick(Seed{1}, ordinal, purpose("validate.normal"), static_cast<std::uint32_t>(i));
  return det_normal_quantile((static_cast<double>(bits.word[0]) + 0.5) * 0x1p-32);
}

std::vector<Estimate> resample_all(std::size_t blocks, const std::function<std::vector<double>(const Draw*)>& figures) {
  const std::vector<double> values = figures(nullptr);
  std::vector<Estimate> out;
  if (blocks < kLeastBlocks) {
    for (const double value : values) out.push_back({value, kNone, kNone});
    return out;
  }
  std::vector<std::vector<double>> drawn(values.size());
  for (std::uint32_t r = 0; r < kResamples; ++r) {
    const Draw draw{r};
    const std::vector<double> again = figures(&draw);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isnan(again[k])) drawn[k].push_back(again[k]);
    }
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    std::vector<double>& sorted = drawn[k];
    if (std::isnan(values[k]) || sorted.empty()) {
      out.push_back({values[k], values[k], values[k]});
      continue;
    }
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double p) {
      return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
    };
    // Of a maximum or a minimum every resample may lie to one side.
    out.push_back({values[k], std::min(values[k], at(0.025)), std::max(values[k], at(0.975))});
  }
  return out;
}

Estimate resample(std::size_t blocks, const std::function<double(const Draw*)>& figure) {
  return resample_all(blocks, [&](const Draw* draw) { return std::vector<double>{figure(draw)}; }).front();
}

}  // namespace dwell::validate
