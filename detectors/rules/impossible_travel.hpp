#pragma once
// Impossible travel: an account used in two countries within less time than the way between them takes. Tier T0, all
// pages, sharded with shard state: where and when each member was last (last_places.hpp), four bytes a member. Inputs:
// member, country, time and kind of client of every answered request, and source, network and key of the later one,
// which are blamed. The rule of practice, at a fast airliner's speed: impossible is what would take more than
//   v = 900 km/h  between the countries' places   (haversine formula, country_places.hpp; whole minutes, rounded down)
// A member is where a person was last seen to be: an impossible place is not taken over, so the account's owner is not
// blamed on coming back, and one excursion is counted once; services and scripts ask for members and do not move them.
// Commercial exits, roaming phones and support abroad make such journeys every day. So at the end of an hour, for each
// source, network and key with x > 0 members who cannot have come to it in that hour,
//   X, R    Σ x and hours, this one's among them, forgotten over `recent_hours`
//   L, W    Σ x and hours before this one, forgotten over `learn_days`
//   λ       `usual_per_day` / 24 + (L less what is still in X) / (W - R, at least R)
//   score   evidence in nats that X exceeds λ R   (excess_nats, shape 1 + what λ counts, at most 50)
// and then L and W learn. Countries' codes come from the setting; where it has none, all of them are `unknown_km`
// apart. Check: haversine vectors. Cost: 18 % of the instructions that generate the events, at
// 1/2000. State: four bytes an id, 311 MB at 77.7 M ids and at most 512 MB, and 2^17 entities' pasts.
// Defaults: `km_per_hour` 900, `unknown_km` 2000, `usual_per_day` 0.25, `recent_hours` 24, `learn_days` 28. The formula
// is Sinnott's (1984).

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_impossible_travel();
std::unique_ptr<Detector> make_impossible_travel(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry impossible_travel_entry{describe_impossible_travel, make_impossible_travel};

}  // namespace dwell::detect
