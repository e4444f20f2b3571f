#pragma once
// Two controls that look at nothing.
//   never-alert   emits no score: its restricted mean time-to-detect is the horizon, and its cost that of an empty
//   detector; always-alert  names the platform with score +infinity at every window: above every threshold, so it must
//   exceed every
//                 alert budget and, exceeding in the clean twin too, must never be credited with a detection.
// No parameters, no state, below 5 ns a window.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_never_alert();
std::unique_ptr<Detector> make_never_alert(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry never_alert_entry{describe_never_alert, make_never_alert};

Descriptor describe_always_alert();
std::unique_ptr<Detector> make_always_alert(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry always_alert_entry{describe_always_alert, make_always_alert};

}  // namespace dwell::detect
