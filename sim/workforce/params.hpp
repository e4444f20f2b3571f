#pragma once
// Parameters of staff, leavers and keys. None of them shrinks with the scale.

#include <cstdint>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"
#include "sim/protocol/segments.hpp"

namespace dwell::workforce {

/// Whether the key the insider kept also signs legitimate tokens.
enum class KeyUseOfInsider : std::uint8_t { shared_production, trusted_unused, exclusive };

struct Params {
  std::uint32_t staff = 12'203;
  double attrition_per_year = 0.13;
  double offboarding_over_1_day = 0.58;
  double offboarding_over_7_days = 0.25;
  std::uint32_t signing_keys = 12;
  std::uint32_t service_keys = 24;
  std::uint32_t partner_keys = 8;
  std::uint32_t support_keys = 6;
  double machine_identities_per_person = 82;
  double machine_sample = 3e-4;
  double machine_databases = 0.4;
  double machine_idle = 0.3;
  double older_than_a_year = 0.60;
  double orphaned_in_use = 0.15;
  Duration rotation_every = Duration::days(180);
  double rotated_by_policy = 0.35;
  double others_rotated_by_policy = 0;
  bool rotation_by_age = true;
  bool rotation_on_departure = false;
  bool rotation_on_leak = true;
  bool insider_key_exempt = true;
  double leaked_per_year = 0.02;
  double leaked_still_valid = 0.70;
  Duration leak_response = Duration::days(3);
  double orphans_found_per_year = 0.22;
  Duration straggle = Duration::hours(36);
  double moved_per_year = 0.10;
  double handed_over = 0.7;
  double idle_keys = 0.08;
  protocol::KeyUse insider_key = protocol::KeyUse::token_signing;
  Duration insider_left_before = Duration::days(174);
  Duration insider_key_age = Duration::days(250);

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.staff, {"staff", "people", 1, 1e7, Tag::published, "employees"});
    visit(self.attrition_per_year,
          {"attrition_per_year", "1/y", 0, 5, Tag::assumption, "share of staff leaving a year"});
    visit(self.offboarding_over_1_day,
          {"offboarding_over_1_day", "probability", 0, 1, Tag::derived, "off-boardings that take over a day"});
    visit(self.offboarding_over_7_days,
          {"offboarding_over_7_days", "probability", 0, 1, Tag::derived, "off-boardings that take over a week"});
    visit(self.signing_keys,
          {"signing_keys", "keys", 2, 4096, Tag::assumption, "token-signing keys trusted by the gateway"});
    visit(self.service_keys, {"service_keys", "keys", 1, 4096, Tag::assumption, "keys of exports and jobs"});
    visit(self.partner_keys,
          {"partner_keys", "keys", 1, 4096, Tag::assumption, "keys partners sign their own tokens with"});
    visit(self.support_keys, {"support_keys", "keys", 1, 4096, Tag::assumption, "keys of the support desk"});
    visit(self.machine_identities_per_person, {"machine_identities_per_person", "identities", 0, 1e5, Tag::published,
                                               "machine identities for each employee"});
    visit(self.machine_sample, {"machine_sample", "probability", 0, 1, Tag::assumption,
                                "share of machine identities whose key the inventory lists; at most 100,000 keys are"});
    visit(self.machine_databases, {"machine_databases", "probability", 0, 1, Tag::assumption,
                                   "listed machine identities that open databases; the others are cloud roles"});
    visit(self.machine_idle, {"machine_idle", "probability", 0, 1, Tag::assumption,
                              "listed machine identities that are hardly ever used"});
    visit(self.older_than_a_year, {"older_than_a_year", "probability", 0, 1, Tag::derived, "keys older than a year"});
    visit(self.orphaned_in_use,
          {"orphaned_in_use", "probability", 0, 1, Tag::assumption, "keys in legitimate use whose owner has left"});
    visit(self.rotation_every,
          {"rotation_every", "duration", 86400, 1e9, Tag::assumption, "rotation interval of keys under a policy"});
    visit(self.rotated_by_policy,
          {"rotated_by_policy", "probability", 0, 1, Tag::assumption, "signing keys under a rotation policy"});
    visit(self.others_rotated_by_policy,
          {"others_rotated_by_policy", "probability", 0, 1, Tag::assumption, "other keys under the same policy"});
    visit(self.rotation_by_age,
          {"rotation_by_age", "", 0, 0, Tag::setting, "switch: keys under the policy are rotated at the interval"});
    visit(self.rotation_on_departure, {"rotation_on_departure", "", 0, 0, Tag::setting,
                                       "switch: a leaver's keys are rotated when off-boarding ends"});
    visit(self.rotation_on_leak,
          {"rotation_on_leak", "", 0, 0, Tag::setting, "switch: leaked keys are rotated, but those that stay valid"});
    visit(self.insider_key_exempt, {"insider_key_exempt", "", 0, 0, Tag::setting,
                                    "no policy and no review reaches the insider's key, as in the case"});
    visit(self.leaked_per_year,
          {"leaked_per_year", "1/y", 0, 100, Tag::assumption, "share of keys found in public a year"});
    visit(self.leaked_still_valid,
          {"leaked_still_valid", "probability", 0, 1, Tag::published, "leaked keys that are valid years later"});
    visit(self.leak_response,
          {"leak_response", "duration", 0, 1e8, Tag::assumption, "mean time from a leak to the rotation"});
    visit(self.orphans_found_per_year,
          {"orphans_found_per_year", "1/y", 0, 1e4, Tag::derived,
           "reviews of access find each orphaned key so often and give it an owner (balances new orphans)"});
    visit(self.straggle, {"straggle", "duration", 0, 1e8, Tag::assumption,
                          "how long clients keep presenting tokens of a rotated key"});
    visit(self.moved_per_year,
          {"moved_per_year", "1/y", 0, 5, Tag::assumption, "share of staff moving to another post a year"});
    visit(self.handed_over, {"handed_over", "probability", 0, 1, Tag::assumption,
                             "keys given a new owner when the old one is off-boarded or moves"});
    visit(self.idle_keys,
          {"idle_keys", "probability", 0, 1, Tag::assumption, "signing keys that are trusted and sign nothing"});
    visit(self.insider_key, {"insider_key", "", 0, 0, Tag::published, "use of the key the insider kept"});
    visit(self.insider_left_before, {"insider_left_before", "duration", 0, 1e9, Tag::derived,
                                     "how long before the run's first day the insider left"});
    visit(self.insider_key_age,
          {"insider_key_age", "duration", 0, 1e9, Tag::derived, "age of the insider's key when the insider left"});
  }
};

}  // namespace dwell::workforce
