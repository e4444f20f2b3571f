#pragma once
// Percentile bootstrap at 95 %, repeatable: a resample is a pure function of its ordinal. An interval holds its value.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/validate/series.hpp"

namespace dwell::validate {

inline constexpr std::uint32_t kResamples = 400;
/// Days or groups of users with something in them; of fewer the interval would be too narrow, and there is none.
inline constexpr std::size_t kLeastBlocks = 7;

/// The choices of one resample.
struct Draw {
  std::uint32_t ordinal;
  /// Choice number `i`, in [0, n).
  [[nodiscard]] std::size_t below(std::size_t n, std::size_t i) const;
  /// Normal deviate number `i`.
  [[nodiscard]] double normal(std::size_t i) const;
};

/// `figure` of the data (nullptr) and of each resample, for which `blocks` are drawn from. No interval (NaN) below
/// kLeastBlocks.
Estimate resample(std::size_t blocks, const std::function<double(const Draw*)>& figure);

/// The same for several figures at once: out[k] belongs to the k-th.
std::vector<Estimate> resample_all(std::size_t blocks, const std::function<std::vector<double>(const Draw*)>& figures);

}  // namespace dwell::validate
