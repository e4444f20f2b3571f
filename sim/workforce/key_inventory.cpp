#include "sim/workforce/key_inventory.hpp"

#include <algorithm>

#include "sim/core/math.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::workforce {
namespace {

using protocol::Key;
using protocol::KeyChange;
using protocol::KeyUse;
using telemetry::KeyEvent;

static_assert(static_cast<int>(KeyUse::cloud_role) == static_cast<int>(telemetry::KeyUse::cloud_role) &&
              static_cast<int>(KeyUse::partner) == static_cast<int>(telemetry::KeyUse::partner));

constexpr Duration kOpening = Duration::hours(9);
constexpr Duration kClosing = Duration::hours(18);
constexpr double kIdleUse = 1.0 / 400;  // a day, of an idle machine identity

bool is_machine(const Key& key) { return key.use == KeyUse::database || key.use == KeyUse::cloud_role; }

Time after(Time begin, Duration span, double part) {
  return begin + Duration{static_cast<std::int64_t>(part * static_cast<double>(span.us))};
}

KeyChange::Kind announced_as(KeyEvent event) {
  switch (event) {
    case KeyEvent::rotated:
      return KeyChange::Kind::rotated;
    case KeyEvent::revoked:
      return KeyChange::Kind::revoked;
    case KeyEvent::owner_changed:
      return KeyChange::Kind::owner_changed;
    default:
      return KeyChange::Kind::created;
  }
}

}  // namespace

Time working_moment(Time midnight, double part) { return after(midnight + kOpening, kClosing - kOpening, part); }

KeyInventory::KeyInventory(const Params& params, const protocol::KeyRing& ring, std::uint32_t shards, Seed seed,
                           telemetry::PlatformRows* out)
    : params_(params), keys_(ring.keys), shards_(shards), seed_(seed), out_(out) {
  for (std::uint32_t k = 0; k < keys_.size(); ++k) successor_.push_back(k);
}

void KeyInventory::row(Time at, Time ingested, const Key& key, KeyEvent event) const {
  if (out_ == nullptr) return;
  out_->keys.push({at.us, ingested.us, key.id.value, key.owner.value, static_cast<std::uint8_t>(event),
                   static_cast<std::uint8_t>(key.use)},
                  kBackground);
}

/// Records a change now, and tells every gateway when its key cache is next refreshed.
void KeyInventory::change(kernel::Context& context, const Key& key, KeyEvent event) {
  row(context.now(), context.now(), key, event);
  const KeyChange message{key.id, announced_as(event), key.owner, key.use};
  for (std::uint32_t shard = 0; shard < shards_; ++shard) {
    context.send({shard}, context.now() + context.lookahead(), static_cast<unsigned>(protocol::Priority::key_change),
                 kernel::pack(message));
  }
}

void KeyInventory::list(Time now) const {
  for (const Key& key : keys_) {
    row(key.created, now, key, KeyEvent::created);
    list_leak(now, key);
  }
}

/// Whether a key of this age had leaked before the run: keys leak at a constant rate, and of those that did the ring
/// holds the share that was not rotated since.
void KeyInventory::list_leak(Time now, const Key& key) const {
  if (key.insider) return;
  const double age = (Time{} - key.created).as_days() / kDaysPerYear;
  const double ever = 1 - det_exp(-params_.leaked_per_year * age);
  const double kept = ever * (params_.rotation_on_leak ? params_.leaked_still_valid : 1);
  const RandomBlock bits = random_block(seed_, key.id.value, purpose("workforce.past_leak"), 0, 0);
  if (to_uniform(bits.low()) * (kept + 1 - ever) >= kept) return;
  row(after(key.created, Time{} - key.created, to_uniform(bits.high())), now, key, KeyEvent::leaked);
}

/// The keys under a policy are the youngest in use: the policy has kept them so. A policy that covers all keys of a use
/// covers idle and orphaned ones too.
void KeyInventory::schedule_policy(kernel::Context& context) const {
  if (!params_.rotation_by_age) return;
  for (std::uint32_t u = 0; u < protocol::kKeyUses; ++u) {
    const auto use = static_cast<KeyUse>(u);
    const double covered = use == KeyUse::token_signing ? params_.rotated_by_policy : params_.others_rotated_by_policy;
    std::vector<std::uint32_t> under;
    std::uint32_t all = 0;
    for (std::uint32_t k = 0; k < keys_.size(); ++k) {
      const Key& key = keys_[k];
      if (key.use != use) continue;
      ++all;
      if (passed_over(key)) continue;
      if (covered >= 1 || (!key.insider && !key.owner_left && key.share > 0)) under.push_back(k);
    }
    std::sort(under.begin(), under.end(),
              [this](std::uint32_t a, std::uint32_t b) { return keys_[a].created > keys_[b].created; });
    const auto count = static_cast<std::size_t>(all * covered + 0.5);
    for (std::size_t i = 0; i < std::min(count, under.size()); ++i) {
      const Time at = std::max(Time{}, keys_[under[i]].created + params_.rotation_every);
      context.schedule(at, kTimer, encode(Timer::rotate, under[i]));
    }
  }
}

void KeyInventory::plan_day(kernel::Context& context, std::uint32_t day) {
  const auto count = [this](auto eligible) {
    return static_cast<double>(std::count_if(keys_.begin(), keys_.end(), eligible));
  };
  const double yearly[] = {replaced_per_year(params_) *
                               count([](const Key& key) { return is_machine(key) && !key.retired && !key.owner_left; }),
                           params_.leaked_per_year * count([](const Key& key) { return !key.retired && !key.insider; }),
                           params_.orphans_found_per_year * count([this](const Key& key) {
                             return !key.retired && key.owner_left && !passed_over(key);
                           })};
  const Timer timers[] = {Timer::replace, Timer::leak, Timer::review};
  for (std::uint32_t kind = 0; kind < 3; ++kind) {
    RandomStream random(seed_, day, purpose("workforce.key_day"), kind);
    const std::uint64_t events = sample_poisson(random, yearly[kind] / kDaysPerYear);
    for (std::uint64_t i = 0; i < events; ++i) {
      context.schedule(working_moment(context.now(), random.uniform()), kTimer, encode(timers[kind], ++ordinals_));
    }
  }
}

/// Keys at the gateway are used all day; machine identities on a share of days, each its own.
double KeyInventory::use_probability(const Key& key) const {
  if (key.retired) return 0;
  if (!is_machine(key)) return key.share > 0 ? 1 : 0;
  if (key.share <= 0) return kIdleUse;
  return to_open_uniform(random_block(seed_, key.id.value, purpose("workforce.activity"), 0, 0).low());
}

void KeyInventory::report_use(Time now, std::uint32_t day) const {
  const Time begin = now - Duration::days(1);
  for (const Key& key : keys_) {
    const RandomBlock bits = random_block(seed_, key.id.value, purpose("workforce.use"), day, 0);
    if (key.created > begin || to_uniform(bits.low()) >= use_probability(key)) continue;
    const double part = to_uniform(bits.high());
    const Time last = is_machine(key) ? after(begin, Duration::days(1), part)
                                      : after(now - Duration::hours(1), Duration::hours(1), part);
    row(last, now, key, KeyEvent::used);
  }
}

/// A key with a number of its own that takes the place of another.
std::uint32_t KeyInventory::make_successor(kernel::Context& context, std::uint32_t k, StaffId heir) {
  Key next = keys_[k];
  const auto made = static_cast<std::uint32_t>(keys_.size());
  next.id = key_number(seed_, made);
  next.created = context.now();
  next.insider = false;
  if (heir.value != 0) {
    next.owner = heir;
    next.owner_left = false;
  }
  keys_.push_back(next);
  successor_.push_back(made);
  successor_[k] = made;
  keys_[k].retired = true;
  change(context, next, KeyEvent::created);
  return made;
}

void KeyInventory::rotate_by_age(kernel::Context& context, std::uint32_t k) {
  while (successor_[k] != k) k = successor_[k];
  Time due = keys_[k].created + params_.rotation_every;
  if (due <= context.now()) {
    k = rotate(context, k, {});
    due = context.now() + params_.rotation_every;
  }
  context.schedule(due, kTimer, encode(Timer::rotate, k));
}

std::uint32_t KeyInventory::rotate(kernel::Context& context, std::uint32_t k, StaffId heir) {
  if (keys_[k].retired) return k;
  std::uint32_t next = k;
  if (keys_[k].use == KeyUse::token_signing) {
    next = make_successor(context, k, heir);
    context.schedule(context.now() + params_.straggle * 4, kTimer, encode(Timer::revoke, k));
  } else {
    keys_[k].created = context.now();
    if (heir.value != 0) {
      keys_[k].owner = heir;
      keys_[k].owner_left = false;
    }
  }
  change(context, keys_[k], KeyEvent::rotated);
  return next;
}

void KeyInventory::revoke(kernel::Context& context, std::uint32_t k) { change(context, keys_[k], KeyEvent::revoked); }

void KeyInventory::give(kernel::Context& context, std::uint32_t k, StaffId heir) {
  keys_[k].owner = heir;
  keys_[k].owner_left = false;
  change(context, keys_[k], KeyEvent::owner_changed);
}

template <class Eligible>
std::uint32_t KeyInventory::choose(std::uint32_t bits, Eligible eligible) const {
  const auto all = static_cast<std::uint32_t>(std::count_if(keys_.begin(), keys_.end(), eligible));
  if (all == 0) return static_cast<std::uint32_t>(keys_.size());
  std::uint32_t skip = to_below(bits, all);
  std::uint32_t k = 0;
  while (!eligible(keys_[k]) || skip-- > 0) ++k;
  return k;
}

void KeyInventory::replace(kernel::Context& context, std::uint32_t ordinal) {
  const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.replaced"), 0, 0);
  const std::uint32_t k =
      choose(bits.word[0], [](const Key& key) { return is_machine(key) && !key.retired && !key.owner_left; });
  if (k == keys_.size()) return;
  static_cast<void>(make_successor(context, k, {}));
  change(context, keys_[k], KeyEvent::revoked);
}

void KeyInventory::leak(kernel::Context& context, std::uint32_t ordinal) {
  const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.leak"), 0, 0);
  const std::uint32_t k = choose(bits.word[0], [](const Key& key) { return !key.retired && !key.insider; });
  if (k == keys_.size()) return;
  row(context.now(), context.now(), keys_[k], KeyEvent::leaked);
  RandomStream random(seed_, ordinal, purpose("workforce.leak_response"));
  if (!params_.rotation_on_leak || random.uniform() < params_.leaked_still_valid) return;
  const double wait = sample_exponential(random, static_cast<double>(params_.leak_response.us));
  context.schedule(context.now() + Duration{static_cast<std::int64_t>(wait)}, kTimer, encode(Timer::respond, k));
}

void KeyInventory::review(kernel::Context& context, std::uint32_t ordinal, const Employed& employed) {
  const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.review"), 0, 0);
  const std::uint32_t k =
      choose(bits.word[0], [this](const Key& key) { return !key.retired && key.owner_left && !passed_over(key); });
  const StaffId heir = employed(bits.word[1]);
  if (k == keys_.size() || heir.value == 0) return;
  if (keys_[k].use == KeyUse::token_signing) {
    rotate(context, k, heir);
  } else {
    give(context, k, heir);
  }
}

void KeyInventory::owner_left(StaffId who) {
  for (Key& key : keys_) {
    if (key.owner == who) key.owner_left = true;
  }
}

void KeyInventory::hand_over(kernel::Context& context, StaffId from, bool departed, const Employed& employed) {
  const bool rotated = departed && params_.rotation_on_departure;
  const auto count = static_cast<std::uint32_t>(keys_.size());
  for (std::uint32_t k = 0; k < count; ++k) {
    const Key& key = keys_[k];
    if (key.owner != from || key.retired || passed_over(key)) continue;
    const RandomBlock bits = random_block(seed_, from.value, purpose("workforce.heir"), key.id.value, 0);
    const StaffId heir = employed(bits.word[2]);
    if (heir.value == 0) return;
    if (rotated) {
      rotate(context, k, heir);
    } else if (to_uniform(bits.low()) < params_.handed_over) {
      give(context, k, heir);
    }
  }
}

void KeyInventory::rotate_orphans(kernel::Context& context, const Employed& employed) {
  const auto count = static_cast<std::uint32_t>(keys_.size());
  for (std::uint32_t k = 0; k < count; ++k) {
    if (!keys_[k].owner_left || passed_over(keys_[k])) continue;
    const RandomBlock bits = random_block(seed_, keys_[k].id.value, purpose("workforce.late_rotation"), 0, 0);
    if (const StaffId heir = employed(bits.word[0]); heir.value != 0) rotate(context, k, heir);
  }
}

void KeyInventory::save(ByteWriter& writer) const {
  writer.put(static_cast<std::uint64_t>(keys_.size()));
  for (const Key& key : keys_) key.save(writer);
  writer.put_vector(successor_);
  writer.put(ordinals_);
}

void KeyInventory::restore(ByteReader& reader) {
  keys_.clear();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    keys_.emplace_back().restore(reader);
  }
  successor_ = reader.get_vector<std::uint32_t>();
  ordinals_ = reader.get<std::uint32_t>();
}

}  // namespace dwell::workforce
