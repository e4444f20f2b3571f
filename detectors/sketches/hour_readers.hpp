#pragma once
// Who read which members in an hour, exactly, from all of its rows at once: for each source, key and page that may have
// enough distinct members, those members in order. Of entities with more members than a sample holds the sample is
// found (distinct_sample.hpp); order and repetitions of rows change nothing.
//   visits   a member's pages in a row, from one source and under one key, are one visit to source and key
//   source   visits are counted by a hash of the source: those of sources with too few to matter are left out, nearly
//            all of them, before any is put in order
//   key, page  rows whose hash is above a limit are left out; the limit is set by how many rows there are, such that
//            enough distinct members stay, and raised where that fails

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "detectors/api/descriptor.hpp"
#include "detectors/common/dense_index.hpp"
#include "detectors/common/scratch.hpp"
#include "detectors/sketches/grouped_ids.hpp"
#include "detectors/sketches/member_reads.hpp"

namespace dwell::detect {

/// Scratch, kept between hours. Every pass over rows or visits is a loop that asks nothing a processor cannot foresee.
class HourReaders {
 public:
  /// Of one entity, in order; valid during the call.
  using Judge = std::function<void(EntityKind kind, std::uint32_t id, std::span<const std::uint32_t> members)>;

  explicit HourReaders(std::uint64_t salt) : salt_(salt) { rows_of_member_.fill(kRowsOfMember); }
  /// False, and nothing is called, where there are more than `most_keys` keys. Entities with fewer than `least`
  /// distinct members may be among those that are judged.
  bool judge(std::span<const MemberRead> rows, std::size_t least, std::size_t most_keys, const Judge& judge);
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  struct Visit {
    std::uint64_t reader;  // source and key; then source and the key's number
    std::uint64_t value;   // of the member, as DistinctSample packs it
  };
  static constexpr double kRowsOfMember = 2;
  static constexpr std::uint64_t kAll = 1ULL << 32;  // a limit
  static constexpr std::size_t kMostInCell = 255;
  static constexpr std::size_t kPageIds = 256;  // that a row has room for

  void limit_pages(std::span<const MemberRead> rows);
  void find_visits(std::span<const MemberRead> rows);
  void index_visits(std::size_t least);
  void pick(std::size_t least);
  bool judge_sampled(const Judge& judge);
  void judge_sources(const Judge& judge);
  std::span<const std::uint32_t> sample(std::span<std::uint32_t> members, std::size_t most);

  std::uint64_t salt_;
  std::vector<std::uint64_t> limits_;  // by page, then by number of a key: members with a hash below it are looked at
  std::array<double, kPageIds> rows_of_member_;
  double visits_of_member_ = 1;
  Scratch<Visit> recent_;  // by hash of the member
  Scratch<Visit> visits_;
  std::size_t visits_size_ = 0;
  DenseIndex<std::uint32_t> keys_;
  std::vector<std::uint32_t> visits_of_key_;  // by number of the key
  Scratch<std::uint8_t> cells_;               // visits by hash of the source, up to kMostInCell
  unsigned cell_shift_ = 0;
  DenseIndex<std::uint32_t> sources_;  // those that may have enough visits
  GroupedIds of_sources_;
  std::size_t of_sources_size_ = 0;
  GroupedIds of_others_;  // by page, then by number of a key
  std::size_t of_others_size_ = 0;
  Scratch<std::uint64_t> values_;  // of one entity's members, as DistinctSample packs them
  Scratch<std::uint64_t> near_;    // some of them
};

}  // namespace dwell::detect
