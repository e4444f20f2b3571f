#pragma once
// The feature stage: from the rows of all pages to one feature vector a block, computed once for all learners.
//
// Inputs: the access topic (T0), all pages. Each window adds up a small table, exact in any grouping: counts by page
// and status, log lines, and for member-data requests records, answers that found nobody and ages of tokens; each of
// these requests also leaves one entry with the cells of network, country and key and the hashes of member and source.
// At the end of a block (60 minutes unless said otherwise; blocks divide the day) the sums become the values of
// features.hpp, are compared with their season (feature_season.hpp), and only then are season and usual shares learnt.
// No vector is handed out for the first three days and an hour.
//
// Where windows have few member-data requests, these are counted when about a thousand are together, or their block
// ends: what counts them has left the cache between windows.
//
// It stands where a sharded contender without shard state does, and emits no scores. Cost: about 1 ns a row and 14 ns a
// member-data row, 15 us a block. State: 150 KB at any scale.

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/common/described.hpp"
#include "detectors/common/hyperloglog.hpp"
#include "detectors/features/cell_counts.hpp"
#include "detectors/features/feature_season.hpp"
#include "detectors/features/features.hpp"

namespace dwell::detect {

/// Name, topics and pages of the stage; parameter `block_minutes`.
Descriptor describe_feature_stage();

class FeatureStage final : public Described<FeatureStage, ShardedDetector> {
 public:
  explicit FeatureStage(const Descriptor& descriptor = describe_feature_stage());

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override;
  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores&) override;
  /// The vector of the block that the window closed last has ended; nullptr when it ended none, or too early in the
  /// run.
  [[nodiscard]] const FeatureVector* vector() const { return fresh_ ? &vector_ : nullptr; }

  void save(ByteWriter& writer) const override;
  Status restore(ByteReader& reader) override;
  [[nodiscard]] std::uint64_t state_bytes() const override;

 private:
  static constexpr std::size_t kSums = 24;
  static constexpr std::size_t kSourceCells = 4096;
  static constexpr unsigned kPrecision = 12;
  static constexpr std::size_t kMostVisits = 1024;
  using Networks = CellCounts<1024>;
  using Countries = CellCounts<256>;
  using Keys = CellCounts<256>;

  template <class Visited>
  void take(const SparseTable::Entry& entry, Visited visited);
  void count(const SparseTable::Entry& visit);
  void count_visits();
  void measure();
  void measure_sums();
  void measure_member_data();

  std::int64_t block_us_;
  double keep_share_;  // of the usual shares, a block
  std::array<std::int64_t, kSums> sums_{};
  Networks networks_;
  Countries countries_;
  Keys keys_;
  std::vector<std::uint32_t> sources_;  // member-data requests by cell of source
  HyperLogLog members_seen_, sources_seen_, sources_abroad_;
  std::size_t home_;                        // cell of the country
  std::vector<SparseTable::Entry> visits_;  // of this block, not counted yet
  FeatureSeason season_;
  FeatureVector vector_;
  bool fresh_ = false;
};

}  // namespace dwell::detect
