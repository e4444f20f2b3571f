#pragma once
// From the rows of a window to the rows each detector sees, in each of three views of the same run.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "detectors/api/detector.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::run {

/// The views of one run: background alone; with the campaign; with the placebo.
enum class View : std::uint8_t { clean, factual, placebo };
inline constexpr std::size_t kViews = 3;

/// What a row is to the views: 0 background, 1 campaign, 2 placebo.
using Label = std::uint8_t;
using LabelOf = std::function<Label(Origin)>;

/// What some detectors have in common, so that their rows are chosen once.
struct Subscription {
  detect::PageMask pages = detect::kMemberDataPages;
  bool ordered = false;                   ///< merged over all shards by (ingest time, keyed hash)
  bool by_shard = false;                  ///< also apart for each shard; implies ordered
  std::vector<detect::TopicMask> topics;  ///< the sets of topics wanted; rows are handed out for each of them

  /// The place of a set of topics in `topics`, added when it is new.
  std::size_t variant(detect::TopicMask wanted);
};

/// What a window brings, straight from the simulation.
struct WindowSource {
  std::span<const telemetry::PartitionRows> partitions;
  const telemetry::PlatformRows* platform = nullptr;
  const LabelOf* label = nullptr;
  telemetry::Shift shift;
  std::uint64_t hash_key = 0;  ///< breaks ties of equal ingest times
};

/// The rows of one subscription. `load` copies the subscribed rows of ordered subscriptions into one batch; others are
/// views into the partitions. All buffers are reused; what `rows` and its like return is valid until the next call.
class Lane {
 public:
  Lane(Subscription subscription, std::uint32_t shards);
  [[nodiscard]] const Subscription& subscription() const { return subscription_; }

  void load(const WindowSource& source);
  /// Units to observe: one for an ordered lane, else one a partition.
  [[nodiscard]] std::size_t units() const { return units_; }
  [[nodiscard]] const detect::WindowRows& rows(std::size_t unit, std::size_t variant, View view);
  /// The rows that a view has and the clean one has not.
  [[nodiscard]] const detect::WindowRows& added(std::size_t unit, std::size_t variant, View view);
  /// The platform topics alone: access and auth are empty.
  [[nodiscard]] const detect::WindowRows& platform(std::size_t variant);
  [[nodiscard]] bool adds(View view) const { return adds_[index(view)]; }
  /// Rows of one shard, in order of ingestion (lanes with `by_shard`).
  [[nodiscard]] const detect::WindowRows& shard_rows(std::uint32_t shard, std::size_t variant, View view);

 private:
  static std::size_t index(View view) { return static_cast<std::size_t>(view); }
  struct Choice {
    std::vector<std::uint32_t> access, auth;
    void clear() {
      access.clear();
      auth.clear();
    }
  };
  struct Unit {
    const telemetry::PartitionRows* rows = nullptr;
    bool all_access = true;  // every access row, in every view: nothing had to be chosen
    bool all_auth = true;
    std::array<Choice, kViews> chosen, extra;
    std::array<Choice, kViews> ends;  // of each shard's part in `chosen`, in the order of the partition's shards
  };
  struct ShardPlace {
    std::uint32_t unit = 0, part = 0;
  };
  void gather(const WindowSource& source);
  void choose(Unit& unit, const telemetry::PartitionRows& rows, const WindowSource& source, bool filter_pages);
  void choose_access(Unit& unit, std::size_t begin, std::size_t end, const WindowSource& source, bool filter);
  void choose_auth(Unit& unit, std::size_t begin, std::size_t end, const WindowSource& source);
  void set_platform_rows(const WindowSource& source);
  [[nodiscard]] bool wants(std::uint8_t page) const { return (subscription_.pages >> page & 1U) != 0; }

  Subscription subscription_;
  std::uint32_t shards_;
  bool auth_ = false;  // some variant wants the auth topic
  telemetry::Shift shift_;
  std::size_t units_ = 0;
  std::vector<Unit> unit_;
  std::array<bool, kViews> adds_{};
  std::vector<detect::WindowRows> handed_out_;  // by variant; platform topics stand for the whole window

  struct Place {
    std::int64_t ingest_us;
    std::uint64_t hash;
    std::uint32_t partition, row;
  };
  telemetry::PartitionRows merged_;
  std::vector<Place> places_;
  std::vector<ShardPlace> shard_places_;
};

}  // namespace dwell::run
