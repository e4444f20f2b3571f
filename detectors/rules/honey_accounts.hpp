#pragma once
// Honey accounts (the idea of honeywords, Juels and Rivest 2013, on accounts). Tier T3, member-data pages, sharded;
// each shard holds the planted members that the deception topic announces. Nobody owns a honey account, so a hit is
// suspicious by itself; support agents and batch jobs that read members at random hit some, which is learnt. For each
// source and key:
//   X  hits, forgotten over `recent_days`;   λ  hits a window, learnt over `learn_days`, plus the prior `hits_per_day`
//   score = evidence in nats that X exceeds λ · recent windows   (excess_nats, shape = hits learnt, 1 to 50)
// with this window's hits in X; λ is of the time before the recent hits, so a campaign's own first hits do not excuse
// it. A campaign that reads n of N members hits at least one of m planted with probability 1 - C(N-m, n) / C(N, n), the
// check value (hit_probability below). How many are planted is the scenario's affair. State: members planted (at most
// 2^20 are kept), 2^16 entities. 4 ns a row without hits.
// Defaults: `recent_days` 1, `learn_days` 28, `hits_per_day` 0.01.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_honey_accounts();
std::unique_ptr<Detector> make_honey_accounts(const Descriptor& descriptor, const Setting& setting);
/// 1 - C(N-m, n) / C(N, n): chance that n of N members drawn without replacement include one of m. Needs m, n <= N.
double hit_probability(std::uint64_t members, std::uint64_t planted, std::uint64_t read);
inline constexpr CatalogueEntry honey_accounts_entry{describe_honey_accounts, make_honey_accounts};

}  // namespace dwell::detect
