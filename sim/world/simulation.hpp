#pragma once
// One run: a scenario, a seed and a scale assembled into processes on an engine, stepped a window at a time. The
// recorder in it collects telemetry and turns origins into truth.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/background/log_collector.hpp"
#include "sim/background/surroundings.hpp"
#include "sim/campaign/campaign.hpp"
#include "sim/commerce/model.hpp"
#include "sim/commerce/stages.hpp"
#include "sim/core/result.hpp"
#include "sim/core/serial.hpp"
#include "sim/kernel/engine.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/networks.hpp"
#include "sim/telemetry/batch.hpp"
#include "sim/truth/causes.hpp"
#include "sim/truth/incident.hpp"
#include "sim/world/log_share.hpp"
#include "sim/world/rank_exchange.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::world {

enum class EngineKind : std::uint8_t { windowed, serial };

struct RunOptions {
  Scale scale;
  Seed seed;
  std::uint32_t days = 0;  ///< scored days; 0: the baseline's
  bool campaign = false;   ///< inject the scenario's campaign
  bool placebo = false;    ///< inject a placebo of the same size
  bool jitter = false;     ///< shift the onset by the seed's U(0, onset_jitter); the run is longer by as much
  EngineKind engine = EngineKind::windowed;
  kernel::Executor* executor = nullptr;  ///< threads of the windowed engine; nullptr: the caller's own
  bool measure_stages = false;           ///< add up the time of each stage of the shards
  /// Spread the processes of the run over these ranks; all of them make the same simulation and the same calls.
  /// nullptr: this program runs all.
  RankGroup* ranks = nullptr;
};

/// What would help a run that is too large for the memory.
inline std::string remedy_of(Scale scale) {
  return "--scale " + std::to_string(scale.numerator) + "/" + std::to_string(scale.denominator) +
         " is too large here: a smaller one, or fewer --threads, needs less";
}

/// What may be asked of a run before it starts: dates and sizes, the same for every engine.
struct RunPlan {
  Date first_day;
  Time onset;  ///< first possible read of the campaign's first phase
  std::int64_t warm_up_windows = 0;
  std::int64_t windows = 0;  ///< of the whole run; onset + scored days
  std::int64_t scored_days = 0;
  std::int64_t campaign_days = 0;  ///< the baseline's; a shorter run sees the campaign's beginning
  std::uint32_t shards = 0;
  std::uint64_t ids = 0, accounts = 0;
  std::uint32_t campaign_sources = 0;
  telemetry::Shift shift;  ///< of the times detectors see: a whole number of weeks
};
inline constexpr Duration kWindow = Duration::seconds(60);

/// Dates and sizes of a run. Error: a scale that leaves fewer than 1,000 accounts.
Result<RunPlan> plan_run(const Scenario& scenario, const RunOptions& options);

/// On ranks, each holds the rows and the stages of its own shards; all else is the run's and the same on all of them.
class Simulation {
 public:
  /// `scenario` must outlive the simulation.
  static Result<std::unique_ptr<Simulation>> make(const Scenario& scenario, const RunOptions& options);

  /// Runs one window; false when the run is over.
  bool step();
  /// Between steps: what is needed to go on from here, on any engine. On ranks only the first one has it written.
  /// `restore` is for a simulation of the same scenario and options that has not stepped; it then stands where the
  /// saved one stood, after a step whose rows are gone.
  void save(ByteWriter& writer) const;
  Status restore(ByteReader& reader);
  [[nodiscard]] const kernel::Window& window() const { return engine_->window(); }
  [[nodiscard]] const RunPlan& plan() const { return plan_; }

  /// Whether the rows of this shard are in partitions(): always, but on ranks.
  [[nodiscard]] bool local(ShardId shard) const { return engine_->local(ProcessId{shard.value}); }
  /// What the last window emitted: rows by ingest time, with origins. Valid until the next step.
  [[nodiscard]] std::span<const telemetry::PartitionRows> partitions() const { return partitions_; }
  [[nodiscard]] const telemetry::PlatformRows& platform() const { return platform_; }
  /// Hands over what the last window emitted and takes other buffers for the next: callers who look at several windows
  /// at once keep the rows without copying them. `partitions` has plan().shards entries or fewer, as partitions() has;
  /// an empty one is filled up.
  void exchange(std::vector<telemetry::PartitionRows>& partitions, telemetry::PlatformRows& platform);
  /// 0 background, 1 campaign, 2 placebo.
  [[nodiscard]] std::uint8_t label(Origin origin) const { return static_cast<std::uint8_t>(causes_.of(origin).label); }

  [[nodiscard]] const truth::Incident& campaign() const { return *campaign_; }
  [[nodiscard]] const truth::Incident& placebo() const { return *placebo_; }
  /// Shares ownership of the truth, so that it can outlive the run.
  [[nodiscard]] std::shared_ptr<const truth::Incident> keep_campaign() const { return campaign_; }
  [[nodiscard]] std::shared_ptr<const truth::Incident> keep_placebo() const { return placebo_; }

  /// Time in each stage so far, over all shards; zeros unless it is measured.
  [[nodiscard]] commerce::StageTimes stages() const;

  [[nodiscard]] const commerce::Model& model() const { return *model_; }
  /// ISO 3166 code of each country number of the run's rows; empty where no network lies.
  [[nodiscard]] std::vector<std::string> country_codes() const;
  /// Expected campaign requests a window by page, for each hour of the run.
  [[nodiscard]] const std::vector<std::array<double, kPages>>& campaign_by_hour() const { return campaign_by_hour_; }

  /// Access rows so far: of the background, and of campaign and placebo.
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t foreign_rows() const { return foreign_rows_; }
  /// The campaign's share of the log lines of requests, from its first window so far to its last.
  [[nodiscard]] double campaign_log_share() const { return log_share_.value(); }
  /// Whether any row so far, of any topic, is not background: from here on the views differ.
  [[nodiscard]] bool foreign_seen() const { return foreign_seen_; }
  /// Order-free digests over shards: of all background rows, and of the others.
  [[nodiscard]] std::uint64_t background_digest() const;
  [[nodiscard]] std::uint64_t foreign_digest() const;

 private:
  Simulation(const Scenario& scenario, const RunOptions& options, RunPlan plan);
  void add_shards();
  void add_background();
  [[nodiscard]] std::vector<double> expected_orders() const;
  void add_bots(const background::Surroundings& around);
  [[nodiscard]] campaign::Spec campaign_spec() const;
  [[nodiscard]] campaign::Setting campaign_setting() const;
  void plan_campaign();
  void add_campaign();
  void add_placebo();
  void record();
  void count_rows();
  void share_rows();
  void take_rows(unsigned rank, ByteReader& reader);
  void merge_platform_rows();
  void drop_gone_rows();
  void observe(const telemetry::Labelled<telemetry::AccessBatch>& access, bool logged);
  telemetry::PlatformRows* new_platform_rows();
  /// Adds what `make` makes, where it is local.
  template <class Make>
  void add(Make make);
  /// The sum over all shards of a figure mixed with the shard's number.
  template <class Figure>
  [[nodiscard]] std::uint64_t sum_over_shards(Figure figure) const;

  const Scenario& scenario_;
  RunOptions options_;
  RunPlan plan_;
  std::unique_ptr<kernel::Executor> own_executor_;
  std::unique_ptr<protocol::NetworkTable> networks_;
  protocol::KeyRing keys_;
  std::unique_ptr<commerce::Model> model_;
  std::unique_ptr<kernel::Transport> transport_;  // of the engine, on ranks
  std::unique_ptr<kernel::Engine> engine_;
  std::vector<commerce::StageTimes> stages_;  // by shard; empty unless measured
  std::vector<telemetry::PartitionRows> partitions_;
  std::vector<std::unique_ptr<telemetry::PlatformRows>> platform_parts_;  // one a process, merged after each window
  telemetry::PlatformRows platform_;
  background::LogCollector logs_;
  ProcessId complaints_ = protocol::kNoProcess;  // the desk
  std::vector<std::array<double, kPages>> campaign_by_hour_;
  std::vector<double> day_factors_;
  truth::Causes causes_;
  Origin campaign_origin_{}, placebo_origin_{};
  std::shared_ptr<truth::Incident> campaign_, placebo_;
  LogShare log_share_;
  std::uint64_t window_lines_ = 0, window_campaign_lines_ = 0;  // logged in this window, without the placebo's
  std::uint64_t rows_ = 0, foreign_rows_ = 0;
  bool foreign_seen_ = false;
};

}  // namespace dwell::world
