#pragma once
// Distinct members of many entities in a span of time. Visits wait for the end of the span; as it is known then how
// many each entity had, it gets the sketch that suits it: a bitmap of at least four bits a visit, and 64, counted
// linearly (Whang et al. 1990), whose standard error is at most .37 √D where chance alone makes √D of D members; or
// HyperLogLog (Flajolet et al. 2007) with 2^14 registers, .81 % of D, where a bitmap would take more room. So a visit
// is one bit for each of its entities, and is compared with no other: neither order nor repetitions matter, nor how
// many come to one member.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/dense_index.hpp"
#include "detectors/common/hyperloglog.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

inline constexpr std::size_t kSpreadKinds = 3;  // of entities that a visit names: sources, networks, keys

/// A member, touched by an entity of each kind; as an entry of a list.
inline SparseTable::Entry pack_visit(std::uint32_t member, std::uint32_t source, std::uint32_t network,
                                     std::uint32_t key) {
  return {static_cast<std::uint64_t>(source) << 32 | key,
          static_cast<std::int64_t>(static_cast<std::uint64_t>(network) << 32 | member)};
}

/// While visits wait, 16 bytes each. At the end of a span of n visits by s sources some 16 n + 50 s bytes, all of which
/// is kept for the next one.
class DistinctMembers {
 public:
  struct Limits {
    std::size_t most_visits = 1U << 21;       ///< that wait, at most 2^24; above it, members are heeded by lot
    std::uint32_t registers_from = 1U << 15;  ///< visits above which an entity gets registers
  };
  explicit DistinctMembers(const Limits& limits);

  /// Takes one window's visits.
  void add(std::span<const SparseTable::Entry> visits);
  /// Ends the span: counts its visits, and forgets them. About 15 ns a visit while what the sources need fits
  /// the cache.
  void end_span();
  /// Calls `done(id, members)` for every entity with at least so many members in the span that ended last, in any
  /// order.
  template <class Done>
  void for_each(std::size_t kind, std::uint64_t least_members, Done done) const {
    const std::span<const std::uint32_t> ids = kinds_[kind].index.ids(), counts = kinds_[kind].counts;
    for (std::size_t number = 0; number < counts.size(); ++number) {
      const std::uint64_t members = std::uint64_t{counts[number]} << counted_level_;
      if (members >= least_members) done(ids[number], members);
    }
  }
  /// How many members each stood for that was counted in the span that ended last: 1 unless visits were dropped.
  [[nodiscard]] std::uint64_t members_per_count() const { return std::uint64_t{1} << counted_level_; }

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  using Visit = SparseTable::Entry;
  static constexpr unsigned kPrecision = 14;
  static constexpr std::size_t kSlotsPerId = 2;      // entities are many, and their slots should stay in the cache
  static constexpr std::uint32_t kRegisters = 0;     // no mask of bits
  static constexpr std::uint32_t kLarge = 1U << 31;  // not an entity's visits but the place of its sketch in large_
  static constexpr std::uint32_t kMostLevel = 63;
  static constexpr std::size_t kMostVisits = 1U << 24;
  static constexpr std::uint32_t kMostOfMember = 64;  // visits, when room is made: no lot takes a share of one member
  struct Sketch {
    std::uint32_t first;  // of its bits among all, or which of the HyperLogLogs
    std::uint32_t mask;   // its bits less one, or kRegisters
  };
  struct Kind {
    DenseIndex<std::uint32_t> index{kSlotsPerId};
    std::vector<std::uint32_t> counts;  // by number: of visits, or kLarge and a place; then of members
    std::uint32_t first_word = 0;       // of one word each, which those with few visits use
    /// An entity has so many more; returns its number.
    std::uint32_t add(std::uint32_t id, std::uint32_t visits);
  };
  /// Networks and keys come in few pairs: what each visit has to find is the pair.
  template <class Of>
  struct Pair {
    Of network;
    Of key;
  };
  using PairNumbers = Pair<std::uint32_t>;
  using PairSketches = Pair<Sketch>;

  /// Drops visits that repeat others, what members have beyond kMostOfMember, and half of the members as often as need
  /// be.
  void make_room();
  /// Puts the numbers of its source and of its pair in place of each visit's key; counts visits of all entities.
  void number_sources();
  std::vector<PairNumbers> number_pairs();
  /// Lays out a sketch for each entity of a kind, of the size that its visits ask for.
  void lay_out(Kind& kind);
  [[nodiscard]] Sketch sketch_of(const Kind& kind, std::uint32_t number) const;
  void mark_visits(std::span<const PairSketches> pairs);
  void count_members(Kind& kind) const;
  [[nodiscard]] std::uint32_t members_of(const Sketch& sketch) const;

  Limits limits_;
  std::uint32_t level_ = 0;          // only one member in 2^level is heeded
  std::uint32_t counted_level_ = 0;  // the same in the span that ended last
  std::vector<Visit> visits_;        // that wait
  std::array<Kind, kSpreadKinds> kinds_;
  DenseIndex<std::uint64_t> pairs_{kSlotsPerId};  // scratch, as is the rest
  std::vector<std::uint64_t> words_;              // of all bitmaps
  std::vector<Sketch> large_;                     // of entities with more visits than a word is for
  std::vector<HyperLogLog> registers_;
};

}  // namespace dwell::detect
