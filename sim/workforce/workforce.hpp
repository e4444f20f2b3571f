#pragma once
// Staff who join, move and leave, and the keys they own.

#include <cstdint>
#include <memory>

#include "sim/core/random.hpp"
#include "sim/kernel/process.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/telemetry/batch.hpp"
#include "sim/workforce/params.hpp"

namespace dwell::workforce {

/// The keys of a run, in order of their (opaque) ids. Shares of each use sum to 1.
///   signing keys: `rotated_by_policy` of them younger than `rotation_every`; `older_than_a_year` of them older than
///   that;
///     `idle_keys` sign nothing; `orphaned_in_use` (at least one when not 0) are owned by people who have left, and
///     sign;
///   service and partner keys: the same ages and orphans, no policy, none idle.
/// With an insider, one of the signing keys is owned by a leaver of `insider_left_before`:
///   shared_production  it signs a share drawn like every other key's;
///   trusted_unused     it was in use once and signs nothing any more;
///   exclusive          the insider made it in the last month of employment; it never signed anything legitimate.
/// The ring does not depend on whether a campaign uses the key.
protocol::KeyRing make_key_ring(const Params& params, KeyUseOfInsider use, bool with_insider, Seed seed);

/// A staff number from its index: 0 .. staff - 1 are employed when the run starts, those after have left or will join.
class StaffNumbers {
 public:
  StaffNumbers(const Params& params, Seed seed);
  [[nodiscard]] StaffId operator()(std::uint32_t index) const {
    return {static_cast<std::uint32_t>(numbers_(index)) + 1};
  }

 private:
  KeyedPermutation numbers_;
};

/// Key number `index` of a run: the ring's keys first, later ones are made by rotation.
KeyId key_number(Seed seed, std::uint32_t index);

/// Time between leaving and the end of all access: log-normal through P(> 1 d) and P(> 7 d), at most ten years.
Duration offboarding_lag(const Params& params, Seed seed, StaffId staff);

/// Rows of the topics keys and workforce into `out` (which may be null; nobody else may write there during a step), and
/// a KeyChange to every shard one lookahead after each change of a key:
///   first window: every key of the ring as `created`, with its owner; people who have left and own keys as `left` and
///     `deprovisioned`;
///   then Poisson numbers of people who join, move and leave at 9 to 18 o'clock; a leaver is deprovisioned after the
///     off-boarding lag, and then hands over each key with probability `handed_over`;
///   rotation: the new key is announced as `created`, the old one directly after as `rotated` (the new one takes its
///     place: in KeyChange, `rotated` refers to the key created just before), and `revoked` after four times
///     `straggle`.
/// Nothing ever happens to the insider's key.
std::unique_ptr<kernel::Process> make_workforce(const Params& params, const protocol::KeyRing& ring,
                                                std::uint32_t shards, Seed seed, telemetry::PlatformRows* out);

}  // namespace dwell::workforce
