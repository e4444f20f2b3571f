#pragma once
// Which entities touched which members in a stretch of time, in order of the members' hashes: so two stretches are
// compared by reading both from end to end, and hardly a look-up has to wait for memory.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/hyperloglog.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

inline constexpr std::size_t kSpreadKinds = 3;  // of entities that a visit names: sources, networks, keys

/// A member's hash, touched by an entity of each kind.
struct Visit {
  std::array<std::uint32_t, kSpreadKinds> id;
  SparseHash hash;

  /// As an entry of a list.
  [[nodiscard]] SparseTable::Entry pack() const {
    return {static_cast<std::uint64_t>(id[0]) << 32 | id[2],
            static_cast<std::int64_t>(static_cast<std::uint64_t>(id[1]) << 32 | hash.index << kRankBits | hash.rank)};
  }
  static Visit of(const SparseTable::Entry& entry) {
    const auto low = static_cast<std::uint32_t>(entry.value);
    return {{static_cast<std::uint32_t>(entry.key >> 32), static_cast<std::uint32_t>(entry.value >> 32),
             static_cast<std::uint32_t>(entry.key)},
            {low >> kRankBits, low & ((1U << kRankBits) - 1)}};
  }
  static constexpr unsigned kRankBits = 6;
};

/// Visits of one stretch. An index is the member's hash at precision 25; indices of one group, 2^shift of them, stand
/// side by side, and a group has one or two visits in the mean. 22 to 24 bytes a visit.
class VisitBatch {
 public:
  /// What is held of a visit: its entities by place in tables of the owner's, the rank of its hash, and for which kinds
  /// it is the one that holds the hash for its entity.
  struct Record {
    std::array<std::uint32_t, kSpreadKinds> entity;
    std::uint32_t bits;
    [[nodiscard]] std::uint32_t rank() const { return bits & ((1U << Visit::kRankBits) - 1); }
    [[nodiscard]] std::uint32_t holds(std::size_t kind) const { return bits >> (Visit::kRankBits + kind) & 1U; }
    static unsigned bit_of(std::size_t kind) { return Visit::kRankBits + static_cast<unsigned>(kind); }
    static std::uint32_t holding(std::size_t kind) { return 1U << bit_of(kind); }
    [[nodiscard]] bool holds_any() const { return bits >> Visit::kRankBits != 0; }
    void raise_rank(std::uint32_t to) { bits += std::max(to, rank()) - rank(); }
  };

  static constexpr std::size_t kBefore = 2;  // entries before the first of those that `fill` lists, which are none
  static constexpr std::size_t kCrowd = 16;  // visits, above which a group is in order of index and has none twice

  /// Takes visits in order of groups, and lists them; none that is the same as one of the two before it. Records hold
  /// nothing yet, and name nobody. What it held before is gone.
  void fill(std::span<const SparseTable::Entry> visits, std::vector<SparseTable::Entry>& distinct);
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] std::uint32_t index(std::size_t at) const { return indices_[kPad + at]; }
  [[nodiscard]] std::span<Record> records() { return records_; }
  [[nodiscard]] std::span<const Record> records() const { return records_; }
  /// For visits in the same order: sets `may[i]` where this batch may have visits to the index of the i-th.
  void mark_shared(const VisitBatch& of, std::vector<std::uint8_t>& may) const;
  /// The same for visits before each in this batch itself.
  void mark_repeated(std::vector<std::uint8_t>& may) const;
  /// Calls `done(record)` for each visit to this index among the first `of`.
  template <class Done>
  void for_each_of(std::uint32_t index, std::size_t of, Done done) {
    const std::uint32_t group = index >> shift_;
    if (group >= ends_.size()) return;
    for (std::size_t at = std::min<std::size_t>(ends_[group], of); at-- > 0 && this->index(at) >> shift_ == group;) {
      if (this->index(at) == index) done(records_[at]);
    }
  }
  /// Whether so many visits to this one's index stand right before it that the batch has a crowd of them.
  [[nodiscard]] bool crowded(std::size_t at) const { return at >= kCrowd && index(at - kCrowd) == index(at); }
  /// Forgets visits that hold nothing.
  void drop_idle();
  [[nodiscard]] std::uint64_t bytes() const {
    return records_.capacity() * sizeof(Record) + (indices_.capacity() + ends_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  void sort_crowds(std::vector<SparseTable::Entry>& distinct) const;

  static constexpr std::size_t kPad = 5;         // indices before the first that nothing has
  static constexpr std::uint32_t kNobody = ~0U;  // no index, and in no group

  /// Whether one of the four indices before a place is this one, or there may be more of its group before these.
  [[nodiscard]] std::uint32_t near(std::size_t end, std::uint32_t index) const {
    const std::uint32_t* const at = indices_.data() + end;  // of the fifth before
    const bool found = (at[1] == index) | (at[2] == index) | (at[3] == index) | (at[4] == index);
    return static_cast<std::uint32_t>(found) | static_cast<std::uint32_t>((at[0] ^ index) >> shift_ == 0);
  }

  unsigned shift_ = SparseHash::kBits;
  std::vector<std::uint32_t> ends_;     // by group: behind its last record; of a group without any, anything
  std::vector<std::uint32_t> indices_;  // kPad of nobody, then a record's each, then some of nobody
  std::vector<Record> records_;
};

}  // namespace dwell::detect
