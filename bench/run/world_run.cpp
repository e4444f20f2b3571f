#include "bench/run/world_run.hpp"

#include <chrono>

#include <fmt/format.h>

#include "bench/oracle/complaint_desk.hpp"
#include "bench/oracle/oracle_volume.hpp"
#include "bench/run/attribution.hpp"
#include "sim/core/digest.hpp"

namespace dwell::run {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kWindowsPerDay = Duration::days(1) / world::kWindow;

std::shared_ptr<const oracle::Intensities> intensities_of(const world::Simulation& simulation) {
  const world::RunPlan& plan = simulation.plan();
  auto truth = std::make_shared<oracle::Intensities>();
  truth->members.resize(static_cast<std::size_t>(plan.windows));
  for (std::int64_t w = 0; w < plan.windows; ++w) {
    truth->members[static_cast<std::size_t>(w)] = simulation.model().intensity(w);
  }
  truth->shares.resize(static_cast<std::size_t>((plan.windows + kWindowsPerDay - 1) / kWindowsPerDay));
  for (std::size_t day = 0; day < truth->shares.size(); ++day) {
    for (std::uint32_t page = 0; page < kPages; ++page)
      truth->shares[day][page] = simulation.model().page_share(static_cast<Page>(page), static_cast<std::int64_t>(day));
  }
  truth->warm_up_windows = plan.warm_up_windows;
  truth->windows_per_day = kWindowsPerDay;
  truth->campaign_by_hour = simulation.campaign_by_hour();
  return truth;
}

/// Collects the windows of a run into blocks for the harness, which must not be forked, nor leave the warm-up, inside
/// one.
class Block {
 public:
  Block(Harness& harness, const world::RunPlan& plan, const LabelOf& label, Seed seed)
      : harness_(harness), plan_(plan), label_(label), seed_(seed), forked_(harness.forked()), stored_(kBlockWindows) {}

  /// Takes the rows of window `w`. Returns the seconds the contenders took, when it was time for them.
  double add(world::Simulation& simulation, std::int64_t w) {
    double seconds = 0;
    const bool forks = !forked_ && simulation.foreign_seen();
    if (forks || w == plan_.warm_up_windows) seconds += flush();
    if (forks) {
      harness_.fork();
      forked_ = true;
    }
    Stored& stored = stored_[windows_.size()];
    simulation.exchange(stored.partitions, stored.platform);
    const kernel::Window& window = simulation.window();
    windows_.push_back({{w, window.begin.us + plan_.shift.us, window.end.us + plan_.shift.us},
                        {stored.partitions, &stored.platform, &label_, plan_.shift, seed_.value}});
    // Blocks end where days do, wherever one was cut short.
    if ((w + 1) % static_cast<std::int64_t>(kBlockWindows) == 0) seconds += flush();
    return seconds;
  }

  /// Whether the harness has seen all windows so far.
  [[nodiscard]] bool empty() const { return windows_.empty(); }

  double flush() {
    const auto begin = Clock::now();
    harness_.block(windows_);
    windows_.clear();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  struct Stored {
    std::vector<telemetry::PartitionRows> partitions;
    telemetry::PlatformRows platform;
  };
  Harness& harness_;
  const world::RunPlan& plan_;
  const LabelOf& label_;
  Seed seed_;
  bool forked_;
  std::vector<Stored> stored_;
  std::vector<BlockWindow> windows_;
};

/// How far a run is, and how long it took.
struct Stand {
  std::int64_t window = 0;               ///< the next
  double elapsed_s = 0, watching_s = 0;  // of all threads of the run, waiting ones too
};

Status keep_run(const WorldCheckpoint& checkpoint, world::RankGroup* ranks, Seed seed, const Stand& at,
                const world::Simulation& simulation, const oracle::ComplaintDesk& desk, const Harness& harness) {
  ByteWriter writer;
  writer.put(seed.value);
  writer.put(at.window);
  writer.put(at.elapsed_s);
  writer.put(at.watching_s);
  desk.save(writer);
  simulation.save(writer);
  harness.save(writer);
  const Status kept = harness.judges() ? checkpoint.store(writer.bytes()) : success();
  return ranks == nullptr ? kept : agree(ranks->exchange(), kept);
}

/// Goes on where an earlier run of the same options stopped, if one did.
Status restore_run(const WorldCheckpoint& checkpoint, Seed seed, Stand& at, world::Simulation& simulation,
                   oracle::ComplaintDesk& desk, Harness& harness) {
  const auto kept = checkpoint.load();
  if (!kept) return kept.error();
  if (!kept.value()) return success();
  ByteReader reader(*kept.value());
  const auto found = reader.get<std::uint64_t>();
  if (found != seed.value) {
    return Error{checkpoint.name, "", fmt::format("is of seed {}", found), fmt::format("seed {}", seed.value)};
  }
  at.window = reader.get<std::int64_t>();
  at.elapsed_s = reader.get<double>();
  at.watching_s = reader.get<double>();
  desk.restore(reader);
  if (const Status restored = simulation.restore(reader); !restored) return restored.error();
  if (const Status restored = harness.restore(reader); !restored) return restored.error();
  return reader.finish(checkpoint.name);
}

/// The seed of the detectors' own coins: another stream than the world's.
Seed detector_seed(Seed seed) { return {mix64(seed.value, 0x6465746563746f72ULL)}; }

}  // namespace

world::RunOptions simulation_options(const WorldOptions& options) {
  return {.scale = options.scale,
          .seed = options.seed,
          .days = options.days,
          .campaign = options.evaluation,
          .placebo = options.evaluation,
          .jitter = options.evaluation,
          .executor = options.executor,
          .ranks = options.ranks};
}

Result<std::optional<WorldRecord>> run_world(const world::Scenario& scenario, std::vector<Contender> contenders,
                                             const WorldOptions& options) {
  auto made = world::Simulation::make(scenario, simulation_options(options));
  if (!made) return made.error();
  world::Simulation& simulation = *made.value();
  const world::RunPlan& plan = simulation.plan();

  for (Contender& contender : contenders) {
    if (contender.kind != "oracle") continue;
    contender.make = [truth = intensities_of(simulation)](const detect::Setting&) {
      return oracle::make_oracle_volume(truth);
    };
  }
  HarnessOptions harness_options{
      .setting = {.seed = detector_seed(options.seed),
                  .shards = plan.shards,
                  .windows_per_day = kWindowsPerDay,
                  .members_expected = plan.ids,
                  .events_per_day_expected = static_cast<std::uint64_t>(simulation.model().events_per_day()),
                  .countries = simulation.country_codes()},
      .warm_up_windows = static_cast<std::int32_t>(plan.warm_up_windows),
      .floors = options.floors,
      .thresholds = options.thresholds,
      .executor = options.executor,
      .ranks = options.ranks == nullptr ? nullptr : &options.ranks->exchange(),
      .local = [&](ShardId shard) { return simulation.local(shard); }};
  if (!options.thresholds.empty()) {
    harness_options.decided = [&](std::size_t c, View view, const ContenderRun& found, std::int64_t seen) {
      const truth::Incident& incident = view == View::factual ? simulation.campaign() : simulation.placebo();
      const IncidentView of{plan, incident, found, view, needs_twin(contenders[c], view)};
      return decided(of, options.thresholds[c], seen) && decided(of, found.field, seen);
    };
  }
  Harness harness(contenders, harness_options);
  const LabelOf label = [&](Origin origin) { return simulation.label(origin); };

  const auto by_campaign = [&](Origin origin) { return simulation.label(origin) == 1; };
  oracle::ComplaintDesk desk(scenario.background.complaints.recognised, options.scale.value(), options.seed);

  Stand at;
  if (options.checkpoint) {
    Status restored = restore_run(*options.checkpoint, options.seed, at, simulation, desk, harness);
    if (options.ranks != nullptr) restored = agree(options.ranks->exchange(), restored);
    if (!restored) return restored.error();
  }
  Block block(harness, plan, label, options.seed);
  auto begin = Clock::now();  // moved on by what checkpoints take
  const double threads = options.executor == nullptr ? 1 : static_cast<double>(options.executor->threads());
  const auto elapsed_s = [&, before_s = at.elapsed_s] {
    return before_s + threads * std::chrono::duration<double>(Clock::now() - begin).count();
  };
  const auto date_of = [&](std::int64_t window) {
    return Date{plan.first_day.days + static_cast<std::int32_t>(window / kWindowsPerDay)};
  };
  std::int64_t kept_at = at.window;
  // Whether all go on.
  const auto report = [&](std::int64_t windows, Date date) {
    const double done = static_cast<double>(windows) / static_cast<double>(plan.windows);
    const bool go_on = !options.each_day || options.each_day(done, date, simulation.rows());
    return options.ranks == nullptr ? go_on : options.ranks->exchange().sum(go_on ? 0 : 1) == 0;
  };
  if (!report(at.window, date_of(at.window))) return std::optional<WorldRecord>{};
  while (simulation.step()) {
    const std::int64_t w = at.window++;
    if (options.each_window) options.each_window();
    desk.observe(simulation.platform().complaints, by_campaign);
    at.watching_s += threads * block.add(simulation, w);
    if ((w + 1) % kWindowsPerDay == 0 && !report(at.window, date_of(w))) return std::optional<WorldRecord>{};
    if (options.checkpoint && block.empty() && world::kWindow * (at.window - kept_at) >= options.checkpoint->every) {
      kept_at = at.window;
      at.elapsed_s = elapsed_s();
      const auto keeping = Clock::now();
      if (const Status kept = keep_run(*options.checkpoint, options.ranks, options.seed, at, simulation, desk, harness);
          !kept) {
        return kept.error();
      }
      begin += Clock::now() - keeping;
    }
  }
  at.watching_s += threads * block.flush();
  if (options.each_day) options.each_day(1, date_of(plan.windows - 1), simulation.rows());
  WorldRecord record;
  record.generation_s = elapsed_s() - at.watching_s;
  record.seed = options.seed;
  record.plan = plan;
  record.contenders = std::move(harness.runs());
  record.campaign = simulation.keep_campaign();
  record.placebo = simulation.keep_placebo();
  record.rows = simulation.rows();
  record.campaign_log_share = simulation.campaign_log_share();
  record.foreign_rows = simulation.foreign_rows();
  record.background_digest = simulation.background_digest();
  record.foreign_digest = simulation.foreign_digest();
  record.clean_rows = harness.clean_rows();
  record.complaint = desk.noticed();
  return std::optional<WorldRecord>(std::move(record));
}

}  // namespace dwell::run
