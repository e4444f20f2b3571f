#pragma once
// Adversaries as processes. They speak sim/protocol only; the shards cannot tell their requests from others.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/campaign/spec.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/time.hpp"
#include "sim/kernel/process.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::campaign {

/// The run a campaign is set in. `networks` must outlive the process; `exists` must be pure and safe from any thread.
struct Setting {
  std::uint32_t shards = 1;  ///< processes 0 .. shards - 1; a member lives in shard id mod shards
  std::uint64_t ids = 1;     ///< at the run's scale
  double scale = 1;          ///< applied to views and to the number of sources, never to probes
  const protocol::NetworkTable* networks = nullptr;
  KeyId key;   ///< the stolen key
  Time onset;  ///< of the first phase; the first request comes no earlier than one lookahead into the run
  std::array<double, 24> hour{};   ///< the platform's rhythm, for Pace::rhythm
  std::vector<double> day_factor;  ///< the platform's day levels from the run's first day, for Pace::rhythm
  Origin origin;
  Seed seed;
  std::function<bool(MemberId)> exists;
  ProcessId complaints = protocol::kNoProcess;  ///< where customers report misuse; nobody: no record is misused
};

/// The campaign: phases one after the other, each with its exact number of requests in the order of its sweep. Tokens
/// are forged: signed with the stolen key, one per member and phase (another when it has grown older than
/// `token_age_most`), with a claimed time of issue and without an issuance record. Before the first phase, `probes`
/// test reads. Setup asks `exists` once per id and phase. Per request about 100 ns.
///
/// Some of the accounts of which a request returned a record are misused (`Spec::misuse`): the campaign asks the
/// gateway for the answers to what it reads of them, and has their owners report to the complaints desk, each once,
/// LogNormal later.
std::unique_ptr<kernel::Process> make_campaign(const Spec& spec, const Setting& setting);

/// What a campaign will do, for reports, oracles and tests: expected requests by calendar day of the run.
struct DayPlan {
  std::vector<std::uint64_t> requests;  ///< by day from the run's first, misses included, probes not
  std::vector<std::uint64_t> views;     ///< the same without misses, to rounding
  std::uint64_t misses = 0;
};
DayPlan plan_days(const Spec& spec, const Setting& setting);

/// Expected requests by page for each hour of the run, from hour 0 to the campaign's last; probes not counted.
std::vector<std::array<double, kPages>> plan_hours(const Spec& spec, const Setting& setting);

struct PlaceboSetting {
  std::uint32_t shards = 1;
  Time onset;
  Duration length;
  double visits_in_all = 0;  ///< at the run's scale; rounded to a whole number, which is met exactly
  std::array<double, 24> hour{};
  std::vector<double> day_factor;
  Origin origin;
  Seed seed;
};

/// The placebo: more visits of ordinary members, at moments drawn independently from the platform's own rhythm.
std::unique_ptr<kernel::Process> make_placebo(const PlaceboSetting& setting);

}  // namespace dwell::campaign
