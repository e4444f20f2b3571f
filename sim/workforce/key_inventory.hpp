#pragma once
// The keys of a run as they live: owners, use, leaks, rotation, replacement. Inside sim/workforce.

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/kernel/process.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/telemetry/batch.hpp"
#include "sim/workforce/workforce.hpp"

namespace dwell::workforce {

inline constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);
inline constexpr double kDaysPerYear = 365;

/// What a timer of the workforce is for: 4 bits, with an ordinal or index in the other 28.
enum class Timer : std::uint32_t {
  inventory,
  day,
  join,
  move,
  leave,
  deprovision,  ///< index of the person
  rotate,       ///< by age; index of the key, as for the next two
  revoke,
  respond,  ///< to a leak
  replace,  ///< ordinals from here on
  leak,
  review
};
inline constexpr std::uint32_t kIndexBits = 28;
constexpr std::uint32_t encode(Timer timer, std::uint32_t index) {
  return static_cast<std::uint32_t>(timer) << kIndexBits | index;
}
/// A moment of the working day that begins at `midnight`, from a number in [0, 1).
Time working_moment(Time midnight, double part);

/// Somebody employed, from 32 uniform bits; 0 when nobody is.
using Employed = std::function<StaffId(std::uint32_t bits)>;

class KeyInventory {
 public:
  KeyInventory(const Params& params, const protocol::KeyRing& ring, std::uint32_t shards, Seed seed,
               telemetry::PlatformRows* out);

  [[nodiscard]] const std::vector<protocol::Key>& keys() const { return keys_; }
  /// Rows of every key at the run's start.
  void list(Time now) const;
  /// Timers of the policy by age.
  void schedule_policy(kernel::Context& context) const;
  /// Timers of what happens to keys in the day that begins now.
  void plan_day(kernel::Context& context, std::uint32_t day);
  /// Last uses of the day that ends now.
  void report_use(Time now, std::uint32_t day) const;

  /// Of the key, or of the one that has taken its place meanwhile, when that is old enough.
  void rotate_by_age(kernel::Context& context, std::uint32_t k);
  void revoke(kernel::Context& context, std::uint32_t k);
  void respond_to_leak(kernel::Context& context, std::uint32_t k) { rotate(context, k, {}); }
  void replace(kernel::Context& context, std::uint32_t ordinal);
  void leak(kernel::Context& context, std::uint32_t ordinal);
  void review(kernel::Context& context, std::uint32_t ordinal, const Employed& employed);

  /// The owner has left; the keys are theirs until they are handed over.
  void owner_left(StaffId who);
  /// Each key of somebody who moves or is deprovisioned, with probability `handed_over`; all of them, rotated, when
  /// departures are events of the policy and this is one.
  void hand_over(kernel::Context& context, StaffId from, bool departed, const Employed& employed);
  /// What the policy on departures would have done before the run.
  void rotate_orphans(kernel::Context& context, const Employed& employed);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

 private:
  void row(Time at, Time ingested, const protocol::Key& key, telemetry::KeyEvent event) const;
  void change(kernel::Context& context, const protocol::Key& key, telemetry::KeyEvent event);
  /// The index of the key that now serves.
  std::uint32_t rotate(kernel::Context& context, std::uint32_t k, StaffId heir);
  void give(kernel::Context& context, std::uint32_t k, StaffId heir);
  [[nodiscard]] std::uint32_t make_successor(kernel::Context& context, std::uint32_t k, StaffId heir);
  [[nodiscard]] bool passed_over(const protocol::Key& key) const { return key.insider && params_.insider_key_exempt; }
  /// Index of one of the keys of which `eligible` holds, keys_.size() when there is none.
  template <class Eligible>
  [[nodiscard]] std::uint32_t choose(std::uint32_t bits, Eligible eligible) const;
  [[nodiscard]] double use_probability(const protocol::Key& key) const;
  void list_leak(Time now, const protocol::Key& key) const;

  Params params_;
  std::vector<protocol::Key> keys_;       // the ring's, then those made during the run
  std::vector<std::uint32_t> successor_;  // of a retired key, by index; else its own index
  std::uint32_t shards_;
  Seed seed_;
  telemetry::PlatformRows* out_;
  std::uint32_t ordinals_ = 0;  // timers for keys so far
};

}  // namespace dwell::workforce
