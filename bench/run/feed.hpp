#pragma once
// From the rows of a window to the rows each detector sees, in each of three views of the same run.

#include <array>
#include <cstdint>
#include <vector>

#include "bench/run/selection.hpp"
#include "detectors/api/detector.hpp"

namespace dwell::run {

/// What some detectors have in common, so that their rows are chosen once.
struct Subscription {
  Choice access{detect::kMemberDataPages, false, false};
  Choice auth;
  std::vector<detect::TopicMask> topics;  ///< the sets of topics wanted; rows are handed out for each of them
  bool gathered = false;                  ///< rows of all ranks, for the one that judges

  /// The place of a set of topics in `topics`, added when it is new.
  std::size_t variant(detect::TopicMask wanted);
};

/// The rows of one subscription. Where neither order nor shards are asked for and no page is left out, they stay where
/// they lie. All buffers are reused; what is returned is valid until the next call.
class Lane {
 public:
  Lane(Subscription subscription, std::uint32_t shards);

  void load(const WindowSource& source);
  [[nodiscard]] const Subscription& subscription() const { return subscription_; }
  /// Units in which the clean rows and the added ones come: partitions where rows stay where they lie, else one.
  [[nodiscard]] std::size_t units() const { return units_; }
  /// Rows of the clean view, in no order over shards.
  [[nodiscard]] const detect::WindowRows& clean(std::size_t unit, std::size_t variant);
  /// The rows that a view has and the clean one has not.
  [[nodiscard]] const detect::WindowRows& added(std::size_t unit, std::size_t variant, View view);
  [[nodiscard]] bool adds(View view) const { return adds_[static_cast<std::size_t>(view)]; }
  /// All rows of a view merged over all shards (subscriptions with `ordered`).
  [[nodiscard]] const detect::WindowRows& ordered(std::size_t variant, View view);
  /// Calls `observe(shard, rows)` for every shard with its rows, in order of ingestion (subscriptions with `by_shard`).
  template <class Observe>
  void for_each_shard(std::size_t variant, View view, Observe observe) {
    const detect::WindowRows& rows = platform(variant, view);
    detect::WindowRows& out = handed_out_[variant];
    const bool access = has(subscription_.topics[variant], telemetry::Topic::access);
    const bool auth = has(subscription_.topics[variant], telemetry::Topic::auth);
    for (std::uint32_t shard = 0; shard < access_.shards(); ++shard) {
      if (access) out.access = access_.shard(shard, view);
      if (auth) out.auth = auth_.shard(shard, view);
      observe(shard, rows);
    }
  }
  /// The platform topics alone: access and auth are empty.
  [[nodiscard]] const detect::WindowRows& platform(std::size_t variant, View view);

 private:
  static constexpr bool has(detect::TopicMask topics, telemetry::Topic topic) {
    return (topics & detect::topic_bit(topic)) != 0;
  }
  void set_platform_rows(const WindowSource& source);
  void choose_complaints(const WindowSource& source);
  void load_in_place(const WindowSource& source);
  /// The rows handed out for a variant, access and auth set where it wants them.
  template <class Access, class Auth>
  const detect::WindowRows& hand_out(std::size_t variant, View view, Access access, Auth auth);

  Subscription subscription_;
  bool in_place_;
  bool wants_access_ = false;  // some variant does
  bool wants_auth_ = false;
  std::size_t units_ = 1;
  std::array<bool, kViews> adds_{};
  Selection<telemetry::AccessBatch> access_;
  Selection<telemetry::AuthBatch> auth_;
  std::vector<InPlace<telemetry::AccessBatch>> access_units_;
  std::vector<InPlace<telemetry::AuthBatch>> auth_units_;
  std::vector<detect::WindowRows> handed_out_;  // by variant; platform topics stand for the whole window
  // Of each view, where some complaint is not the background's; else all belong to every view.
  const telemetry::Labelled<telemetry::ComplaintsBatch>* complaints_ = nullptr;
  std::array<std::vector<std::uint32_t>, kViews> complaints_of_;
  telemetry::Shift shift_;
};

}  // namespace dwell::run
