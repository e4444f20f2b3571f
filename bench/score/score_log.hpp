#pragma once
// The scores of one detector in one view of one run that may matter, kept compactly.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"

namespace dwell::score {

/// An entity had this score in every window of [first, last].
struct Exceedance {
  detect::Entity entity;
  double score = 0;  ///< or a number that compares with all thresholds as it does (ScoreLog::set_thresholds)
  std::int32_t first = 0;
  std::int32_t last = 0;
};

/// Append-only within a run. Two ways to stay bounded:
///   keep_highest  for finding thresholds: when full, the lowest scores go and the floor rises above them;
///   keep_first    for detection at thresholds already known: the floor is fixed, later entries beyond capacity are
///   counted
///                 as dropped, and results that could depend on them are marked as overflow.
/// About 32 bytes an entry; equal scores of an entity in consecutive windows share one.
class ScoreLog {
 public:
  enum class Policy : std::uint8_t { keep_highest, keep_first };
  ScoreLog(Policy policy, double floor, std::size_t capacity);

  /// Scores at or below it are not kept; pass it to Scores::begin.
  [[nodiscard]] double floor() const { return floor_; }
  void add(std::int32_t window, std::span<const detect::Scores::Item> items);
  [[nodiscard]] std::span<const Exceedance> entries() const { return entries_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// Lowers or raises the floor for what follows.
  void set_floor(double floor) { floor_ = floor; }
  /// All thresholds that scores will ever be compared with: from now on nothing else is kept of a score but which of
  /// them it exceeds, as the next threshold that it does not exceed (infinity: it exceeds all). An entity that stays
  /// between two of them for a day is one entry then, however its scores move.
  void set_thresholds(std::vector<double> thresholds);

  void save(ByteWriter& writer) const;
  /// Whether all was there is told by the reader.
  void restore(ByteReader& reader);

 private:
  void make_room();
  [[nodiscard]] std::size_t slot(detect::Entity entity) const;
  [[nodiscard]] double kept(double score) const;

  Policy policy_;
  double floor_;
  std::size_t capacity_;
  std::uint64_t dropped_ = 0;
  std::vector<double> thresholds_;  // ascending; empty: scores are kept as they are
  std::vector<Exceedance> entries_;
  /// An entry as it stands in entries_, which is far from the processor.
  struct Latest {
    Exceedance entry;
    std::uint32_t place = 0;  // plus one; 0 is none
  };
  std::vector<Latest> latest_;  // a small cache: entity → its latest entry
};

}  // namespace dwell::score
