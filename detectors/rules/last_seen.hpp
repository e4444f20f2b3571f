#pragma once
// When each member of a shard was last seen, in four bits: the epoch, one of the last fifteen, or none of them. What a
// plain table of times says to the epoch, as what leaves the fifteen is taken away when the next epoch begins.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/core/word_reciprocal.hpp"

namespace dwell::detect {

/// Members are numbered as they come to a shard: id / shards. Half a byte a member up to the greatest seen, at most
/// 2^27 / shards of them, in whole words; those beyond are never called dormant.
class LastSeen final : public ShardState {
 public:
  static constexpr std::int64_t kEpochs = 15;
  static constexpr std::uint64_t kMostMembers = 1ULL << 27;
  static constexpr std::uint32_t kAWord = 8;  // members
  explicit LastSeen(std::uint32_t shards)
      : shards_(std::max(1U, shards)), most_(kMostMembers / shards_.divisor() / kAWord * kAWord) {}

  /// Moves on to an epoch; those before the present one are ignored, as late rows belong to it as well. `end_us` is
  /// when it ends by the caller's clock, for `ended`.
  void begin(std::int64_t epoch, std::int64_t end_us = INT64_MIN);
  /// Whether `begin` may have something to do at this time: spares working out its epoch.
  [[nodiscard]] bool ended(std::int64_t time_us) const { return time_us >= end_us_; }
  /// Notes a member, and says whether none of the last fifteen epochs, the present one among them, had seen it.
  bool see(std::uint32_t member) {
    const std::uint32_t index = shards_.quotient(member);
    if (index >= held_) [[unlikely]] {
      if (index >= most_) return false;
      grow(index / kAWord + 1);
    }
    std::uint32_t& word = marks_[index / kAWord];
    const unsigned shift = index % kAWord * 4U;
    const std::uint32_t held = word >> shift & 15U;
    word ^= (held ^ mark_) << shift;
    return held == 0;
  }

  [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<LastSeen>(*this); }
  void save(ByteWriter& writer) const override;
  Status restore(ByteReader& reader) override;
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + marks_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::int64_t kNoEpoch = INT64_MIN;
  static unsigned mark_of(std::int64_t epoch) { return static_cast<unsigned>(epoch % kEpochs) + 1; }
  void grow(std::uint64_t words);
  void forget(unsigned mark);

  WordReciprocal shards_;
  std::uint64_t most_;  // members of a shard, in whole words
  std::int64_t epoch_ = kNoEpoch;
  std::int64_t end_us_ = INT64_MIN;   // of the present epoch; not saved, as it only spares work
  unsigned mark_ = 1;                 // of the present epoch
  std::uint32_t held_ = 0;            // members that `marks_` has room for
  std::vector<std::uint32_t> marks_;  // eight members a word, the first one in the lowest bits; 0 is none
};

}  // namespace dwell::detect
