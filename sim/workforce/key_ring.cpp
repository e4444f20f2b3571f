#include <algorithm>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"
#include "sim/core/samplers.hpp"
#include "sim/workforce/workforce.hpp"

namespace dwell::workforce {
namespace {

using protocol::Key;
using protocol::KeyUse;

constexpr std::uint64_t kKeyNumbers = 1U << 24;
constexpr double kShareSigma = 0.5;  // spread of ln(share)
constexpr Duration kYear = Duration::days(365);
constexpr Duration kOldest = Duration::days(5 * 365);
constexpr Duration kOldestMachine = Duration::days(10 * 365);
constexpr double kMostMachineKeys = 100'000;
constexpr Duration kLastMonth = Duration::days(30);

std::uint32_t part_of(std::uint32_t count, double share) { return static_cast<std::uint32_t>(count * share + 0.5); }

bool is_machine(KeyUse use) { return use == KeyUse::database || use == KeyUse::cloud_role; }

std::uint32_t number_of(const Params& params, KeyUse use) {
  switch (use) {
    case KeyUse::token_signing:
      return params.signing_keys;
    case KeyUse::service:
      return params.service_keys;
    case KeyUse::partner:
      return params.partner_keys;
    case KeyUse::support:
      return params.support_keys;
    case KeyUse::database:
      return machine_identities(params).databases;
    case KeyUse::cloud_role:
      return machine_identities(params).cloud_roles;
  }
  return 0;
}

/// Numbers of the keys of one use, which lie in the order: under a policy, young, old (idle, orphaned, the insider's).
struct Census {
  std::uint32_t count, policy, old, idle, orphaned, insider;
  [[nodiscard]] std::uint32_t last_orphan() const { return count - insider; }
  [[nodiscard]] std::uint32_t first_orphan() const { return last_orphan() - orphaned; }
  [[nodiscard]] std::uint32_t first_idle() const { return first_orphan() - idle; }
};

Census take_census(const Params& params, KeyUse use, bool with_insider) {
  const bool signing = use == KeyUse::token_signing;
  const double covered = signing ? params.rotated_by_policy : params.others_rotated_by_policy;
  Census census{};
  census.count = number_of(params, use);
  census.insider = use == params.insider_key && with_insider ? 1 : 0;
  const std::uint32_t free = census.count - census.insider;
  census.policy = std::min(free, part_of(census.count, covered));
  census.old = std::min(census.count - census.policy, part_of(census.count, params.older_than_a_year));
  // An orphan is never under a policy, and somebody present must own a key that signs.
  std::uint32_t room = free > census.policy ? free - std::max(census.policy, 1U) : 0;
  const std::uint32_t least = params.orphaned_in_use > 0 ? 1 : 0;
  census.orphaned = std::min(room, std::max(least, part_of(census.count, params.orphaned_in_use)));
  room -= census.orphaned;
  const double idle = signing ? params.idle_keys : is_machine(use) ? params.machine_idle : 0;
  census.idle = std::min(room, part_of(census.count, idle));
  return census;
}

/// Age in a stock renewed at a constant rate, given on which side of a year it is.
Duration machine_age(const Params& params, bool old, double u) {
  const double rate = replaced_per_year(params);
  const double years = old ? 1 - det_log1p(-u) / rate : -det_log1p(u * det_expm1(-rate)) / rate;
  const double age = std::min(years, 10.0) * static_cast<double>(kYear.us);
  return std::min(kOldestMachine, Duration{1 + static_cast<std::int64_t>(age)});
}

Duration draw_age(const Params& params, const Census& census, std::uint32_t i, KeyUse use, RandomStream& random) {
  Duration least = std::min(Duration::days(2), kYear);
  Duration most = kYear;
  if (i < census.policy) {
    least = {0};
    most = params.rotation_every;
  } else if (i >= census.count - census.old) {
    least = kYear;
    most = kOldest;
  } else if (use == KeyUse::token_signing) {
    least = std::min(params.rotation_every, kYear - Duration::days(1));
  }
  if (is_machine(use) && i >= census.policy) return machine_age(params, least == kYear, random.uniform());
  const double span = static_cast<double>((most - least).us);
  return least + Duration{1 + static_cast<std::int64_t>(random.uniform() * span)};
}

void add_keys(protocol::KeyRing& ring, const Params& params, KeyUse use, KeyUseOfInsider insider_use, bool with_insider,
              Seed seed, const StaffNumbers& staff, std::uint32_t& leavers) {
  const Census census = take_census(params, use, with_insider);
  const auto first = static_cast<std::uint32_t>(ring.keys.size());
  double sum = 0;
  for (std::uint32_t i = 0; i < census.count; ++i) {
    RandomStream random(seed, first + i, purpose("workforce.ring"));
    Key key;
    key.id = key_number(seed, first + i);
    key.use = use;
    key.created = Time{} - draw_age(params, census, i, use, random);
    key.insider = i >= census.last_orphan();
    key.owner_left = i >= census.first_orphan();
    key.owner = staff(key.owner_left ? params.staff + leavers++ : random.below(params.staff));
    key.share = sample_lognormal(random, 0, kShareSigma);
    if (i >= census.first_idle() && i < census.first_orphan()) key.share = 0;
    if (key.insider) {
      const bool own = insider_use == KeyUseOfInsider::exclusive;
      const Duration age = own ? std::min(kLastMonth, params.insider_key_age) : params.insider_key_age;
      key.created = Time{} - params.insider_left_before - age;
      if (insider_use != KeyUseOfInsider::shared_production) key.share = 0;
    }
    sum += key.share;
    ring.keys.push_back(key);
  }
  for (std::size_t i = first; i < ring.keys.size(); ++i) ring.keys[i].share /= sum;
}

}  // namespace

KeyId key_number(Seed seed, std::uint32_t index) {
  DWELL_DEMAND(index < kKeyNumbers, "more keys than key numbers");
  const KeyedPermutation numbers(seed, purpose("workforce.key"), kKeyNumbers);
  return {static_cast<std::uint32_t>(numbers(index)) + 1};
}

MachineIdentities machine_identities(const Params& params) {
  const double all = params.staff * params.machine_identities_per_person;
  const auto listed = static_cast<std::uint32_t>(std::min(all * params.machine_sample, kMostMachineKeys) + 0.5);
  const std::uint32_t databases = part_of(listed, params.machine_databases);
  return {static_cast<std::uint64_t>(all + 0.5), databases, listed - databases};
}

double replaced_per_year(const Params& params) {
  constexpr double kEdge = 0.01;
  const double orphaned = params.orphaned_in_use;
  // Orphans are old and nobody replaces them, so those with an owner are younger than the whole.
  const double old = orphaned < 1 ? (params.older_than_a_year - orphaned) / (1 - orphaned) : 0;
  return -det_log(std::clamp(old, kEdge, 1 - kEdge));
}

protocol::KeyRing make_key_ring(const Params& params, KeyUseOfInsider use, bool with_insider, Seed seed) {
  DWELL_DEMAND(params.signing_keys >= 2, "a platform needs two signing keys");
  protocol::KeyRing ring;
  const StaffNumbers staff(params, seed);
  std::uint32_t leavers = 0;
  for (const KeyUse of : {KeyUse::token_signing, KeyUse::service, KeyUse::partner, KeyUse::support, KeyUse::database,
                          KeyUse::cloud_role}) {
    add_keys(ring, params, of, use, with_insider, seed, staff, leavers);
  }
  std::sort(ring.keys.begin(), ring.keys.end(), [](const Key& a, const Key& b) { return a.id < b.id; });
  return ring;
}

}  // namespace dwell::workforce
