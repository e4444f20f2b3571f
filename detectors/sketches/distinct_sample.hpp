#pragma once
// A uniform sample of the distinct ids of a set: those with the k lowest hashes (Cohen 1997; Beyer et al. 2007). It
// does not depend on order or repetitions; up to k ids it is all of them.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "detectors/common/spread_sort.hpp"
#include "sim/core/serial.hpp"

namespace dwell::detect {

/// Values are a hash in the high half and an id in the low one. At most 2k of them are held between tidyings,
/// for which callers lend scratch.
class DistinctSample {
 public:
  static constexpr std::uint64_t pack(std::uint32_t hash, std::uint32_t id) {
    return static_cast<std::uint64_t>(hash) << 32 | id;
  }
  static constexpr std::uint32_t id(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
  void add(std::uint64_t value, std::size_t k, SpreadSort<std::uint64_t>& sort) {
    if (value >= limit_) return;
    values_.push_back(value);
    if (values_.size() >= 2 * k) tidy(k, sort);
  }
  /// The ids of the sample, in any order and perhaps repeated: up to k values need no tidying, as all are in it.
  void ids(std::size_t k, SpreadSort<std::uint64_t>& sort, std::vector<std::uint32_t>& ids) {
    if (values_.size() > k) tidy(k, sort);
    ids.resize(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) ids[i] = id(values_[i]);
  }
  /// No fewer than there are distinct ids in the sample.
  [[nodiscard]] std::size_t held() const { return values_.size(); }
  void clear() {
    values_.clear();
    limit_ = UINT64_MAX;
  }
  [[nodiscard]] std::uint64_t bytes() const { return values_.capacity() * sizeof(std::uint64_t); }
  /// In order, so that equal samples save equal bytes.
  void save(ByteWriter& writer) const {
    std::vector<std::uint64_t> ordered = values_;
    std::sort(ordered.begin(), ordered.end());
    ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
    writer.put_vector(ordered);
  }
  void restore(ByteReader& reader) {
    values_ = reader.get_vector<std::uint64_t>();
    limit_ = UINT64_MAX;
  }

 private:
  /// Hashes lie evenly below the limit's, so they are sorted in linear time.
  void tidy(std::size_t k, SpreadSort<std::uint64_t>& sort) {
    const std::uint64_t stretch = (1ULL << 32) / ((limit_ >> 32) + 1);
    sort(
        values_, [stretch](std::uint64_t value) { return static_cast<std::uint32_t>((value >> 32) * stretch); },
        std::less<std::uint64_t>());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
    if (values_.size() < k) return;
    values_.resize(k);
    limit_ = values_.back();
  }
  std::vector<std::uint64_t> values_;
  std::uint64_t limit_ = UINT64_MAX;  // from here on values cannot be among the k lowest
};

}  // namespace dwell::detect
