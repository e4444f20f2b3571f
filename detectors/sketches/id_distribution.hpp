#pragma once
// Where the ids of many requests lie, and how far from that some ids are.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "sim/core/serial.hpp"

namespace dwell::detect {

/// A histogram of ids below `ids` in equal bins; ids from there on count to the last.
class IdDistribution {
 public:
  static constexpr std::size_t kBins = 4096;
  explicit IdDistribution(std::uint64_t ids);

  /// Counts an id of the present span.
  void count(std::uint32_t id) { ++span_[bin_of(id)]; }
  /// The span ends: what was held is multiplied by `keep`, and the span's counts are added to it.
  void learn(double keep);
  /// Rises with the id and runs over 32 bits where ids run over all bins, as sorting in linear time wants it.
  [[nodiscard]] std::uint32_t spread(std::uint32_t id) const {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(scaled(id), (std::uint64_t{kBins} << kFraction) - 1));
  }
  /// All that is held.
  [[nodiscard]] double weight() const { return below_[kBins]; }
  /// sup |S - F| of sorted ids against the distribution held, linear within a bin. Needs some weight and some ids.
  [[nodiscard]] double distance(std::span<const std::uint32_t> sorted) const;

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  [[nodiscard]] std::uint64_t scaled(std::uint32_t id) const { return id * scale_; }
  [[nodiscard]] std::size_t bin_of(std::uint32_t id) const {
    const std::uint64_t bin = scaled(id) >> kFraction;
    return bin < kBins ? static_cast<std::size_t>(bin) : kBins - 1;
  }
  [[nodiscard]] double share_below(std::uint32_t id) const;
  void sum_up();

  static constexpr unsigned kFraction = 20;  // bits of a bin's parts
  std::uint64_t scale_;                      // bins an id, with that fraction
  std::array<std::int32_t, kBins> span_{};   // signed, as two of them become floating-point numbers at once
  std::array<double, kBins> held_{};
  std::array<double, kBins + 1> below_{};  // sums of held_
};

}  // namespace dwell::detect
