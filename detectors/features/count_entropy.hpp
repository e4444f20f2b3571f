#pragma once
// Entropy of whole counts.

#include <cstdint>
#include <span>

namespace dwell::detect {

/// -sum p ln p of counts that share a total, in nats; 0 of none. Terms are added in the order of the counts. Linear,
/// and mostly by 16 counts at once where few of them are above 1; one logarithm for each count above 255.
double count_entropy(std::span<const std::uint32_t> counts);

}  // namespace dwell::detect
