#pragma once
// Token without issuance: access rows whose token the issuance log never showed. Tier T1, member-data pages and the
// auth topic, sharded. After Bloom 1970, with filters that rotate as tokens expire. Each shard keeps a Bloom filter of
// issued tokens per generation of `generation_hours`, enough generations to cover `lifetime_days`; an access row waits
// `lag_windows` windows, so that late issuance rows still count, and is then looked up in all of them. At 10 bits a key
// and 7 hashes a forged token passes for issued with probability .82 % a generation, the check value. Nothing is judged
// until one lifetime has been seen. Lost issuance rows and tokens minted offline by partners look alike, so excess is
// judged, not occurrence:
//   key     U = Σ u, E = Σ n · f · c    forgotten over `recent_hours`; f = share of the key's rows not issued, learnt
//   over
//           `learn_days`; c >= 1 what the other keys' recent loss exceeds their own f by, so that a failing log is
//           nobody's guilt; score = evidence in nats that U exceeds E
//   source  the same with E = Σ over its rows of their key's f · c
// A window is scored before f learns it.
// State: 4 filters of 1.25 bytes a token: 190 MB over all shards at 302 M events a day, 2^16 keys, 2^17 sources.
// Cost: 120 ns a row with the tokens issued meanwhile, about one a row, where eight shards share twenty rows a window;
// up to 120 ns more for a row that was not issued.
// Defaults: `lag_windows` 5, `bits_per_key` 10, `hashes` 7, `lifetime_days` 1, `generation_hours` 12, `recent_hours` 6,
// `learn_days` 28.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_token_issuance();
std::unique_ptr<Detector> make_token_issuance(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry token_issuance_entry{describe_token_issuance, make_token_issuance};

}  // namespace dwell::detect
