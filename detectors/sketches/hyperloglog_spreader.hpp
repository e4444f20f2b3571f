#pragma once
// Super-spreaders: sources, networks and keys that touch more distinct members than they used to. Tier T0, member-data
// pages, sharded and additive (tables merge by the greatest). HyperLogLog of Flajolet et al. 2007 with the sparse form
// of Heule et al. 2013; m = 2^14 registers for the heaviest, relative error 1.04 / √m = .81 %, the check value. At the
// end of every pane (a third of the span), for each entity with at least `least_members` distinct members D:
//   T      sum of D over the entities of its kind: what moves the whole platform moves T alike
//   C, S   Σ D and Σ T over the panes in which the entity was active, forgotten over `learn_days`
//   a, m   shape and mean share D / T of an active entity of the kind, by moments: what a new entity is judged by
//   score  = evidence in nats that D exceeds T · (a + C) / (a / m + S)     (excess_nats, shape a + C / panes, at most
//   400)
// and then C, S and the moments learn. So carriers that share one address among hundreds of members, and the support
// desk's network, are judged by their own past, and a new address by what new addresses do.
// Cost: 50 to 80 ns a row with its share of the ends of panes. State: what holds 2^22 hashes, 28 bytes a visit and up
// to 100 an entity; 2^20 visits that wait, 512 dense entities of 48 KB, 2^18 entities' pasts: 340 MB for as many.
// Defaults: `span_hours` 1, `least_members` 8, `learn_days` 28.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_hyperloglog_spreader();
std::unique_ptr<Detector> make_hyperloglog_spreader(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry hyperloglog_spreader_entry{describe_hyperloglog_spreader, make_hyperloglog_spreader};

}  // namespace dwell::detect
