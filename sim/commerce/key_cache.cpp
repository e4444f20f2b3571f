#include "sim/commerce/key_cache.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/check.hpp"

namespace dwell::commerce {

using protocol::KeyChange;

KeyCache::KeyCache(const protocol::KeyRing& ring, double stragglers, Duration straggle)
    : reach_(ring.reach), stragglers_(stragglers), straggle_(straggle) {
  std::vector<double> shares;
  for (const protocol::Key& key : ring.keys) {
    note_use(key.id, key.use);
    if (key.use != protocol::KeyUse::token_signing || key.share <= 0) continue;
    places_.push_back({key.id, {}, {}});
    shares.push_back(key.share);
  }
  DWELL_DEMAND(!places_.empty(), "no key signs the members' tokens");
  shares_ = AliasTable(shares);
}

void KeyCache::apply(const KeyChange& change, Time now) {
  const bool signing = change.use == protocol::KeyUse::token_signing;
  if (change.kind == KeyChange::Kind::created) {
    note_use(change.key, change.use);
    if (signing) successor_ = change.key;
    return;
  }
  if (change.kind == KeyChange::Kind::owner_changed || (!signing && change.kind == KeyChange::Kind::rotated)) return;
  const KeyId successor = signing ? std::exchange(successor_, KeyId{}) : KeyId{};
  if (change.kind == KeyChange::Kind::rotated) {
    if (successor.value == 0) return;
    for (Place& place : places_) {
      if (place.key != change.key) continue;
      place = {successor, change.key, now};
      settled_ = std::max(settled_, now + straggle_);
    }
    return;
  }
  const auto at = std::lower_bound(refused_.begin(), refused_.end(), change.key);
  if (at != refused_.end() && *at == change.key) return;
  refused_.insert(at, change.key);
  for (Place& place : places_) {
    if (place.before == change.key) place.before = {};
    if (place.key == change.key) replace(place, successor);
  }
}

void KeyCache::replace(Place& place, KeyId by) {
  place.before = {};
  if (by.value != 0) {
    place.key = by;
    return;
  }
  for (const Place& other : places_) {
    if (!refused(other.key)) {
      place.key = other.key;
      return;
    }
  }
}

KeyId KeyCache::pick(std::uint32_t place_bits, std::uint32_t straggle_bits, Time now) const {
  const Place& place = places_[shares_.draw(place_bits)];
  if (now >= settled_ || place.before.value == 0) [[likely]]
    return place.key;
  const Duration age = now - place.rotated;
  if (age >= straggle_) return place.key;
  const double left = 1 - static_cast<double>(age.us) / static_cast<double>(straggle_.us);
  return static_cast<double>(straggle_bits) < stragglers_ * left * 0x1p32 ? place.before : place.key;
}

void KeyCache::note_use(KeyId key, protocol::KeyUse use) {
  if (use == protocol::KeyUse::token_signing) return;
  const auto at = std::lower_bound(uses_.begin(), uses_.end(), key, [](const Use& a, KeyId b) { return a.key < b; });
  if (at == uses_.end() || at->key != key) uses_.insert(at, {key, use});
}

protocol::KeyUse KeyCache::use_of(KeyId key) const {
  const auto at = std::lower_bound(uses_.begin(), uses_.end(), key, [](const Use& a, KeyId b) { return a.key < b; });
  return at != uses_.end() && at->key == key ? at->use : protocol::KeyUse::token_signing;
}

bool KeyCache::refused(KeyId key) const { return std::binary_search(refused_.begin(), refused_.end(), key); }

void KeyCache::save(ByteWriter& writer) const {
  writer.put(static_cast<std::uint64_t>(places_.size()));
  for (const Place& place : places_) {
    writer.put(place.key);
    writer.put(place.before);
    writer.put(place.rotated.us);
  }
  writer.put_vector(refused_);
  writer.put(static_cast<std::uint64_t>(uses_.size()));
  for (const Use& use : uses_) {
    writer.put(use.key);
    writer.put(use.use);
  }
  writer.put(successor_);
  writer.put(settled_.us);
}

void KeyCache::restore(ByteReader& reader) {
  const auto places = reader.get<std::uint64_t>();
  DWELL_DEMAND(reader.failed() || places == places_.size(), "a key cache is restored with another number of places");
  for (Place& place : places_) {
    place.key = reader.get<KeyId>();
    place.before = reader.get<KeyId>();
    place.rotated = Time{reader.get<std::int64_t>()};
  }
  refused_ = reader.get_vector<KeyId>();
  uses_.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    const auto key = reader.get<KeyId>();
    note_use(key, reader.get<protocol::KeyUse>());
  }
  successor_ = reader.get<KeyId>();
  settled_ = Time{reader.get<std::int64_t>()};
}

}  // namespace dwell::commerce
