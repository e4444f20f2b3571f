#include "bench/run/harness.hpp"

#include <algorithm>
#include <exception>
#include <limits>

#include <fmt/format.h>

#include "bench/score/budget.hpp"

namespace dwell::run {
namespace {

// Capacities of the logs: a run of 147 days at ten episodes a day makes 1,470 of at most 360 windows each.
constexpr std::size_t kCalibrationCapacity = 1U << 16;
constexpr std::size_t kScoringCapacity = 1U << 18;
constexpr std::int64_t kMeasuredEvery = 1440;
constexpr std::int64_t kFirstAsked = 720;  // windows after the fork; six hours of the twin are to be known

const score::ScoreLog kNoLog = {score::ScoreLog::Policy::keep_highest, 0, 1};

score::ScoreLog make_log(View view, const HarnessOptions& options, std::size_t contender) {
  using Policy = score::ScoreLog::Policy;
  if (options.floors.empty()) return {Policy::keep_highest, 0, view == View::clean ? kCalibrationCapacity : 1};
  if (view == View::clean) return {Policy::keep_highest, 0, kCalibrationCapacity};  // the warm-up's; see end_warm_up
  return {Policy::keep_first, options.floors[contender], kScoringCapacity};
}

// Apart, as most windows have no scores, and sorting would need most of the registers that the caller saves.
[[gnu::noinline]] void keep(score::ScoreLog& log, std::int64_t window, detect::Scores& scores) {
  log.add(static_cast<std::int32_t>(window), scores.sorted());
}

}  // namespace

Harness::Harness(const std::vector<Contender>& contenders, const HarnessOptions& options)
    : options_(options), contenders_(contenders), stage_run_{{kNoLog, kNoLog, kNoLog}, {}, 0, 0, {}} {
  slots_.resize(contenders.size());
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    const auto log = [&](View view) { return make_log(view, options_, c); };
    runs_.push_back({{log(View::clean), log(View::factual), log(View::placebo)}, {}, 0, 0, {}});
    slots_[c].descriptor = &contenders[c].descriptor;
    try {
      Instance& clean = slots_[c].views[0];
      clean = instance_of(contenders[c].make(options_.setting));
      DWELL_DEMAND(clean.sharded != nullptr || clean.sequential != nullptr || clean.features != nullptr,
                   "detector " + contenders[c].descriptor.name + " has none of the forms");
      if (clean.sharded != nullptr) {
        for (std::uint32_t s = 0; s < options_.setting.shards; ++s) {
          auto state = clean.sharded->make_shard_state(ShardId{s});
          if (state == nullptr) break;
          const bool here = options_.ranks == nullptr || options_.local(ShardId{s});
          clean.shards.push_back(here ? std::move(state) : nullptr);
        }
      }
      if (clean.features == nullptr) subscribe(slots_[c]);
    } catch (const std::exception& error) {
      runs_[c].crash = error.what();
      slots_[c].views = {};
    }
  }
  add_stage();
  make_crews();
}

Harness::Instance Harness::instance_of(std::unique_ptr<detect::Detector> detector) {
  Instance instance;
  instance.sharded = dynamic_cast<detect::ShardedDetector*>(detector.get());
  instance.sequential = dynamic_cast<detect::SequentialDetector*>(detector.get());
  instance.features = dynamic_cast<detect::FeatureDetector*>(detector.get());
  instance.detector = std::move(detector);
  return instance;
}

void Harness::subscribe(Slot& slot) {
  const detect::Descriptor& descriptor = *slot.descriptor;
  const Instance& instance = slot.views[0];
  const bool gathered = options_.ranks != nullptr && instance.sequential != nullptr;
  const auto fits = [&](const Subscription& s) { return s.access.pages == descriptor.pages && s.gathered == gathered; };
  std::size_t at = 0;
  while (at < subscriptions_.size() && !fits(subscriptions_[at])) ++at;
  if (at == subscriptions_.size()) subscriptions_.push_back({{descriptor.pages, false, false}, {}, {}, gathered});
  const auto arrange = [&](telemetry::Topic topic, Choice& choice) {
    if ((descriptor.topics & detect::topic_bit(topic)) == 0) return;
    choice.ordered = choice.ordered || instance.sequential != nullptr;
    choice.by_shard = choice.by_shard || !instance.shards.empty();
  };
  arrange(telemetry::Topic::access, subscriptions_[at].access);
  arrange(telemetry::Topic::auth, subscriptions_[at].auth);
  slot.lane = at;
  slot.variant = subscriptions_[at].variant(descriptor.topics);
  share_table(slot);
}

void Harness::fork() {
  forked_ = true;
  for (Slot& slot : slots_) {
    const Instance& clean = slot.views[0];
    if (clean.detector == nullptr) continue;
    for (const View view : {View::factual, View::placebo}) {
      slot.views[static_cast<std::size_t>(view)] = copy_of(clean);
    }
  }
}

Harness::Instance Harness::copy_of(const Instance& instance) const {
  Instance copy = instance_of(instance.detector->clone());
  for (const auto& state : instance.shards) copy.shards.push_back(state ? state->clone() : nullptr);
  return copy;
}

void Harness::block(std::span<const BlockWindow> windows) {
  if (windows.empty()) return;
  DWELL_DEMAND(windows.size() <= kBlockWindows, "a block of windows is too long");
  if (windows.front().info.index == options_.warm_up_windows && judges()) end_warm_up();
  if (options_.ranks != nullptr) return watch_on_ranks(windows);
  clean_rows_ += clean_rows_of(windows);
  watch(windows);
  leave_decided_views(windows.back().info.index + 1);
  if (measures(windows)) measure_state();
}

std::uint64_t Harness::clean_rows_of(std::span<const BlockWindow> windows) {
  std::uint64_t rows = 0;
  for (const BlockWindow& window : windows) {
    for (const telemetry::PartitionRows& partition : window.source.partitions) {
      rows += partition.access.rows.size() - partition.access.foreign;
    }
  }
  return rows;
}

bool Harness::measures(std::span<const BlockWindow> windows) {
  return windows.front().info.index / kMeasuredEvery != (windows.back().info.index + 1) / kMeasuredEvery;
}

void Harness::run_view(Crew& crew, Slot& slot, ContenderRun& run, View view, std::span<const BlockWindow> windows) {
  Instance& instance = slot.views[static_cast<std::size_t>(view)];
  for (std::size_t k = 0; k < windows.size(); ++k) {
    const detect::WindowTable* const table =
        instance.sharded == nullptr ? nullptr : &table_for(crew, slot, instance, view, k);
    close_window(crew, slot, instance, run, view, windows[k], k, table);
  }
}

/// With what the shards found in the window, or its rows for a sequential contender.
void Harness::close_window(Crew& crew, const Slot& slot, Instance& instance, ContenderRun& run, View view,
                           const BlockWindow& window, std::size_t k, const detect::WindowTable* table) {
  const auto v = static_cast<std::size_t>(view);
  if (instance.features != nullptr && !vectors_[v][k]) return;
  Lane& lane = crew.lanes[k][slot.lane];
  score::ScoreLog& log = run.logs[v];
  detect::Scores& scores = crew.scores;
  scores.begin(log.floor());
  if (instance.features != nullptr) {
    instance.features->close(window.info, *vectors_[v][k], scores);
  } else if (instance.sequential != nullptr) {
    instance.sequential->observe(lane.ordered(slot.variant, view));
    instance.sequential->close(window.info, scores);
  } else {
    instance.sharded->close(window.info, lane.platform(slot.variant, view), *table, scores);
    if (is_stage(slot)) keep_vector(instance, view, k);
  }
  if (!scores.items().empty()) keep(log, window.info.index, scores);
}

void Harness::end_warm_up() {
  if (options_.floors.empty()) return;
  std::vector<double> budgets;
  for (const score::Budget& budget : score::kBudgets) budgets.push_back(budget.per_day);
  for (std::size_t c = 0; c < runs_.size(); ++c) {
    score::ScoreLog& log = runs_[c].logs[0];
    const score::CleanRun warm_up{log.entries(), log.floor(), 0, options_.warm_up_windows};
    runs_[c].field =
        score::find_thresholds({&warm_up, 1}, budgets, static_cast<double>(options_.setting.windows_per_day));
    double floor = options_.floors[c];
    for (const score::Threshold& threshold : runs_[c].field) {
      if (threshold.state == score::Threshold::State::found) floor = std::min(floor, threshold.value);
    }
    log = {score::ScoreLog::Policy::keep_first, floor, kScoringCapacity};
    runs_[c].logs[1].set_floor(floor);
    runs_[c].logs[2].set_floor(floor);
    if (options_.thresholds.empty()) continue;
    std::vector<double> thresholds;
    for (const auto* of : {&options_.thresholds[c], &runs_[c].field}) {
      for (const score::Threshold& threshold : *of) thresholds.push_back(threshold.value);
    }
    for (score::ScoreLog& each : runs_[c].logs) each.set_thresholds(thresholds);
  }
}

/// To ask takes as long as the logs are, so the waits grow with the time already spent.
void Harness::leave_decided_views(std::int64_t seen) {
  if (!forked_ || !options_.decided || seen <= options_.warm_up_windows) return;
  if (ask_after_ == 0) ask_at_ = seen + (ask_after_ = kFirstAsked);
  if (seen < ask_at_) return;
  ask_at_ = seen + (ask_after_ += ask_after_ / 4);
  for (std::size_t c = 0; c < runs_.size(); ++c) {
    for (const View view : {View::factual, View::placebo}) {
      Instance& instance = slots_[c].views[static_cast<std::size_t>(view)];
      if (instance.detector != nullptr && options_.decided(c, view, runs_[c], seen)) instance = {};
    }
  }
  leave_stage();
}

}  // namespace dwell::run
