#pragma once
// Peer groups: a key or a support agent that strays from its own past while its peers do not, as user and entity
// behaviour analytics have it. Tier T1: member-data requests, and `audit`, which names agents; sharded and additive.
// After peer group analysis (Bolton and Hand 2001): equations in peer_profiles.hpp, evaluated at the end of each hour.
//   keys     two groups, uses by people's apps and uses by services, of at least `least_events` answered requests in
//   the
//            hour; n counts them, k_f those to each of the five member-data pages and those that found nobody
//   agents   one group, of at least `least_events` reads; k_f are reads without a ticket, and reads of a ticket after
//   its
//            first
//   score    evidence in nats, z² / 2 for the feature that strays most upwards, of the group in which it does
// Names the key or the agent. Who has fewer than `least_hours` hours behind is not judged. Check: a planted outlier
// among its peers. Cost: 4 % of what it costs to generate the events, at 1/1000. State: at most 2^14 keys a group and
// 2^15 agents, and 31 sketches for each of 17 features: 8 MB at most, at any scale.
// Defaults: `profile_days` 30, `least_events` 8, `least_hours` 24.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_peer_group();
std::unique_ptr<Detector> make_peer_group(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry peer_group_entry{describe_peer_group, make_peer_group};

}  // namespace dwell::detect
