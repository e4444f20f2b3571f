#pragma once
// Distinct members of many entities over a sliding span: exact to 25 bits of hash while small, HyperLogLog when heavy.
// The span slides by panes. An entity's hashes are kept one by one with the last pane that saw each (sparse); the
// heaviest entities above `dense_from` members have one HyperLogLog with 2^14 registers for each pane instead (dense).
// A member nearly always comes from one source, one network and under one key: what is kept of a hash lies side by side
// for an entity of each kind, so that one look-up serves the three.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/flat_map.hpp"
#include "detectors/common/hyperloglog.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// A hash of one entity: kind (0 to 2), id (32 bits), index at precision 25.
struct SpreadKey {
  static constexpr std::size_t kKinds = 3;
  static constexpr std::uint64_t pack(std::uint64_t entity, std::uint32_t index) {
    return entity << SparseHash::kBits | index;
  }
  /// Kind and id together.
  static constexpr std::uint64_t entity_of(std::uint64_t kind, std::uint32_t id) { return kind << 32 | id; }
  static constexpr std::uint64_t entity(std::uint64_t key) { return key >> SparseHash::kBits; }
  static constexpr std::uint64_t kind(std::uint64_t entity) { return entity >> 32; }
  static constexpr std::uint32_t id(std::uint64_t entity) { return static_cast<std::uint32_t>(entity); }
  static constexpr std::uint32_t index(std::uint64_t key) {
    return static_cast<std::uint32_t>(key) & ((1U << SparseHash::kBits) - 1);
  }
};

/// A member's hash, touched by an entity of each kind.
struct Visit {
  std::array<std::uint32_t, SpreadKey::kKinds> id;
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

 private:
  static constexpr unsigned kRankBits = 6;
};

class DistinctMembers {
 public:
  struct Limits {
    std::uint32_t panes = 6;             ///< the span, in panes
    std::uint32_t dense_from = 8192;     ///< members at which an entity may become dense
    std::size_t most_dense = 512;        ///< entities dense at a time, the heaviest first
    std::size_t most_hashes = 1U << 22;  ///< hashes held one by one; above it the oldest panes leave early
  };
  struct Spread {
    std::uint64_t entity;
    std::uint64_t members;  ///< rounded, so that sums over entities do not depend on their order
  };
  explicit DistinctMembers(const Limits& limits) : limits_(limits) {}

  /// Takes one window's visits, packed. Neither order nor repetitions matter to what is held.
  void add(std::span<const SparseTable::Entry> visits);
  /// Distinct members of every entity active in the span, in any order. To be called at the end of a pane.
  [[nodiscard]] std::vector<Spread> spreads() const;
  /// Begins the next pane: forgets what left the span and moves heavy entities to dense form. Linear in what is held.
  void next_pane();

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct Seen {
    std::uint32_t pane;  // last pane that saw the hash
    std::uint32_t rank;
  };
  /// A hash of one entity, as it is saved.
  struct Hash {
    std::uint64_t key;
    Seen seen;
  };
  /// One index, for the first entity of each kind that touched it. Others of that kind are in others_.
  struct Held {
    static constexpr unsigned kRankBits = 6;
    static constexpr std::uint32_t kRankMask = (1U << kRankBits) - 1;
    static constexpr std::uint32_t kOthers = 1U << kRankBits;
    std::array<std::uint32_t, SpreadKey::kKinds> id{};
    std::array<std::uint32_t, SpreadKey::kKinds> word{};  // pane, whether there may be others, rank; 0 ranks nobody
    [[nodiscard]] std::uint32_t rank(std::size_t kind) const { return word[kind] & kRankMask; }
    [[nodiscard]] std::uint32_t pane(std::size_t kind) const { return word[kind] >> (kRankBits + 1); }
    /// Whether a hash is held for an entity of every kind, and all were seen in this pane or later.
    [[nodiscard]] bool since(std::uint32_t pane_seen) const {
      const std::uint32_t least = pane_seen << (kRankBits + 1) | 1U;
      return word[0] >= least && word[1] >= least && word[2] >= least;
    }
    [[nodiscard]] bool is_new() const { return (word[0] | word[1] | word[2]) == 0; }
    /// Whether a hash of each of these entities is held here.
    [[nodiscard]] bool names(const std::array<std::uint32_t, SpreadKey::kKinds>& of) const {
      const std::uint32_t other = (id[0] ^ of[0]) | (id[1] ^ of[1]) | (id[2] ^ of[2]);
      return (other == 0) & (rank(0) != 0) & (rank(1) != 0) & (rank(2) != 0);
    }
    void see(std::size_t kind, Seen seen) {
      word[kind] = seen.pane << (kRankBits + 1) | (word[kind] & kOthers) | std::max(seen.rank, rank(kind));
    }
  };
  struct Size {
    std::uint32_t hashes;  // held one by one
    std::uint32_t dense;   // place in dense_ plus one, 0 when sparse
  };
  struct Dense {
    std::uint64_t entity;
    std::vector<HyperLogLog> panes;  // by pane modulo their number
  };
  static constexpr unsigned kPrecision = 14;
  static constexpr std::uint32_t kNoPane = (1U << 25) - 1;  // later than any
  static constexpr std::size_t kAhead = 32;                 // visits fetched at a time

  static constexpr std::size_t kNear = 1 << 12;  // indices held that stay in a processor's nearer caches

  void prefetch(std::span<const SparseTable::Entry> visits) const;
  /// A visit to an index that holds hashes of others than these entities, or while some entity is dense.
  void add_beside(Held& held, const Visit& visit);
  /// Marks anew which indices have others.
  void note_others();
  /// Notes a hash again that is held beside the one that an index names; false when it is not.
  bool see_other(std::uint64_t entity, std::uint32_t index, Seen now);
  /// Holds a hash of an entity that has not held it.
  void hold(Held& held, std::uint64_t entity, std::uint32_t index, Seen seen);
  [[nodiscard]] static double estimate(const Dense& dense);
  void free_idle();
  void choose_dense();
  void drop_before(std::uint32_t pane);
  /// Keeps the hashes for which `keep(hash)` holds; those seen in `pane` or later must be among them.
  template <class Keep>
  void keep_if(std::uint32_t pane, Keep keep);

  Limits limits_;
  FlatMap<Held> held_;      // by index
  FlatMap<Seen> others_;    // by SpreadKey
  std::size_t hashes_ = 0;  // in both
  FlatMap<Size> sizes_;     // by entity
  std::vector<Dense> dense_;
  std::uint32_t pane_ = 0;  // below 2^25
};

}  // namespace dwell::detect
