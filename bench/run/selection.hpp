#pragma once
// The rows of one topic in one window that some detectors want, chosen once and handed out in three views.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/common/spread_sort.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::run {

/// The views of one run: background alone; with the campaign; with the placebo.
enum class View : std::uint8_t { clean, factual, placebo };
inline constexpr std::size_t kViews = 3;

/// What a row is to the views: 0 background, 1 campaign, 2 placebo; the latter two are the views of the same number.
using Label = std::uint8_t;
using LabelOf = std::function<Label(Origin)>;

class PageSet;

/// What a window brings, straight from the simulation.
struct WindowSource {
  std::span<const telemetry::PartitionRows> partitions;
  const telemetry::PlatformRows* platform = nullptr;
  const LabelOf* label = nullptr;  ///< asked for rows whose origin is not the background
  telemetry::Shift shift;
  std::uint64_t hash_key = 0;  ///< breaks ties of equal ingest times
};

template <class Batch>
struct RowsOf;
template <>
struct RowsOf<telemetry::AccessBatch> {
  using type = telemetry::AccessRows;
};
template <>
struct RowsOf<telemetry::AuthBatch> {
  using type = telemetry::AuthRows;
};

/// What to choose of a topic. Pages are ignored for topics whose rows have none.
struct Choice {
  detect::PageMask pages = detect::kAllPages;
  bool ordered = false;   ///< `ordered` will be asked for
  bool by_shard = false;  ///< `shard` will be asked for
};

/// Chosen rows of all partitions side by side in one batch: those of the background in the order of the partitions,
/// then the campaign's, then the placebo's. So most views are ranges. Rows that need no choosing are not copied: a
/// single partition, all pages, nothing foreign. Linear in the rows looked at; an order over
/// all shards costs n log n. What is returned is valid until the next load.
template <class Batch>
class Selection {
 public:
  using Rows = typename RowsOf<Batch>::type;
  explicit Selection(std::uint32_t shards) : shards_(shards) {}

  void load(const WindowSource& source, const Choice& choice);
  /// The background, in no order over shards.
  [[nodiscard]] Rows clean() const { return {*batch_, 0, background_, shift_}; }
  /// The rows that a view has and the clean one has not.
  [[nodiscard]] Rows added(View view) const;
  [[nodiscard]] bool adds(View view) const { return !added(view).empty(); }
  /// All rows of a view by (ingest time, keyed hash), merged over all shards.
  [[nodiscard]] Rows ordered(View view) const;
  [[nodiscard]] std::uint32_t shards() const { return static_cast<std::uint32_t>(shards_.size()); }
  /// Rows of one shard in a view, in order of ingestion.
  [[nodiscard]] Rows shard(std::uint32_t shard, View view) const {
    const Shard& part = shards_[shard];
    const std::size_t v = index(view);
    if (foreign_.empty() || part.mixed_begin[v] == part.mixed_end[v]) [[likely]]
      return {*batch_, part.begin, part.end, shift_};
    const std::span<const std::uint32_t> mixed = mixed_[v];
    return {*batch_, mixed.subspan(part.mixed_begin[v], part.mixed_end[v] - part.mixed_begin[v]), shift_};
  }

 private:
  struct Foreign {
    Label label;
    std::uint32_t partition, row;
    std::uint32_t shard;
    std::uint32_t before;  // rows of the background chosen before it
  };
  struct Shard {
    std::uint32_t begin = 0, end = 0;  // its background
    std::array<std::uint32_t, kViews> mixed_begin{},
        mixed_end{};  // its rows in `mixed_`, where foreign ones are among them
  };
  static std::size_t index(View view) { return static_cast<std::size_t>(view); }
  void take_whole(const telemetry::PartitionRows& partition);
  void choose(const WindowSource& source, detect::PageMask pages);
  void choose_background(const Batch& rows, std::span<const telemetry::ShardRange> shards, const PageSet& pages);
  void choose_foreign(const WindowSource& source, detect::PageMask pages, std::uint32_t partition,
                      const telemetry::ShardRange& range);
  void copy(const WindowSource& source);
  void mix(std::size_t view);
  void order(std::uint64_t hash_key);
  void settle_ties(std::uint64_t hash_key);

  telemetry::Shift shift_;
  const Batch* batch_ = nullptr;
  Batch copy_;
  std::size_t background_ = 0;                   // rows
  std::array<std::size_t, kViews> added_end_{};  // of the added rows of each view in the batch
  std::vector<std::uint32_t> chosen_;            // rows of the background, partition by partition
  std::size_t chosen_size_ = 0;                  // of them in use
  std::vector<std::size_t> chosen_begin_;        // of each partition
  std::vector<Foreign> foreign_;
  std::vector<Shard> shards_;
  std::array<std::vector<std::uint32_t>, kViews> mixed_;
  std::array<std::vector<std::uint32_t>, kViews> ordered_;
  std::vector<std::uint64_t> keys_;  // ingest time above row, while sorting
  detect::SpreadSort<std::uint64_t> sort_;
};

/// All rows of one partition where they lie, for detectors that neither need an order nor keep state by shard.
template <class Batch>
class InPlace {
 public:
  using Rows = typename RowsOf<Batch>::type;
  void load(const telemetry::Labelled<Batch>& topic, const WindowSource& source);
  [[nodiscard]] Rows clean() const {
    return topic_->foreign == 0 ? Rows(topic_->rows, shift_) : Rows(topic_->rows, background_, shift_);
  }
  [[nodiscard]] Rows added(View view) const {
    return Rows(topic_->rows, added_[static_cast<std::size_t>(view)], shift_);
  }

 private:
  const telemetry::Labelled<Batch>* topic_ = nullptr;
  telemetry::Shift shift_;
  std::vector<std::uint32_t> background_;
  std::array<std::vector<std::uint32_t>, kViews> added_;
};

extern template class Selection<telemetry::AccessBatch>;
extern template class Selection<telemetry::AuthBatch>;
extern template class InPlace<telemetry::AccessBatch>;
extern template class InPlace<telemetry::AuthBatch>;

}  // namespace dwell::run
