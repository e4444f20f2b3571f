#pragma once
// The members of one shard, and the way from an id to one of them.

#include <bit>
#include <cstdint>
#include <vector>

#include "sim/commerce/model.hpp"
#include "sim/commerce/population.hpp"
#include "sim/core/huge_pages.hpp"
#include "sim/core/ids.hpp"

namespace dwell::commerce {

inline constexpr std::uint32_t kNobody = UINT32_MAX;

/// Members of a shard in order of id. Memory: 16 bytes a member, and 1.5 bits an id (a bitmap with ranks).
class Members {
 public:
  Members(const Model& model, ShardId shard);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(traits_.size()); }
  [[nodiscard]] const Traits& operator[](std::uint32_t index) const { return traits_[index]; }
  void prefetch(std::uint32_t index) const { __builtin_prefetch(&traits_[index]); }
  /// Index of an existing member of this shard, kNobody for any other id. Divides once: requests are few.
  [[nodiscard]] std::uint32_t find(MemberId id) const {
    if (id.value % shards_ != shard_) return kNobody;
    const std::uint32_t place = id.value / shards_;
    const std::uint32_t word = place / 64;
    if (word >= words_.size()) return kNobody;
    const std::uint64_t bit = std::uint64_t{1} << (place % 64);
    if ((words_[word] & bit) == 0) return kNobody;
    return ranks_[word] + static_cast<std::uint32_t>(std::popcount(words_[word] & (bit - 1)));
  }
  /// The greatest Traits::sessions of the shard.
  [[nodiscard]] double most_sessions() const { return most_sessions_; }
  [[nodiscard]] std::size_t bytes() const {
    return traits_.capacity() * sizeof(Traits) + words_.capacity() * 8 + ranks_.capacity() * 4;
  }

 private:
  std::uint32_t shard_, shards_;
  std::vector<Traits, HugePageAllocator<Traits>> traits_;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> ranks_;  // members before each word
  double most_sessions_ = 0;
};

}  // namespace dwell::commerce
