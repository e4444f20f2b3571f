#pragma once
// Distinct members of many entities over a sliding span: exact to 25 bits of hash while small, HyperLogLog when heavy.
// The span slides by panes. Of an entity's visits that share a hash the latest holds it, and takes it along when its
// pane leaves the span (sparse); the heaviest entities above `dense_from` members have one HyperLogLog with 2^14
// registers for each pane instead (dense). Visits are taken in at the end of a pane, all at once and in order of hash
// (visit_batch.hpp): a member nearly always comes from one source, one network and under one key, so one comparison
// serves the three.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/common/hyperloglog.hpp"
#include "detectors/sketches/entity_counts.hpp"
#include "detectors/sketches/visit_batch.hpp"

namespace dwell::detect {

class DistinctMembers {
 public:
  struct Limits {
    std::uint32_t panes = 6;              ///< the span, in panes
    std::uint32_t dense_from = 8192;      ///< members at which an entity may become dense
    std::size_t most_dense = 512;         ///< entities dense at a time, the heaviest first
    std::size_t most_hashes = 1U << 22;   ///< hashes held one by one; above it the oldest panes leave early
    std::size_t most_waiting = 1U << 20;  ///< visits that wait for the end of their pane
  };
  explicit DistinctMembers(const Limits& limits) : limits_(limits) {}

  /// Takes one window's visits, packed. Neither order nor repetitions matter to what entities are told to have.
  void add(std::span<const SparseTable::Entry> visits) {
    waiting_.insert(waiting_.end(), visits.begin(), visits.end());
    if (waiting_.size() >= limits_.most_waiting) take_in();
  }
  /// The pane ends: until something is added, `count` and `for_each` tell of the span.
  void end_pane();
  /// Calls `done(members)` for every entity of a kind, in any order; 0 for those that are not active in the span.
  template <class Done>
  void count(std::size_t kind, Done done) const {
    for (const std::uint32_t word : counts_[kind].words()) done(members_of(word));
  }
  /// Calls `done(id, members)` for every entity that is active, in any order; false from it spares further calls until
  /// the entity has `least` members.
  template <class Done>
  void for_each(std::size_t kind, std::uint64_t least, Done done) {
    const std::span<std::uint32_t> words = counts_[kind].words();
    for (std::size_t place = 0; place < words.size(); ++place) {
      const std::uint64_t members = members_of(words[place]);
      if ((members == 0) | ((members < least) & ((words[place] & kDull) != 0))) continue;
      const bool answer = done(counts_[kind].id(place), members);
      words[place] = answer ? words[place] & ~kDull : words[place] | kDull;
    }
  }
  /// Begins the next pane: forgets what left the span and moves heavy entities to dense form.
  void next_pane();

  [[nodiscard]] std::uint64_t bytes() const;
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  using Record = VisitBatch::Record;
  struct Dense {
    std::size_t kind;
    std::uint32_t id;
    std::uint64_t members;           // at the end of the pane
    std::vector<HyperLogLog> panes;  // by pane modulo their number
  };
  /// Visits of one pane, or of a part of it.
  struct Batch {
    std::uint32_t pane = 0;
    VisitBatch visits;
  };
  /// A hash of one entity, as it is saved.
  struct Hash {
    std::uint32_t pane;  // of the latest visit
    std::uint32_t kind;
    std::uint32_t id;
    std::uint32_t index;
    std::uint32_t rank;
    std::uint32_t none = 0;
  };
  /// What the entities of a kind hold.
  struct Held {
    std::size_t hashes = 0;
    std::size_t idle = 0;    // entities that hold nothing
    std::uint32_t most = 0;  // hashes of one
  };
  static constexpr unsigned kPrecision = 14;
  static constexpr std::uint32_t kFew = 4096;  // hashes that hardly share an index: a quarter of a member is lost

  // An entity's word: its hashes held one by one or, when it is dense, its place in dense_; and what `for_each` was
  // told.
  static constexpr std::uint32_t kDense = 1U << 31;
  static constexpr std::uint32_t kDull = 1U << 30;
  static constexpr std::uint32_t kCount = kDull - 1;

  [[nodiscard]] std::uint64_t members_of(std::uint32_t word) const {
    const std::uint32_t count = word & kCount;
    if ((word & kDense) != 0) return dense_[count].members;
    return count < kFew ? count : static_cast<std::uint64_t>(sparse_estimate(count) + .5);
  }
  void take_in();
  /// Names the entities of a batch's visits; those that share no index with others are counted.
  void name_entities(Batch& batch, std::size_t kind);
  /// A visit that may share its index with others: takes over what they hold for its entities.
  void take_over(std::size_t at);
  /// The same for all visits to an index that has a crowd of them, in a time that hardly grows faster than they do.
  void settle(std::uint32_t index);
  void add_dense(const Batch& batch, std::size_t at, std::size_t kind);
  void drop_batches_before(std::uint32_t pane);
  void free_idle_dense();
  void choose_dense();
  /// Moves what is held of dense entities.
  void move_to_dense();
  [[nodiscard]] Held held(std::size_t kind) const;
  [[nodiscard]] std::size_t hashes_held() const;
  /// Forgets entities that hold nothing, when they are many.
  void forget_idle(std::size_t kind);
  [[nodiscard]] std::uint32_t& word(std::size_t kind, std::uint32_t id) {
    return counts_[kind].words()[counts_[kind].place_of(id)];
  }
  [[nodiscard]] std::vector<Hash> hashes() const;
  /// False when hashes cannot be those that were saved.
  bool restore_hashes(std::span<const Hash> hashes);
  [[nodiscard]] Batch take_spare();

  Limits limits_;
  std::array<EntityCounts, kSpreadKinds> counts_;
  std::vector<Batch> batches_;  // the oldest first
  std::vector<Dense> dense_;
  std::uint32_t pane_ = 0;
  std::vector<SparseTable::Entry> waiting_;   // visits of this pane
  std::vector<Batch> spare_;                  // scratch, as is the rest: memory of batches that left
  std::vector<SparseTable::Entry> distinct_;  // of a batch, from kBefore on
  std::vector<std::uint8_t> shared_;          // whether a visit may share its index
  std::vector<std::uint32_t> chosen_;         // visits
};

}  // namespace dwell::detect
