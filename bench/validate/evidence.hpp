#pragma once
// What one pass over the clicks leaves: sums that can be added, so that any choice of days or of users can be formed
// again for an interval.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/validate/click.hpp"

namespace dwell::validate {

inline constexpr std::size_t kLengths = 513;  ///< pages of a session: 1 … 511; the last bin holds 512 and more
inline constexpr double kGapLeast = -7, kGapStep = 0.01;
inline constexpr std::size_t kGapBins = 1800;  ///< of ln(seconds)
inline constexpr std::size_t kBlocks = 64;     ///< days mod 64, and users by hash: what is resampled
inline constexpr std::int64_t kSpanDays = 28;  ///< statistics of users look at so many days

/// Bins of counts: exact below 128, then 64 to each doubling (a bin is at most 1.1 % wide).
std::size_t count_bin(std::uint64_t count);
double count_of_bin(std::size_t bin);
inline constexpr std::size_t kCountBins = 128 + 64 * 25;

/// Everything about sessions, by the day on which they begin.
struct DayEvidence {
  std::array<double, kLengths> lengths{};
  std::vector<double> long_lengths = std::vector<double>(kCountBins);  ///< what the last bin holds, by count_bin()
  std::vector<double> log_gaps = std::vector<double>(kGapBins);
  double gaps = 0, gap_sum_s = 0, log_gap_sum = 0, log_gap_squares = 0;
  std::array<double, kPageKinds> kinds{};
  double sessions = 0, pages = 0, ordering = 0, log_length_sum = 0, log_length_squares = 0;
  std::array<double, 24> hours{};   ///< page events of days without promotion
  std::array<double, 24> starts{};  ///< sessions, likewise

  void add(const DayEvidence& other, double times);
};

/// Everything about users, by a hash of the user.
struct UserEvidence {
  double monthly = 0;  ///< users seen in a span of 28 days
  double weekly = 0;   ///< users seen in seven days, mean over the span's 22 windows
  double daily = 0;    ///< users seen on a day, mean over the span's days
  double events = 0;
  /// Over users of a span: sums of sessions begun, of days with a visit, which are those on which one begins (nobody
  /// visits anew at midnight), of squares of what the sessions are more than these, of that times the days, and of
  /// squares of days.
  double sessions = 0, visit_days = 0, extra_squares = 0, extra_days = 0, day_squares = 0;
  std::vector<double> event_counts;  ///< users by events in the span, bins of count_bin()
  std::vector<double> order_counts;  ///< buyers by orders in the span, 0 … 1023 (the last bin holds more)
  std::array<double, 29> visits{};   ///< users by days with a visit, where sessions are a sample by active days
  std::array<double, kSystems> systems{};
  std::array<double, kCarriers> carriers{};
  double logins = 0, failures = 0;

  UserEvidence();
  void add(const UserEvidence& other, double times);
};

inline constexpr std::size_t kOrderBins = 1024;

/// One calendar day of the log.
struct Day {
  static constexpr std::size_t kBins = 288;  ///< of five minutes
  double events = 0, sessions = 0;
  std::array<std::uint32_t, kBins> bins{};
  double level = 1;   ///< by which the platform's wandering rate is known to have raised the day; 1: not known
  bool whole = true;  ///< no gap in it, nor cut by the log's ends
  bool promotion = false;
  bool feast = false;    ///< in a run of three or more public holidays
  bool holiday = false;  ///< a public holiday
};

struct Silence {
  std::int64_t begin_us = 0, length_us = 0;
};

struct Observed {
  Columns columns;
  bool sessions_by_gap = false;
  std::int64_t first_day = 0;  ///< since 1970-01-01
  std::vector<Day> days;
  std::vector<DayEvidence> by_day = std::vector<DayEvidence>(kBlocks);
  std::vector<UserEvidence> by_user = std::vector<UserEvidence>(kBlocks);
  std::uint32_t spans = 0;                                   ///< of 28 whole days
  std::vector<double> item_counts;                           ///< descending
  double item_share = 1, user_share = 1, session_share = 1;  ///< of what the tables could hold
  std::vector<Silence> silences;                             ///< gaps of the log, the ten longest
  std::int64_t quiet_us = 0;                                 ///< silence that most days end or begin with; 0: none
  std::uint64_t clicks = 0, silences_seen = 0, long_gaps = 0, zero_gaps = 0;
};

/// A silence that most nights have is their habit. Of fewer nights one gap of the log would pass for a habit, so that
/// every silence beyond kSilenceUs counts as a gap.
inline constexpr std::size_t kFewestNights = 7;
inline bool tells_nights(const Observed& seen) { return seen.days.size() > kFewestNights; }

}  // namespace dwell::validate
