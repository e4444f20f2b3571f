#include "sim/workforce/workforce.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/samplers.hpp"
#include "sim/protocol/messages.hpp"

namespace dwell::workforce {
namespace {

using protocol::KeyChange;
using telemetry::KeyEvent;
using telemetry::StaffEvent;

constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);
constexpr double kDaysPerYear = 365;
constexpr Duration kLongestLag = Duration::days(3650);
constexpr Duration kOpening = Duration::hours(9);
constexpr Duration kClosing = Duration::hours(18);

/// What a timer is for: 3 bits, with an ordinal or index in the other 29.
enum class Timer : std::uint32_t { inventory, day, join, move, leave, deprovision, rotate, revoke };
constexpr std::uint32_t kIndexBits = 29;
constexpr std::uint32_t encode(Timer timer, std::uint32_t index) {
  return static_cast<std::uint32_t>(timer) << kIndexBits | index;
}

class Workforce final : public kernel::Process {
 public:
  Workforce(const Params& params, const protocol::KeyRing& ring, std::uint32_t shards, Seed seed,
            telemetry::PlatformRows* out)
      : params_(params), keys_(ring.keys), shards_(shards), seed_(seed), out_(out), number_(params, seed) {
    present_.resize(params.staff);
    for (std::uint32_t i = 0; i < params.staff; ++i) present_[i] = i;
    next_index_ = params.staff + static_cast<std::uint32_t>(keys_.size());  // leaves room for past leavers
  }

  [[nodiscard]] std::string_view name() const override { return "workforce"; }
  [[nodiscard]] bool every_window() const override { return false; }

  void start(kernel::Context& context) override {
    context.schedule(Time{}, kTimer, encode(Timer::inventory, 0));
    context.schedule(Time{}, kTimer, encode(Timer::day, 0));
    schedule_policy(context);
  }

  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) {
      const std::uint32_t index = event->data & ((1U << kIndexBits) - 1);
      switch (static_cast<Timer>(event->data >> kIndexBits)) {
        case Timer::inventory:
          inventory(context);
          break;
        case Timer::day:
          plan_day(context, index);
          break;
        case Timer::join:
          present_.push_back(next_index_);
          staff_row(context.now(), context.now(), number_(next_index_++), StaffEvent::joined);
          break;
        case Timer::move:
          move(context, index);
          break;
        case Timer::leave:
          leave(context, index);
          break;
        case Timer::deprovision:
          deprovision(context, number_(index));
          break;
        case Timer::rotate:
          rotate(context, index);
          break;
        case Timer::revoke:
          change(context, keys_[index], KeyEvent::revoked, KeyChange::Kind::revoked);
          break;
      }
    }
  }
  void save(ByteWriter& writer) const override {
    writer.put(static_cast<std::uint64_t>(keys_.size()));
    for (const protocol::Key& key : keys_) key.save(writer);
    writer.put_vector(present_);
    writer.put(next_index_);
    writer.put(people_);
  }
  Status restore(ByteReader& reader) override {
    keys_.clear();
    for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
      keys_.emplace_back().restore(reader);
    }
    present_ = reader.get_vector<std::uint32_t>();
    next_index_ = reader.get<std::uint32_t>();
    people_ = reader.get<std::uint32_t>();
    return success();
  }

 private:
  void staff_row(Time at, Time ingested, StaffId staff, StaffEvent kind) {
    if (out_ == nullptr) return;
    out_->workforce.push({at.us, ingested.us, staff.value, static_cast<std::uint8_t>(kind)}, kBackground);
  }

  void key_row(Time at, Time ingested, const protocol::Key& key, KeyEvent kind) {
    if (out_ == nullptr) return;
    out_->keys.push({at.us, ingested.us, key.id.value, key.owner.value, static_cast<std::uint8_t>(kind),
                     static_cast<std::uint8_t>(key.use)},
                    kBackground);
  }

  /// Records a change now, and tells every gateway when its key cache is next refreshed.
  void change(kernel::Context& context, const protocol::Key& key, KeyEvent row, KeyChange::Kind kind) {
    key_row(context.now(), context.now(), key, row);
    const KeyChange message{key.id, kind, key.owner};
    for (std::uint32_t shard = 0; shard < shards_; ++shard) {
      context.send({shard}, context.now() + context.lookahead(), static_cast<unsigned>(protocol::Priority::key_change),
                   kernel::pack(message));
    }
  }

  void inventory(kernel::Context& context) {
    const Time now = context.now();
    for (const protocol::Key& key : keys_) {
      key_row(key.created, now, key, KeyEvent::created);
      if (!key.owner_left) continue;
      const Time left = left_at(key);
      staff_row(left, now, key.owner, StaffEvent::left);
      // Off-boarding ended without the key, however long it took: the ring says that nobody has taken it over.
      const Time ended = left + offboarding_lag(params_, seed_, key.owner);
      staff_row(std::min(ended, now), now, key.owner, StaffEvent::deprovisioned);
    }
  }

  /// When the owner of an orphaned key left: after the key was made, before the run.
  [[nodiscard]] Time left_at(const protocol::Key& key) const {
    if (key.insider) return Time{} - params_.insider_left_before;
    const double u = to_uniform(random_block(seed_, key.owner.value, purpose("workforce.left"), 0, 0).low());
    const auto age = static_cast<double>((Time{} - key.created).us);
    return Time{} - Duration{static_cast<std::int64_t>(age * (0.05 + 0.85 * u))};
  }

  void plan_day(kernel::Context& context, std::uint32_t day) {
    RandomStream random(seed_, day, purpose("workforce.day"));
    const double staff = params_.staff;
    const double yearly[] = {params_.attrition_per_year, params_.moved_per_year, params_.attrition_per_year};
    const Timer timers[] = {Timer::join, Timer::move, Timer::leave};
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint64_t people = sample_poisson(random, staff * yearly[k] / kDaysPerYear);
      for (std::uint64_t p = 0; p < people; ++p) {
        const double part = random.uniform() * static_cast<double>((kClosing - kOpening).us);
        const Time at = context.now() + kOpening + Duration{static_cast<std::int64_t>(part)};
        context.schedule(at, kTimer, encode(timers[k], ++people_));
      }
    }
    context.schedule(context.now() + Duration::days(1), kTimer, encode(Timer::day, day + 1));
  }

  void move(kernel::Context& context, std::uint32_t ordinal) {
    if (present_.empty()) return;
    const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.mover"), 0, 0);
    const StaffId who = number_(present_[to_below(bits.word[0], static_cast<std::uint32_t>(present_.size()))]);
    staff_row(context.now(), context.now(), who, StaffEvent::moved);
    hand_over(context, who);
  }

  void leave(kernel::Context& context, std::uint32_t ordinal) {
    if (present_.empty()) return;
    const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.leaver"), 0, 0);
    const std::uint32_t place = to_below(bits.word[0], static_cast<std::uint32_t>(present_.size()));
    const std::uint32_t index = present_[place];
    present_[place] = present_.back();
    present_.pop_back();
    const StaffId who = number_(index);
    staff_row(context.now(), context.now(), who, StaffEvent::left);
    context.schedule(context.now() + offboarding_lag(params_, seed_, who), kTimer, encode(Timer::deprovision, index));
  }

  void deprovision(kernel::Context& context, StaffId who) {
    staff_row(context.now(), context.now(), who, StaffEvent::deprovisioned);
    hand_over(context, who);
  }

  void hand_over(kernel::Context& context, StaffId from) {
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      protocol::Key& key = keys_[k];
      if (key.owner != from || key.insider || present_.empty()) continue;
      const RandomBlock bits =
          random_block(seed_, from.value, purpose("workforce.heir"), static_cast<std::uint32_t>(k), 0);
      if (to_uniform(bits.low()) >= params_.handed_over) continue;
      const std::uint32_t heir = to_below(bits.word[2], static_cast<std::uint32_t>(present_.size()));
      key.owner = number_(present_[heir]);
      change(context, key, KeyEvent::owner_changed, KeyChange::Kind::owner_changed);
    }
  }

  /// The keys under a policy are the youngest signing keys in use: the policy has kept them so.
  void schedule_policy(kernel::Context& context) {
    std::vector<std::uint32_t> signing;
    std::uint32_t all = 0;
    for (std::uint32_t k = 0; k < keys_.size(); ++k) {
      const protocol::Key& key = keys_[k];
      if (key.use != protocol::KeyUse::token_signing) continue;
      ++all;
      if (!key.insider && !key.owner_left && key.share > 0) signing.push_back(k);
    }
    std::sort(signing.begin(), signing.end(),
              [this](std::uint32_t a, std::uint32_t b) { return keys_[a].created > keys_[b].created; });
    const auto policy = static_cast<std::size_t>(all * params_.rotated_by_policy + 0.5);
    for (std::size_t i = 0; i < std::min(policy, signing.size()); ++i) {
      const Time at = std::max(Time{}, keys_[signing[i]].created + params_.rotation_every);
      context.schedule(at, kTimer, encode(Timer::rotate, signing[i]));
    }
  }

  void rotate(kernel::Context& context, std::uint32_t index) {
    protocol::Key next = keys_[index];
    const auto made = static_cast<std::uint32_t>(keys_.size());
    next.id = key_number(seed_, made);
    next.created = context.now();
    keys_.push_back(next);
    change(context, next, KeyEvent::created, KeyChange::Kind::created);
    change(context, keys_[index], KeyEvent::rotated, KeyChange::Kind::rotated);
    keys_[index].share = 0;
    context.schedule(context.now() + params_.rotation_every, kTimer, encode(Timer::rotate, made));
    context.schedule(context.now() + params_.straggle * 4, kTimer, encode(Timer::revoke, index));
  }

  Params params_;
  std::vector<protocol::Key> keys_;  // the ring's, then those made by rotation
  std::uint32_t shards_;
  Seed seed_;
  telemetry::PlatformRows* out_;
  StaffNumbers number_;
  std::vector<std::uint32_t> present_;  // indices of employees, in no order
  std::uint32_t next_index_ = 0;
  std::uint32_t people_ = 0;  // timers for people so far
};

}  // namespace

StaffNumbers::StaffNumbers(const Params& params, Seed seed)
    : numbers_(seed, purpose("workforce.number"), std::max<std::uint64_t>(1U << 20, std::uint64_t{params.staff} * 64)) {
}

Duration offboarding_lag(const Params& params, Seed seed, StaffId staff) {
  constexpr double kEdge = 1e-6;
  const double over_1 = std::clamp(params.offboarding_over_1_day, 2 * kEdge, 1 - kEdge);
  const double over_7 = std::clamp(params.offboarding_over_7_days, kEdge, over_1 - kEdge);
  // ln(lag in days) = mu + sigma z; z1 and z7 are where it passes one day and seven.
  const double z1 = det_normal_quantile(1 - over_1);
  const double z7 = det_normal_quantile(1 - over_7);
  const double sigma = det_log(7) / (z7 - z1);
  const double mu = -sigma * z1;
  RandomStream random(seed, staff.value, purpose("workforce.lag"));
  const double ln_days = std::min(sample_normal(random, mu, sigma), det_log(3650));
  const double lag = det_exp(ln_days) * static_cast<double>(Duration::days(1).us);
  return std::min(Duration{static_cast<std::int64_t>(lag)}, kLongestLag);
}

std::unique_ptr<kernel::Process> make_workforce(const Params& params, const protocol::KeyRing& ring,
                                                std::uint32_t shards, Seed seed, telemetry::PlatformRows* out) {
  return std::make_unique<Workforce>(params, ring, shards, seed, out);
}

}  // namespace dwell::workforce
