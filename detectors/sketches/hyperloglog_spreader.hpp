#pragma once
// Super-spreaders: sources, networks and keys that touch more distinct members than they used to. Tier T0, member-data
// pages, sharded and additive (a window's visits are a list). Distinct members are counted by HyperLogLog of Flajolet
// et al. 2007, m = 2^14 registers, relative error 1.04 / √m = .81 %, the check value; where an entity has few visits,
// by linear counting (Whang et al. 1990), as that paper does for small ranges. At the end of every span, for each
// entity with at least `least_members` distinct members D:
//   T      sum of D over the entities of its kind: what moves the whole platform moves T alike
//   C, S   Σ D and Σ T over the spans in which the entity had as many, forgotten over `learn_days`
//   a, m   shape and mean share D / T of all entities of the kind, by moments, less what counting alone explains; a is
//          at least .05: what a new entity is judged by. Nobody is judged in the first span
//   score  = evidence in nats that D exceeds T · (a + C) / (a / m + S)     (excess_nats, shape a + C, at most 400)
// and then C, S and the moments learn. So carriers that share one address among hundreds of members, and the support
// desk's network, are judged by their own past, and a new address by what new addresses do.
// Cost: 17 to 20 ns a row where sources fit the cache, 23 at a twentieth of the platform, 60 to 100 in spans of more
// than 2^21 rows: only one member in 2, 4, … is heeded there, and evidence is in what was counted. State: visits that
// wait, 16 bytes each, some 50 bytes a source, 2^18 entities' pasts: 260 MB.
// Defaults: `span_hours` 1, `least_members` 8, `learn_days` 28.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_hyperloglog_spreader();
std::unique_ptr<Detector> make_hyperloglog_spreader(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry hyperloglog_spreader_entry{describe_hyperloglog_spreader, make_hyperloglog_spreader};

}  // namespace dwell::detect
