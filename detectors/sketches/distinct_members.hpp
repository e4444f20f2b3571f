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

/// One observation as a table entry: kind (0 to 2), id (32 bits), index at precision 25; the value is the rank. Tables
/// merge by the greatest, which is how HyperLogLog registers merge.
struct SpreadKey {
  static constexpr std::size_t kKinds = 3;
  static constexpr std::uint64_t pack(std::uint64_t kind, std::uint32_t id, std::uint32_t index) {
    return kind << 57 | static_cast<std::uint64_t>(id) << SparseHash::kBits | index;
  }
  /// Kind and id together.
  static constexpr std::uint64_t entity(std::uint64_t key) { return key >> SparseHash::kBits; }
  static constexpr std::uint64_t kind(std::uint64_t entity) { return entity >> 32; }
  static constexpr std::uint32_t id(std::uint64_t entity) { return static_cast<std::uint32_t>(entity); }
  static constexpr std::uint32_t index(std::uint64_t key) {
    return static_cast<std::uint32_t>(key) & ((1U << SparseHash::kBits) - 1);
  }
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

  /// Takes one window's merged table. Order of entries does not matter to what is held; the entries of one hash cost
  /// least side by side, 10 ns each.
  void add(std::span<const SparseTable::Entry> entries);
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
  static constexpr std::size_t kAhead = 64;  // entries fetched at a time

  /// Adds a hash whose entity is not the one that `held` names.
  void add(Held& held, std::uint64_t key, std::uint32_t rank);
  void hold(Held& held, std::uint64_t key, Seen seen);
  [[nodiscard]] static double estimate(const Dense& dense);
  void free_idle();
  void choose_dense();
  void drop_before(std::uint32_t pane);
  /// Keeps the hashes for which `keep(hash)` holds.
  template <class Keep>
  void keep_if(Keep keep);

  Limits limits_;
  FlatMap<Held> held_;      // by index
  FlatMap<Seen> others_;    // by SpreadKey
  std::size_t hashes_ = 0;  // in both
  FlatMap<Size> sizes_;     // by entity
  std::vector<Dense> dense_;
  std::uint32_t pane_ = 0;  // below 2^25
};

}  // namespace dwell::detect
