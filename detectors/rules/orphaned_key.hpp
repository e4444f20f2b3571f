#pragma once
// Orphaned key use: a key used after its owner left. Tier T2, member-data pages, sharded and additive.
// The inventory (keys) says who owns a key, workforce says who left and when; both are read as they arrive. A key is
// orphaned from its owner's departure plus `grace_days` on. Some orphaned keys stay in legitimate use, so what is
// judged is the excess over the rate learnt for that key. With x its requests in the window and e its exposure:
//   X = Σ x, E = Σ e         forgotten over `recent_hours`;     Λ = Σ x, M = Σ e   forgotten over `learn_days`
//   score = evidence in nats that X exceeds E · Λ / M, or E · idle rate where that is more   (excess_nats)
//   exposure  token-signing keys: requests under all token-signing keys, so that what moves the whole platform cancels;
//             other keys, and signing keys that carry over nine tenths: one a window
//   shape     Λ, at least 1, at most 10,000 for a share, 4 for services and exports, which come in bulk
// A window is judged before it enters Λ and M; and what is still in X, E is left out of Λ, M, so that an intruder's
// first uses do not excuse the next. When a token-signing key is created, rotated or revoked inside the run, the shares
// move for honest reasons: what was learnt of shares is cut to `kept_at_rotation` of its weight, and known keys are not
// judged by share for `settle_days`. A key with no legitimate use scores ln(1 / (E · idle rate)) - ln 4 at its first
// use, 17.7 nats or more: the check value. Cost: 8 ns a row. State: at most 2^16 keys and 2^18 staff, 20 MB.
// Defaults: `grace_days` 0, `recent_hours` 12, `learn_days` 28, `idle_per_day` 1e-08, `settle_days` 2,
// `kept_at_rotation` 0.005. Practice: NIST SP 800-57 part 1 (2020), key inventory and compromise.

#include "detectors/api/detector.hpp"

namespace dwell::detect {

Descriptor describe_orphaned_key();
std::unique_ptr<Detector> make_orphaned_key(const Descriptor& descriptor, const Setting& setting);
inline constexpr CatalogueEntry orphaned_key_entry{describe_orphaned_key, make_orphaned_key};

}  // namespace dwell::detect
