#pragma once
// Accesses to dormant accounts: member data of accounts that nobody used for weeks. Tier T0, all pages, sharded with
// shard state: when each member was last seen (last_seen.hpp), four bits a member. A sweep over ids wakes the dormant;
// people who come back come by the pages before. Policy reviews name the practice: NIST SP 800-53, AC-2(3) and
// AC-2(12). An access is dormant when it is answered with a member's data and no request named the member for
// `dormant_days` (to a fifteenth of them, rounded up). At the end of an hour, for each source, key and page with d > 0
// dormant accesses in it:
//   n       its answered member-data accesses; for a source those from the window of its first dormant one on
//   q       share of dormant accesses on the platform, over all of it, forgotten over `level_days`
//   r       (1 + Σ d) / (1 + Σ n q)  over the entity's hours since it first woke somebody (for a source those in which
//           it did), forgotten over `learn_days`: its own habit, which lets support and batch jobs wake whom they do
//   score   evidence in nats that d exceeds n q r   (excess_nats, shape 1 + Σ d, at most 50)
// and then q and the sums learn. While the run is young nearly every account is dormant; so is q near 1, and nobody
// stands out. Check: last-seen epochs from four bits equal those of a table of times. Cost: 11 % of what
// it takes to generate the events, at 1/2000. State: half a byte an id, 39 MB at 77.7 M ids and at most 64 MB,
// and 2^17 entities' pasts.
// Defaults: `dormant_days` 28, `level_days` 3, `learn_days` 28.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_dormant_access();
std::unique_ptr<Detector> make_dormant_access(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry dormant_access_entry{describe_dormant_access, make_dormant_access};

}  // namespace dwell::detect
