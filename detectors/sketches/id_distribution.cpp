#include "detectors/sketches/id_distribution.hpp"

#include <algorithm>

namespace dwell::detect {

IdDistribution::IdDistribution(std::uint64_t ids)
    : scale_((static_cast<std::uint64_t>(kBins) << kFraction) / std::max<std::uint64_t>(1, ids)) {
  scale_ = std::max<std::uint64_t>(1, scale_);
}

void IdDistribution::learn(double keep) {
  // One loop: what is held is ready long before the sum, whose additions wait for each other, comes to it.
  for (std::size_t b = 0; b < kBins; ++b) {
    held_[b] = held_[b] * keep + span_[b];
    below_[b + 1] = below_[b] + held_[b];
  }
  span_.fill(0);
}

void IdDistribution::sum_up() {
  for (std::size_t b = 0; b < kBins; ++b) below_[b + 1] = below_[b] + held_[b];
}

double IdDistribution::share_below(std::uint32_t id) const {
  const std::size_t bin = bin_of(id);
  const std::uint64_t into = scaled(id) - (static_cast<std::uint64_t>(bin) << kFraction);
  const double part = std::min(1.0, static_cast<double>(into) / static_cast<double>(1U << kFraction));
  return (below_[bin] + part * held_[bin]) / below_[kBins];
}

double IdDistribution::distance(std::span<const std::uint32_t> sorted) const {
  const auto n = static_cast<double>(sorted.size());
  double most = 0;
  double before = 0;  // share of the sample below an id
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double share = share_below(sorted[i]);
    const double with = static_cast<double>(i + 1) / n;
    most = std::max(most, std::max(share - before, with - share));
    before = with;
  }
  return most;
}

void IdDistribution::save(ByteWriter& writer) const {
  writer.put(span_);
  for (const double weight : held_) writer.put(weight);
}

void IdDistribution::restore(ByteReader& reader) {
  span_ = reader.get<std::array<std::int32_t, kBins>>();
  for (double& weight : held_) weight = reader.get<double>();
  sum_up();
}

}  // namespace dwell::detect
