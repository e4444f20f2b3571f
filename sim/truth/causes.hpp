#pragma once
// What the opaque origin numbers of requests mean. Built by the world, read by scoring, never visible to detectors.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/ids.hpp"

namespace dwell::truth {

enum class Label : std::uint8_t { background, campaign, placebo };
inline constexpr std::uint32_t kLabels = 3;
std::string_view label_name(Label label);

/// Number of an incident of a run, from 0. The background belongs to none.
using IncidentId = Id<struct IncidentTag, std::uint32_t>;
inline constexpr IncidentId kNoIncident{UINT32_MAX};

struct Cause {
  Label label = Label::background;
  IncidentId incident = kNoIncident;
  std::string name;  ///< for reports
};

/// Origin -> cause. Origin 0 is the background and always there.
class Causes {
 public:
  Causes();
  /// A new origin of an incident; several origins may belong to one. InvariantError for the background's label or no
  /// incident.
  Origin add(IncidentId incident, Label label, std::string name);
  /// InvariantError for an origin that was never given out.
  [[nodiscard]] const Cause& of(Origin origin) const;
  [[nodiscard]] std::span<const Cause> all() const { return causes_; }

 private:
  std::vector<Cause> causes_;
};

}  // namespace dwell::truth
