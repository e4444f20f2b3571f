#pragma once
// The plainest harness: one simulation, every row of it in one view, nothing shared, skipped or forked.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "bench/oracle/oracle_volume.hpp"
#include "bench/run/world_run.hpp"
#include "detectors/features/own_stage.hpp"
#include "sim/core/digest.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {

/// A score as it was emitted; the value as bits.
struct Scored {
  std::int32_t window = 0;
  detect::Entity entity;
  double value = 0;
  friend bool operator==(const Scored& a, const Scored& b) {
    return a.window == b.window && a.entity == b.entity &&
           std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
  }
  friend bool operator<(const Scored& a, const Scored& b) {
    return std::tie(a.window, a.entity, a.value) < std::tie(b.window, b.entity, b.value);
  }
};

inline std::shared_ptr<const oracle::Intensities> intensities(const world::Simulation& world) {
  auto truth = std::make_shared<oracle::Intensities>();
  for (std::int64_t w = 0; w < world.plan().windows; ++w) truth->members.push_back(world.model().intensity(w));
  truth->shares.clear();
  for (std::int64_t w = 0; w < world.plan().windows; w += 1440) {
    auto& shares = truth->shares.emplace_back();
    for (std::uint32_t p = 0; p < kPages; ++p) shares[p] = world.model().page_share(static_cast<Page>(p), w / 1440);
  }
  truth->warm_up_windows = world.plan().warm_up_windows;
  truth->campaign_by_hour = world.campaign_by_hour();
  return truth;
}

/// Seed of the detectors' own coins in `run_world`.
inline Seed coins(Seed seed) { return {mix64(seed.value, 0x6465746563746f72ULL)}; }

/// One detector fed as its interface says, with nothing shared and nothing forked.
class PlainDetector {
 public:
  PlainDetector(const Contender& contender, const detect::Setting& setting)
      : descriptor_(contender.descriptor),
        shards_(setting.shards),
        detector_(detect::with_own_stage(contender.make(setting))) {
    sharded_ = dynamic_cast<detect::ShardedDetector*>(detector_.get());
    sequential_ = dynamic_cast<detect::SequentialDetector*>(detector_.get());
    for (std::uint32_t s = 0; sharded_ != nullptr && s < shards_; ++s)
      states_.push_back(sharded_->make_shard_state({s}));
  }

  /// `rows` are the window's, merged in order. Appends the window's positive scores in order of entity.
  void window(const detect::WindowInfo& info, const telemetry::PartitionRows& rows,
              const telemetry::PlatformRows& platform, telemetry::Shift shift, std::vector<Scored>& out) {
    scores_.begin(0);
    if (sequential_ != nullptr) {
      observe(rows, platform, shift, {}, [&](const detect::WindowRows& chosen) { sequential_->observe(chosen); });
      sequential_->close(info, scores_);
    } else {
      detect::WindowTable table;
      for (std::uint32_t s = 0; s < shards_; ++s) {
        observe(rows, platform, shift, s,
                [&](const detect::WindowRows& chosen) { sharded_->observe(chosen, states_[s].get(), table); });
      }
      sharded_->close(info, platform_rows(platform, shift), table, scores_);
    }
    const std::size_t before = out.size();
    for (const detect::Scores::Item& item : scores_.items())
      out.push_back({static_cast<std::int32_t>(info.index), item.entity, item.value});
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
  }

 private:
  [[nodiscard]] bool wants(telemetry::Topic topic) const {
    return (descriptor_.topics & detect::topic_bit(topic)) != 0;
  }

  [[nodiscard]] detect::WindowRows platform_rows(const telemetry::PlatformRows& platform,
                                                 telemetry::Shift shift) const {
    using telemetry::Topic;
    detect::WindowRows rows;
    if (wants(Topic::keys)) rows.keys = {platform.keys.rows, shift};
    if (wants(Topic::workforce)) rows.workforce = {platform.workforce.rows, shift};
    if (wants(Topic::audit)) rows.audit = {platform.audit.rows, shift};
    if (wants(Topic::complaints)) rows.complaints = {platform.complaints.rows, shift};
    if (wants(Topic::deception)) rows.deception = {platform.deception.rows, shift};
    return rows;
  }

  template <class Observe>
  void observe(const telemetry::PartitionRows& all, const telemetry::PlatformRows& platform, telemetry::Shift shift,
               std::optional<std::uint32_t> shard, Observe use) const {
    std::vector<std::uint32_t> access;
    std::vector<std::uint32_t> auth;
    const auto here = [&](std::uint32_t member) { return !shard || member % shards_ == *shard; };
    for (std::uint32_t i = 0; i < all.access.rows.size(); ++i) {
      if ((descriptor_.pages >> all.access.rows.page[i] & 1U) != 0 && here(all.access.rows.member[i]))
        access.push_back(i);
    }
    for (std::uint32_t i = 0; i < all.auth.rows.size(); ++i) {
      if (here(all.auth.rows.member[i])) auth.push_back(i);
    }
    detect::WindowRows rows = platform_rows(platform, shift);
    if (wants(telemetry::Topic::access)) rows.access = {all.access.rows, access, shift};
    if (wants(telemetry::Topic::auth)) rows.auth = {all.auth.rows, auth, shift};
    use(rows);
  }

  detect::Descriptor descriptor_;
  std::uint32_t shards_;
  std::unique_ptr<detect::Detector> detector_;
  detect::ShardedDetector* sharded_ = nullptr;
  detect::SequentialDetector* sequential_ = nullptr;
  std::vector<std::unique_ptr<detect::ShardState>> states_;
  detect::Scores scores_;
};

/// All shards' rows in one batch by (ingest time, keyed hash).
template <class Batch>
void merge(std::span<const telemetry::PartitionRows> partitions,
           telemetry::Labelled<Batch> telemetry::PartitionRows::*topic, std::uint64_t key,
           telemetry::Labelled<Batch>& out) {
  std::vector<std::tuple<std::int64_t, std::uint64_t, typename Batch::Row>> rows;
  for (const telemetry::PartitionRows& partition : partitions) {
    const Batch& batch = (partition.*topic).rows;
    for (std::size_t i = 0; i < batch.size(); ++i)
      rows.emplace_back(batch.ingest_us[i], mix64(batch.token[i] ^ key, batch.member[i]), batch.row(i));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  out.clear();
  for (const auto& row : rows) out.push(std::get<2>(row), kBackground);
}

/// All rows of a simulation watched by every contender, whatever their labels; each one's positive scores in order.
inline std::vector<std::vector<Scored>> plain_run(std::vector<Contender> list, const world::RunOptions& options,
                                                  std::int64_t extra_weeks = 0) {
  const auto world = world::test::make_world(options);
  const world::RunPlan& plan = world->plan();
  const detect::Setting setting{.seed = coins(options.seed),
                                .shards = plan.shards,
                                .windows_per_day = 1440,
                                .members_expected = plan.ids,
                                .events_per_day_expected = static_cast<std::uint64_t>(world->model().events_per_day()),
                                .countries = world->country_codes()};
  std::vector<PlainDetector> detectors;
  for (Contender& contender : list) {
    if (contender.kind == "oracle") {
      contender.make = [truth = intensities(*world)](const detect::Setting&) {
        return oracle::make_oracle_volume(truth);
      };
    }
    detectors.emplace_back(contender, setting);
  }
  const telemetry::Shift shift{plan.shift.us + extra_weeks * Duration::days(7).us};
  std::vector<std::vector<Scored>> scores(list.size());
  telemetry::PartitionRows merged;
  for (std::int64_t w = 0; world->step(); ++w) {
    merge(world->partitions(), &telemetry::PartitionRows::access, options.seed.value, merged.access);
    merge(world->partitions(), &telemetry::PartitionRows::auth, options.seed.value, merged.auth);
    const kernel::Window& window = world->window();
    const detect::WindowInfo info{w, window.begin.us + shift.us, window.end.us + shift.us};
    for (std::size_t c = 0; c < list.size(); ++c)
      detectors[c].window(info, merged, world->platform(), shift, scores[c]);
  }
  return scores;
}

/// The scores a log keeps, one a window, in order.
inline std::vector<Scored> expanded(const score::ScoreLog& log) {
  std::vector<Scored> scores;
  for (const score::Exceedance& e : log.entries()) {
    for (std::int32_t w = e.first; w <= e.last; ++w) scores.push_back({w, e.entity, e.score});
  }
  std::sort(scores.begin(), scores.end());
  return scores;
}

/// Those of `scores` that a log with this floor keeps from a window on.
inline std::vector<Scored> kept(const std::vector<Scored>& scores, double floor, std::int32_t from) {
  std::vector<Scored> result;
  for (const Scored& s : scores) {
    if (s.window >= from && s.value > floor) result.push_back(s);
  }
  return result;
}

}  // namespace dwell::run::test
