#pragma once
// Which alert of a view is the first that an incident caused, and from when on no later window can change the answer.

#include <cstdint>
#include <optional>
#include <span>

#include "bench/run/harness.hpp"
#include "bench/score/detection.hpp"
#include "bench/score/threshold.hpp"
#include "sim/truth/incident.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::run {

/// An incident, and what one contender's logs say of the view that has it.
struct IncidentView {
  const world::RunPlan& plan;
  const truth::Incident& incident;
  const ContenderRun& contender;
  View view = View::factual;
  bool twin = true;  ///< whether the clean view must be silent; false for bounds
};

/// Whether the clean view must be silent where a contender's alert is to count. A bound must not lose time to false
/// alarms that happen to be open: an oracle's alarm is taken as the campaign's.
inline bool needs_twin(const Contender& contender, View view) {
  return view != View::factual || contender.kind != "oracle";
}

/// The window that a moment lies in.
std::int32_t window_at(Time time);

/// The first alert above `threshold` that counts; nothing when there is none or the incident made no request.
std::optional<score::Detection> detect_incident(const IncidentView& of, double threshold);

/// Whether `detect_incident` has found an answer for every threshold of state `found` that windows from `seen` on, and
/// what the truth is yet to learn, cannot make later: the clean twin is known for six hours behind each. They can make
/// it earlier only by what the logs hold already. So the view's later windows matter to no row.
bool decided(const IncidentView& of, std::span<const score::Threshold> thresholds, std::int64_t seen);

}  // namespace dwell::run
