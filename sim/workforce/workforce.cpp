#include "sim/workforce/workforce.hpp"

#include <algorithm>
#include <vector>

#include "sim/core/math.hpp"
#include "sim/core/samplers.hpp"
#include "sim/workforce/key_inventory.hpp"

namespace dwell::workforce {
namespace {

using telemetry::StaffEvent;

constexpr Duration kLongestLag = Duration::days(3650);

class Workforce final : public kernel::Process {
 public:
  Workforce(const Params& params, const protocol::KeyRing& ring, std::uint32_t shards, Seed seed,
            telemetry::PlatformRows* out)
      : params_(params), keys_(params, ring, shards, seed, out), seed_(seed), out_(out), number_(params, seed) {
    present_.resize(params.staff);
    for (std::uint32_t i = 0; i < params.staff; ++i) present_[i] = i;
    next_index_ = params.staff + static_cast<std::uint32_t>(ring.keys.size());  // leaves room for past leavers
  }

  [[nodiscard]] std::string_view name() const override { return "workforce"; }
  [[nodiscard]] bool every_window() const override { return false; }

  void start(kernel::Context& context) override {
    context.schedule(Time{}, kTimer, encode(Timer::inventory, 0));
    context.schedule(Time{}, kTimer, encode(Timer::day, 0));
    keys_.schedule_policy(context);
  }

  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) {
      const auto timer = static_cast<Timer>(event->data >> kIndexBits);
      const std::uint32_t index = event->data & ((1U << kIndexBits) - 1);
      if (timer >= Timer::rotate) {
        of_key(context, timer, index);
      } else {
        of_staff(context, timer, index);
      }
    }
  }
  void save(ByteWriter& writer) const override {
    keys_.save(writer);
    writer.put_vector(present_);
    writer.put(next_index_);
    writer.put(people_);
  }
  Status restore(ByteReader& reader) override {
    keys_.restore(reader);
    present_ = reader.get_vector<std::uint32_t>();
    next_index_ = reader.get<std::uint32_t>();
    people_ = reader.get<std::uint32_t>();
    return success();
  }

 private:
  void of_staff(kernel::Context& context, Timer timer, std::uint32_t index) {
    switch (timer) {
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
      default:
        deprovision(context, number_(index));
    }
  }

  void of_key(kernel::Context& context, Timer timer, std::uint32_t index) {
    switch (timer) {
      case Timer::rotate:
        keys_.rotate_by_age(context, index);
        break;
      case Timer::revoke:
        keys_.revoke(context, index);
        break;
      case Timer::respond:
        keys_.respond_to_leak(context, index);
        break;
      case Timer::replace:
        keys_.replace(context, index);
        break;
      case Timer::leak:
        keys_.leak(context, index);
        break;
      default:
        keys_.review(context, index, employed());
    }
  }

  [[nodiscard]] Employed employed() const {
    return [this](std::uint32_t bits) {
      if (present_.empty()) return StaffId{};
      return number_(present_[to_below(bits, static_cast<std::uint32_t>(present_.size()))]);
    };
  }

  void staff_row(Time at, Time ingested, StaffId staff, StaffEvent kind) {
    if (out_ == nullptr) return;
    out_->workforce.push({at.us, ingested.us, staff.value, static_cast<std::uint8_t>(kind)}, kBackground);
  }

  void inventory(kernel::Context& context) {
    const Time now = context.now();
    keys_.list(now);
    for (const protocol::Key& key : keys_.keys()) {
      if (!key.owner_left) continue;
      const Time left = left_at(key);
      staff_row(left, now, key.owner, StaffEvent::left);
      // Off-boarding ended without the key, however long it took: the ring says that nobody has taken it over.
      const Time ended = left + offboarding_lag(params_, seed_, key.owner);
      staff_row(std::min(ended, now), now, key.owner, StaffEvent::deprovisioned);
    }
    if (params_.rotation_on_departure) keys_.rotate_orphans(context, employed());
  }

  /// When the owner of an orphaned key left: after the key was made, before the run.
  [[nodiscard]] Time left_at(const protocol::Key& key) const {
    if (key.insider) return Time{} - params_.insider_left_before;
    const double u = to_uniform(random_block(seed_, key.owner.value, purpose("workforce.left"), 0, 0).low());
    const auto age = static_cast<double>((Time{} - key.created).us);
    return Time{} - Duration{static_cast<std::int64_t>(age * (0.05 + 0.85 * u))};
  }

  void plan_day(kernel::Context& context, std::uint32_t day) {
    keys_.report_use(context.now(), day);
    keys_.plan_day(context, day);
    RandomStream random(seed_, day, purpose("workforce.day"));
    const double staff = params_.staff;
    const double yearly[] = {params_.attrition_per_year, params_.moved_per_year, params_.attrition_per_year};
    const Timer timers[] = {Timer::join, Timer::move, Timer::leave};
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint64_t people = sample_poisson(random, staff * yearly[k] / kDaysPerYear);
      for (std::uint64_t p = 0; p < people; ++p) {
        context.schedule(working_moment(context.now(), random.uniform()), kTimer, encode(timers[k], ++people_));
      }
    }
    context.schedule(context.now() + Duration::days(1), kTimer, encode(Timer::day, day + 1));
  }

  void move(kernel::Context& context, std::uint32_t ordinal) {
    if (present_.empty()) return;
    const RandomBlock bits = random_block(seed_, ordinal, purpose("workforce.mover"), 0, 0);
    const StaffId who = employed()(bits.word[0]);
    staff_row(context.now(), context.now(), who, StaffEvent::moved);
    keys_.hand_over(context, who, false, employed());
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
    keys_.owner_left(who);
    context.schedule(context.now() + offboarding_lag(params_, seed_, who), kTimer, encode(Timer::deprovision, index));
  }

  void deprovision(kernel::Context& context, StaffId who) {
    staff_row(context.now(), context.now(), who, StaffEvent::deprovisioned);
    keys_.hand_over(context, who, true, employed());
  }

  Params params_;
  KeyInventory keys_;
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
