#pragma once
// One shard of the platform: its members, their sessions, and a replica of the gateway, as a logical process.
//
// Step, per window:
//   open    at the first window of a day, every member: does she visit, how many sessions, at which hours;
//           at the first window of an hour, the sessions of that hour, whole: subscriber, every page's moment;
//   handle  requests, visits and logins from outside, key announcements; before each of them and in close, what
//           sessions do and which late log rows arrive up to then;
//   close   rows of equal time put in order, and the shard's range recorded.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/commerce/key_cache.hpp"
#include "sim/commerce/members.hpp"
#include "sim/commerce/model.hpp"
#include "sim/commerce/row_sink.hpp"
#include "sim/commerce/sessions.hpp"
#include "sim/commerce/stages.hpp"
#include "sim/commerce/subscribers.hpp"
#include "sim/core/random.hpp"
#include "sim/kernel/process.hpp"
#include "sim/kernel/timetable.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::commerce {

struct ShardOptions {
  ShardId shard;
  std::uint32_t shards = 1;  ///< must equal the model's
  /// Where rows go; appended to, never cleared by the shard. Shards may share one only if their processes run one after
  /// the other, window by window (not under the serial reference engine, which interleaves them).
  telemetry::PartitionRows* out = nullptr;
  StageTimes* stages = nullptr;  ///< where to add up the time of each stage; nullptr: it is not measured
};

/// What a shard has done so far.
struct ShardStats {
  RowCounts rows;
  std::uint64_t members = 0;
  std::uint64_t sessions = 0;     ///< begun by ordinary members of the background
  std::uint64_t visits = 0;       ///< sessions begun by Visit messages
  std::uint64_t member_days = 0;  ///< days on which a member visited, summed over members
  std::uint64_t requests = 0, logins = 0;
  std::uint64_t background_digest = 0;  ///< chain over background rows
  std::uint64_t foreign_digest = 0;     ///< chain over all other rows
  double bytes_per_member = 0;          ///< standing state, open sessions excluded
};

class Shard final : public kernel::Process {
 public:
  /// Builds the members: about 0.6 us each and 40 ns an id. The engine's lookahead is at most 2^32 us.
  Shard(const Model& model, const ShardOptions& options);

  [[nodiscard]] std::string_view name() const override { return name_; }
  void start(kernel::Context& context) override;
  void open(kernel::Context& context) override;
  void handle(kernel::Context& context, kernel::Events& events) override;
  void close(kernel::Context& context) override;
  void save(ByteWriter& writer) const override;
  Status restore(ByteReader& reader) override;

  [[nodiscard]] ShardStats stats() const;
  [[nodiscard]] const Members& members() const { return members_; }

 private:
  struct Start {
    std::uint32_t member;  // index in members_
    std::uint32_t ordinal;
  };
  /// What is known of a session before it is drawn.
  struct Opening {
    const Traits& member;
    std::uint32_t index;
    Time start;
    Origin origin;
  };
  struct Exception {
    Fate fate;
    bool empty;
  };
  // Longer than sessions are drawn ahead, but for the longest think times.
  static constexpr std::size_t kHorizonWindows = 512;
  static constexpr std::uint32_t kSessionsPerDay = 64;

  // Plans (plan.cpp).
  void plan_day(std::int64_t day);
  void plan_member(std::int64_t day, std::uint32_t member, std::uint64_t factor);
  void plan_hour(std::int64_t hour);
  /// `hour` is the full hour in which the session begins, `draws` its block.
  void begin_session(const Opening& opening, Time hour, const WideBlock& draws);
  [[nodiscard]] Time fail_logins(const Session& session, std::uint32_t slot, Time start);
  void draw_pages(std::uint32_t slot, std::uint32_t flags);
  [[nodiscard]] Exception draw_exception(RandomBlock draw) const;
  [[nodiscard]] std::uint32_t except(std::uint32_t what, const Session& session, std::uint32_t ordinal) const;

  // What sessions do.
  void advance(std::int64_t until_us);
  bool advance_until(std::uint64_t limit_us, std::int64_t late_us);
  void write_pages(const kernel::Timetable::Entry*& first, const kernel::Timetable::Entry* last);
  void rare_moment(const kernel::Timetable::Entry*& first, const kernel::Timetable::Entry*& at);
  void issue_token(Session& session, Moment moment, Time now);
  void renew_refused(Session& session, Moment moment, Time now);
  void fold_session(Session& session) const;
  [[nodiscard]] telemetry::AccessRow page_row(const Session& session, Moment moment, Time now) const;
  void write_auth(const Session& session, telemetry::AuthKind kind, Fate fate, Time now);

  // Gateway.
  void request(kernel::Context& context, const protocol::Request& request, Time now);
  void run(const protocol::Run& run, Time now);
  void visit(const protocol::Visit& visit, Time now);
  [[nodiscard]] std::uint32_t choose_visitor(const protocol::Visit& visit) const;
  void login(const protocol::LoginAttempt& attempt, Time now);
  /// Records in the answer to an existing member: 12 of 32 uniform bits decide whether it is empty, 12 others how long
  /// it is.
  [[nodiscard]] std::uint16_t records(Page page, std::uint32_t addresses, std::uint32_t bits) const {
    if (!is_member_data(page) || bits >> 20 < zero_below_) return 0;
    if (page == Page::address) return static_cast<std::uint16_t>(addresses);
    if (page == Page::order_list) return static_cast<std::uint16_t>((((bits >> 8) & 0xfffU) * (kMostOrders + 1)) >> 12);
    return 1;
  }

  const Model& model_;
  std::string name_;
  Seed seed_;
  RoundKeys rounds_;
  std::uint64_t token_seed_;
  Members members_;
  Sessions sessions_;
  std::optional<kernel::Timetable> timetable_;  // from start on
  KeyCache keys_;
  RowSink rows_;
  StageTimes* stages_;
  std::uint32_t shard_;
  std::uint32_t zero_below_, login_below_, failure_below_;
  std::int64_t next_day_ = 0;
  std::int64_t next_hour_ = 0;
  std::array<std::vector<Start>, 24> hours_;  // starts of the current day, by hour
  ShardStats stats_;
};

std::unique_ptr<kernel::Process> make_shard(const Model& model, const ShardOptions& options);

}  // namespace dwell::commerce
