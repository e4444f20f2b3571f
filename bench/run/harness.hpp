#pragma once
// Drives a list of detectors through the windows of one run, in three views, and keeps their scores.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/feed.hpp"
#include "bench/score/score_log.hpp"
#include "bench/score/threshold.hpp"
#include "detectors/api/detector.hpp"
#include "detectors/features/feature_stage.hpp"
#include "sim/world/rank_exchange.hpp"

namespace dwell::kernel {
class Executor;
}

namespace dwell::run {

/// How to make an instance of a detector or oracle for one run.
struct Contender {
  detect::Descriptor descriptor;
  std::string kind;  ///< "detector", "control" or "oracle"
  std::function<std::unique_ptr<detect::Detector>(const detect::Setting&)> make;
  bool hosted = false;  ///< in a process of its own
};

/// What one contender did in one run.
struct ContenderRun {
  std::array<score::ScoreLog, kViews> logs;
  std::vector<score::Threshold> field;  ///< thresholds from the run's own warm-up, one a budget
  double clean_ns = 0;                  ///< time in observe and close of the clean view
  std::uint64_t state_bytes = 0;        ///< peak of the clean view, shard states included
  std::string crash;                    ///< what it threw; empty when nothing
};

struct HarnessOptions {
  detect::Setting setting;
  std::int32_t warm_up_windows = 0;
  std::vector<double> floors;  ///< kept level of each contender; empty: adaptive, for calibration
  /// Of each contender, those its scores will be compared with besides the warm-up's; empty: any others as well.
  std::vector<std::vector<score::Threshold>> thresholds = {};
  /// Whether nothing that a view of a contender may still log matters, after `seen` windows; then the view is left.
  /// Asked now and then. Empty: views last to the end.
  std::function<bool(std::size_t contender, View view, const ContenderRun& run, std::int64_t seen)> decided = {};
  /// Threads that contenders are spread over, each of them on one at a time; nullptr: the caller's alone. Not on ranks.
  kernel::Executor* executor = nullptr;
  /// On ranks each one observes the shards that are `local`; the first judges: it closes all windows and has the runs.
  /// nullptr: alone.
  world::RankExchange* ranks = nullptr;
  std::function<bool(ShardId)> local = {};
};

struct BlockWindow {
  detect::WindowInfo info;
  WindowSource source;
};
/// Enough for a contender's state to pay for its way into the cache, few enough for the rows to stay there.
inline constexpr std::size_t kBlockWindows = 16;
/// Each has the chosen rows of a block for itself, which at full size take memory.
inline constexpr std::size_t kMostCrews = 8;

/// Detectors are made at construction, observe the clean view until `fork`, and all three views from then on. On ranks
/// all make the same calls, each with the rows of its own shards and the platform's. Where contenders judge feature
/// vectors, one hidden slot computes them for all in each view; its time is shared out among them in equal parts, and
/// each is charged with the whole of its state, which it would need alone. So is the time of tables that several have
/// in common (ShardedDetector::table_name).
class Harness {
 public:
  Harness(const std::vector<Contender>& contenders, const HarnessOptions& options);

  /// From the next window on the factual and placebo views go their own way.
  void fork();
  /// Windows in order, at most kBlockWindows. The end of the warm-up and a fork must lie between blocks. Each contender
  /// goes through the whole block before the next one starts, so that its state stays in the processor's cache.
  void block(std::span<const BlockWindow> windows);

  /// State between two blocks, and back into a harness of the same contenders and options. On ranks only the first has
  /// it written.
  void save(ByteWriter& writer) const;
  Status restore(ByteReader& reader);

  [[nodiscard]] bool forked() const { return forked_; }
  /// Whether this rank has the runs.
  [[nodiscard]] bool judges() const { return options_.ranks == nullptr || options_.ranks->rank() == 0; }
  [[nodiscard]] std::vector<ContenderRun>& runs() { return runs_; }
  /// Access rows of the clean view, for costs per event.
  [[nodiscard]] std::uint64_t clean_rows() const { return clean_rows_; }

 private:
  struct Instance {  // one contender in one view
    std::unique_ptr<detect::Detector> detector;
    detect::ShardedDetector* sharded = nullptr;
    detect::SequentialDetector* sequential = nullptr;
    detect::FeatureDetector* features = nullptr;
    std::vector<std::unique_ptr<detect::ShardState>> shards;  // nullptr for those of other ranks
  };
  static constexpr std::size_t kOwnTable = SIZE_MAX;
  struct Slot {
    const detect::Descriptor* descriptor = nullptr;
    std::size_t lane = 0;
    std::size_t variant = 0;
    std::size_t shared_table = kOwnTable;  // of shared_
    std::array<Instance, kViews> views;
  };
  /// Made once for all sharded contenders without shard state that give its name and see the same rows.
  struct SharedTable {
    std::string_view name;
    std::size_t lane, variant;
    bool operator==(const SharedTable&) const = default;
  };
  struct SharedTables {
    std::array<std::vector<detect::WindowTable>, kViews> of_view;  // by window of the block
    std::array<bool, kViews> made{};                               // in this block
    double clean_ns = 0;                                           // in it, for the clean view
  };
  /// What a thread needs to take contenders through a block, on lines of the cache that are its own.
  struct alignas(64) Crew {
    std::vector<std::vector<Lane>> lanes;           // window of the block × subscription
    std::vector<detect::WindowTable> clean_tables;  // by window of the block, of the contender in turn
    detect::WindowTable view_table;
    std::vector<SharedTables> shared_tables;
    detect::Scores scores;
    std::uint32_t observed_shard = 0;  // the last
    std::chrono::steady_clock::time_point asked;
    double since_asked_ns();  // since it was last called
  };
  static Instance instance_of(std::unique_ptr<detect::Detector> detector);
  void make_crews();
  /// On ranks one thread does all.
  [[nodiscard]] Crew& crew() { return crews_.front(); }
  static void load(Crew& crew, std::span<const BlockWindow> windows);
  void add_stage();
  [[nodiscard]] bool is_stage(const Slot& slot) const { return slot.descriptor == &stage_descriptor_; }
  [[nodiscard]] ContenderRun& run_of(std::size_t slot) { return slot < runs_.size() ? runs_[slot] : stage_run_; }
  [[nodiscard]] bool takes_features(std::size_t slot) const { return slots_[slot].views[0].features != nullptr; }
  void keep_vector(const Instance& stage, View view, std::size_t k);
  void share_out_stage();
  void leave_stage();
  void subscribe(Slot& slot);
  void share_table(Slot& slot);
  static void make_shared_tables(Crew& crew, const Slot& slot, View view, std::size_t windows);
  void share_out_tables();
  void watch(std::span<const BlockWindow> windows);
  void take_through(Crew& crew, std::size_t slot, std::span<const BlockWindow> windows);
  void run_view(Crew& crew, Slot& slot, ContenderRun& run, View view, std::span<const BlockWindow> windows);
  void close_window(Crew& crew, const Slot& slot, Instance& instance, ContenderRun& run, View view,
                    const BlockWindow& window, std::size_t k, const detect::WindowTable* table);
  static void observe_sharded(Crew& crew, const Slot& slot, const Instance& instance, View view, Lane& lane,
                              detect::WindowTable& table);
  static void observe_added(const Slot& slot, const Instance& instance, View view, Lane& lane,
                            detect::WindowTable& table);
  static std::uint64_t clean_rows_of(std::span<const BlockWindow> windows);
  static const detect::WindowTable& table_for(Crew& crew, const Slot& slot, Instance& instance, View view,
                                              std::size_t k);
  void end_warm_up();
  void leave_decided_views(std::int64_t seen);
  static bool measures(std::span<const BlockWindow> windows);
  static std::uint64_t bytes_of_shards(const Instance& instance);
  void measure_state();
  static std::uint64_t settled_bytes_of_shards(const Instance& instance);
  [[nodiscard]] std::uint64_t share_of_bytes(std::size_t slot) const;
  void measure(std::size_t contender, const Instance* stage);
  Instance copy_of(const Instance& instance) const;
  static void save_instance(ByteWriter& writer, const Instance& instance,
                            std::span<const std::vector<std::byte>> elsewhere);
  static Status restore_instance(ByteReader& reader, Instance& instance);

  // On ranks (harness_ranks.cpp).
  struct Share;
  struct Mishap;
  void watch_on_ranks(std::span<const BlockWindow> windows);
  void put_share(ByteWriter& writer, std::size_t contender, std::span<const BlockWindow> windows);
  void put_tables(ByteWriter& writer, const Slot& slot, View view, std::size_t k);
  void put_gathered_rows(ByteWriter& writer, std::span<const BlockWindow> windows) const;
  void load_gathered(std::span<ByteReader> readers, std::span<const BlockWindow> windows);
  void judge(std::size_t contender, std::vector<Share>& shares, std::span<const BlockWindow> windows);
  void judge_window(Slot& slot, ContenderRun& run, View view, const BlockWindow& window, std::size_t k,
                    std::vector<Share>& shares);
  const detect::WindowTable& merge_tables(const Instance& instance, View view, std::size_t k,
                                          std::vector<Share>& shares);
  void agree_on_views();
  [[nodiscard]] std::vector<std::vector<std::byte>> gather_shard_states() const;

  HarnessOptions options_;
  const std::vector<Contender>& contenders_;
  std::vector<Subscription> subscriptions_;
  std::vector<SharedTable> shared_;
  std::vector<Crew> crews_;  // one a thread; on ranks one
  detect::Descriptor stage_descriptor_ = detect::describe_feature_stage();
  std::vector<Slot> slots_;         // of the contenders, and the stage last where some take its vectors
  std::vector<std::size_t> order_;  // of the slots in a block: the stage comes first
  std::vector<ContenderRun> runs_;  // of the contenders
  ContenderRun stage_run_;
  using Vectors = std::vector<std::optional<detect::FeatureVector>>;  // by window of the block
  std::array<Vectors, kViews> vectors_;                               // of the stage
  bool forked_ = false;
  std::int64_t ask_at_ = 0;     // windows seen when it is next asked whether views are decided
  std::int64_t ask_after_ = 0;  // and how many windows lie before that
  std::uint64_t clean_rows_ = 0;
  std::vector<std::uint64_t> elsewhere_bytes_;  // of shard states on other ranks, by contender, when last measured
  std::vector<std::vector<telemetry::PartitionRows>> gathered_;  // window of the block × rank; of the judge
};

}  // namespace dwell::run
