#pragma once
// The features of one block of windows; detectors/features/features.hpp says what each of them is.

#include <array>
#include <cstddef>

namespace dwell::detect {

inline constexpr std::size_t kFeatures = 42;

struct FeatureVector {
  std::array<double, kFeatures> value{};     ///< as measured, in the units of the table of features
  std::array<double, kFeatures> residual{};  ///< above what the hour of day and week has been, in its own standard
                                             ///< deviations; at most 8 of them to either side
};

}  // namespace dwell::detect
