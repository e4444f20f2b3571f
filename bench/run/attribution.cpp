#include "bench/run/attribution.hpp"

#include <algorithm>

#include "bench/score/episodes.hpp"

namespace dwell::run {
namespace {

/// Whether an entity a detector pointed at belongs to an incident; agents never do, the platform always.
bool belongs(const truth::Incident& incident, detect::Entity entity, Time up_to) {
  switch (entity.kind) {
    case detect::EntityKind::platform:
      return true;
    case detect::EntityKind::key:
      return incident.belongs(truth::Kind::key, entity.id, up_to);
    case detect::EntityKind::source:
      return incident.belongs(truth::Kind::source, entity.id, up_to);
    case detect::EntityKind::network:
      return incident.belongs(truth::Kind::network, entity.id, up_to);
    case detect::EntityKind::country:
      return incident.belongs(truth::Kind::country, entity.id, up_to);
    case detect::EntityKind::page:
      return incident.belongs(truth::Kind::page, entity.id, up_to);
    case detect::EntityKind::account:
      return incident.belongs(truth::Kind::account, entity.id, up_to);
    case detect::EntityKind::agent:
      return false;
  }
  return false;
}

}  // namespace

std::int32_t window_at(Time time) { return static_cast<std::int32_t>(time.us / world::kWindow.us); }

std::optional<score::Detection> detect_incident(const IncidentView& of, double threshold) {
  if (of.incident.requests() == 0) return {};
  const auto& logs = of.contender.logs;
  const score::DetectionQuery query{.view = logs[static_cast<std::size_t>(of.view)].entries(),
                                    .clean = of.twin ? logs[0].entries() : std::span<const score::Exceedance>(),
                                    .threshold = threshold,
                                    .from_window = std::max(window_at(std::min(of.plan.onset, of.incident.first())),
                                                            static_cast<std::int32_t>(of.plan.warm_up_windows)),
                                    .end_window = static_cast<std::int32_t>(of.plan.windows),
                                    .window_length = world::kWindow,
                                    .belongs = [&](detect::Entity e, Time t) { return belongs(of.incident, e, t); }};
  return score::first_detection(query);
}

// Why the answer stands: with all of the logs and all of the truth, the window found here is still a detection. Its
// alarm is in the log, an entity that belongs by then belongs for good, the first request can only move to an earlier
// window, and alarms of the twin within reach of it are known. So the first detection lies at or before it, among
// alarms that are in the log already.
bool decided(const IncidentView& of, std::span<const score::Threshold> thresholds, std::int64_t seen) {
  return std::all_of(thresholds.begin(), thresholds.end(), [&](const score::Threshold& threshold) {
    if (threshold.state != score::Threshold::State::found) return true;  // such rows ask for no detection
    const auto found = detect_incident(of, threshold.value);
    return found && (!of.twin || found->window + score::kEpisodeWindows < seen);
  });
}

}  // namespace dwell::run
