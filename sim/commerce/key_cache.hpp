#pragma once
// A gateway's own copy of the key set, kept up to date by key announcements.

#include <cstdint>
#include <vector>

#include "sim/core/ids.hpp"
#include "sim/core/serial.hpp"
#include "sim/core/tables.hpp"
#include "sim/core/time.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/messages.hpp"

namespace dwell::commerce {

/// Which keys sign tokens, which are refused, and what each reaches.
///
/// Rules. `created` remembers the key as the successor of the next rotation. `rotated` hands the place of a signing key
/// (its share of new tokens) to that successor; some signers straggle: a share of the place's new tokens, falling
/// linearly to nothing, is still signed with the old key. `revoked` refuses every token of the key; its place goes to
/// the successor if one is waiting, else to the next place's key. `owner_changed` changes nothing here.
/// Keys that are not in a signing place only ever become refused. Announcements of other keys than token-signing ones
/// say no more than what a key is for. A key nobody has announced reaches what token-signing keys do.
class KeyCache {
 public:
  /// At least one token-signing key with a share.
  KeyCache(const protocol::KeyRing& ring, double stragglers, Duration straggle);

  void apply(const protocol::KeyChange& change, Time now);
  /// A key for a token issued now; `place_bits` and `straggle_bits` are 32 uniform bits each.
  [[nodiscard]] KeyId pick(std::uint32_t place_bits, std::uint32_t straggle_bits, Time now) const;
  [[nodiscard]] bool refused(KeyId key) const;
  /// Whether a request under a key is let through to a page. O(log keys).
  [[nodiscard]] bool reaches(KeyId key, Page page) const { return reach_.reaches(use_of(key), key, page); }
  /// Grows with every revocation: a session that has seen this count need not ask again.
  [[nodiscard]] std::uint32_t revocations() const { return static_cast<std::uint32_t>(refused_.size()); }

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  struct Place {
    KeyId key;
    KeyId before;  // the key it was rotated from, 0 none
    Time rotated;
  };
  struct Use {
    KeyId key;
    protocol::KeyUse use;
  };
  void replace(Place& place, KeyId by);
  void note_use(KeyId key, protocol::KeyUse use);
  [[nodiscard]] protocol::KeyUse use_of(KeyId key) const;

  std::vector<Place> places_;
  AliasTable shares_;
  std::vector<KeyId> refused_;  // sorted
  protocol::ReachTable reach_;
  std::vector<Use> uses_;  // of keys that sign no members' tokens, by key
  KeyId successor_;
  double stragglers_;
  Duration straggle_;
  Time settled_{INT64_MIN};  // from here on no place straggles
};

}  // namespace dwell::commerce
