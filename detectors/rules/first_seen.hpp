#pragma once
// A network or country that a key or a page never saw before. Tier T0, member-data pages, sharded and additive.
// Inputs: key, page, network and country of every answered request. What is counted are pairs (entity, network) and
// (entity, country), each once a day. New networks are ordinary: travellers and commercial exits bring them. How many
// are to be expected is Good and Turing's estimate (Good 1953): the next pair is a new one with probability N₁ / N, N
// pairs counted on all days before, N₁ of them on one day only. For each entity and each of the two attributes, in a
// window in which a pair is counted for the first time today,
//   x   pairs of today that were never seen on a day before;    n   pairs counted today
//   μ   n (N₁ + ½) / (N + 1), at least `least_expected`
//   score = evidence in nats that x exceeds μ (excess_nats, shape 2) × min(1, days since its first / `warm_up_days`)
// Today enters N and N₁ at midnight. Pairs are remembered for good in two Bloom filters (seen_pairs.hpp): 10 bits a
// pair and 7 hashes miss a new pair with probability .82 % or less, the check value, as long as `pairs` are not
// exceeded. Names the key or the page. Cost: 3 % of what it costs to generate the events, at 1/1000. State: 2.6
// MB of filters at 2^20 pairs, 2^17 pairs a day, 2^15 entities: 30 MB at most, at any scale.
// Defaults: `warm_up_days` 30, `least_expected` 0.01, `pairs` 1048576, `bits_per_pair` 10, `hashes` 7.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_first_seen();
std::unique_ptr<Detector> make_first_seen(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry first_seen_entry{describe_first_seen, make_first_seen};

}  // namespace dwell::detect
