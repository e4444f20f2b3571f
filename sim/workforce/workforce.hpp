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

/// Machine identities of the platform, and those of them whose key is in the ring.
struct MachineIdentities {
  std::uint64_t in_all = 0;
  std::uint32_t databases = 0, cloud_roles = 0;
};
MachineIdentities machine_identities(const Params& params);

/// The keys of a run, in order of their (opaque) ids. Shares of each use sum to 1.
///   signing keys: `rotated_by_policy` of them younger than `rotation_every`; `older_than_a_year` of them older than
///   that;
///     `idle_keys` sign nothing; `orphaned_in_use` (at least one when not 0) are owned by people who have left, and
///     sign;
///   service, partner and support keys: the same ages and orphans, none idle;
///   databases and cloud roles: a sample of the machine identities, ages as those of a stock renewed at
///     `replaced_per_year`, `machine_idle` of them idle.
/// With an insider, one of the keys of the use `insider_key` is owned by a leaver of `insider_left_before`:
///   shared_production  it signs a share drawn like every other key's;
///   trusted_unused     it was in use once and signs nothing any more;
///   exclusive          the insider made it in the last month of employment; it never signed anything legitimate.
/// The ring depends neither on whether a campaign uses the key nor on the switches of rotation.
protocol::KeyRing make_key_ring(const Params& params, KeyUseOfInsider use, bool with_insider, Seed seed);

/// How often a year the key of a machine identity with an owner is replaced, so that the share of keys older than a
/// year stays what it is: ages of a stock renewed at rate r are exponential, of which e^-r are above a year.
double replaced_per_year(const Params& params);

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
///   first window: every key of the ring as `created`, with its owner, and as `leaked` when it was; people who have
///   left
///     and own keys as `left` and `deprovisioned`;
///   then Poisson numbers of people who join, move and leave at 9 to 18 o'clock; a leaver is deprovisioned after the
///     off-boarding lag, and then hands over each key with probability `handed_over`;
///   every midnight: of each key used on the day before its last use, as `used`;
///   rotation, by age, on departure, after a leak, each with a switch. Of a signing key: the new key is announced as
///     `created`, the old one directly after as `rotated` (the new one takes its place: in KeyChange, `rotated` refers
///     to the key created just before), and `revoked` after four times `straggle`. Other keys keep their id and get a
///     new secret: one `rotated`, from which their age counts;
///   machine identities are replaced by others: `created` and `revoked`; keys leak: `leaked`; reviews of access find
///     orphaned keys: `owner_changed`, and signing keys are rotated besides.
/// Nothing ever happens to the insider's key while `insider_key_exempt` holds.
std::unique_ptr<kernel::Process> make_workforce(const Params& params, const protocol::KeyRing& ring,
                                                std::uint32_t shards, Seed seed, telemetry::PlatformRows* out);

}  // namespace dwell::workforce
