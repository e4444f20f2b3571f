#pragma once
// One pass over a click log in bounded memory.
//
// What is bounded, and what that costs: open sessions (a million), users of a span of 28 days (three million) and items
// (a million and a half) are counted exactly while they fit and are then an even sample of themselves (SampledTable),
// which leaves every ratio unbiased; at the bound its relative standard error is some .1 %. Gaps are binned by 1 % and
// counts over 128 by 1.1 %. All of it takes at most about 600 MB, whatever the length of the log.

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/validate/click.hpp"
#include "bench/validate/evidence.hpp"
#include "bench/validate/sampled_table.hpp"
#include "bench/validate/time_order.hpp"

namespace dwell::validate {

struct CollectorOptions {
  Columns columns;
  std::vector<std::int64_t> holidays;    ///< days since 1970-01-01
  std::vector<std::int64_t> promotions;  ///< likewise
  std::int64_t slack_us = kHourUs;       ///< clicks may be out of order by so much
  std::size_t most_held = 2'000'000;     ///< clicks that wait for earlier ones
  std::size_t most_sessions = 1'000'000, most_users = 3'000'000, most_items = 1'500'000;
};

/// Without a session column a session ends after 30 minutes without a click of its user; with one it is what carries
/// the same value, but a value that returns after four hours is a new session.
inline constexpr std::int64_t kSessionTimeoutUs = 1800 * kSecondUs;
inline constexpr std::int64_t kSessionForgottenUs = 4 * kHourUs;
/// Silence beyond this is a gap of the log, unless most days of a log of kFewestNights nights have one as long: then
/// nights are quiet, and only what is half as long again as the usual night is a gap.
inline constexpr std::int64_t kSilenceUs = 6 * kHourUs;
inline constexpr std::int64_t kMostDays = 4000;

class Collector {
 public:
  explicit Collector(CollectorOptions options);

  enum class Taken : std::uint8_t { yes, late, far };
  /// `late`: further behind the latest click than the slack; `far`: the log would span more than kMostDays. Both drop
  /// the click.
  Taken add(const Click& click);
  [[nodiscard]] std::int64_t latest_us() const { return order_.latest_us(); }
  /// Ends the log. Nothing may be added afterwards.
  Observed finish();

 private:
  struct Open {
    std::int64_t begin_us = 0, last_us = 0;
    std::uint64_t user = 0;
    std::uint32_t pages = 0;
    bool ordered = false;
    System system = System::unknown;
    Carrier carrier = Carrier::unknown;
  };
  struct User {
    std::uint32_t days = 0, visits = 0;  // bits: days with an event, days on which a session begins
    std::uint32_t events = 0, orders = 0, sessions = 0;
  };
  /// Public holidays on end.
  struct Run {
    std::int64_t first = 0, last = 0;
  };
  using Groups = std::vector<UserEvidence>;

  void take(const Click& click);
  [[nodiscard]] bool is_promotion(std::int64_t day) const;
  Day& day_at(std::int64_t time_us);
  void note_silence(std::int64_t from_us, std::int64_t to_us);
  /// Whether a session begins with the click, as far as it is in the sample.
  bool count_session(const Click& click, Day& day);
  void count_gap(const Open& open, std::int64_t gap_us);
  void count_user(const Click& click, bool begins);
  void close(const Open& open);
  void close_idle(std::int64_t time_us);
  void begin_spans(std::int64_t time_us);
  void end_span();
  void flush_user(std::uint64_t key, const User& user, Groups& groups) const;
  void mark_gaps();
  void mark_ends();
  [[nodiscard]] DayEvidence& block(std::int64_t time_us);
  static std::size_t group(std::uint64_t key) { return static_cast<std::size_t>(key >> 17) % kBlocks; }

  CollectorOptions options_;  // days sorted
  std::vector<Run> runs_;     // of holidays, in order
  TimeOrder order_;
  Observed seen_;
  SampledTable<Open> sessions_;
  SampledTable<User> users_;
  SampledTable<std::uint64_t> items_;
  std::vector<Silence> silences_;  // all beyond kSilenceUs: at most four a day
  Groups ordinary_spans_ = Groups(kBlocks), promotion_spans_ = Groups(kBlocks);
  std::uint32_t ordinary_ = 0, promoted_ = 0;
  std::int64_t span_begin_ = 0;  // day
  bool begun_ = false;
  std::optional<std::int64_t> reference_day_;
  std::int64_t first_us_ = 0, last_us_ = 0;
  std::size_t sweep_at_ = 4096;  // open sessions at which those that are over are closed
};

}  // namespace dwell::validate
