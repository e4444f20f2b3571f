#include "bench/validate/collector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace dwell::validate {
namespace {

constexpr std::size_t kFewSessions = 4096;
constexpr std::int64_t kEdgeUs = 3 * kHourUs;  // a log that begins later in the day than this begins with half a day
constexpr std::size_t kSilencesKept = 10;
constexpr std::uint32_t kWeek = 7;
constexpr std::int64_t kFeastDays = 3;  // public holidays on end that make a feast

void sort_days(std::vector<std::int64_t>& days) {
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
}

}  // namespace

Collector::Collector(CollectorOptions options)
    : options_(std::move(options)),
      order_(options_.slack_us, options_.most_held),
      sessions_(options_.most_sessions),
      users_(options_.most_users),
      items_(options_.most_items) {
  sort_days(options_.holidays);
  sort_days(options_.promotions);
  for (const std::int64_t day : options_.holidays) {
    if (runs_.empty() || runs_.back().last + 1 != day) runs_.push_back({day, day});
    runs_.back().last = day;
  }
  seen_.columns = options_.columns;
  seen_.sessions_by_gap = !options_.columns.session;
}

Collector::Taken Collector::add(const Click& click) {
  const std::int64_t day = day_of(click.time_us);
  if (!reference_day_) reference_day_ = day;
  if (std::abs(day - *reference_day_) > kMostDays) return Taken::far;
  if (!order_.add(click)) return Taken::late;
  order_.drain(false, [this](const Click& next) { take(next); });
  return Taken::yes;
}

void Collector::take(const Click& click) {
  if (!begun_) {
    begun_ = true;
    first_us_ = last_us_ = click.time_us;
    seen_.first_day = day_of(click.time_us);
    begin_spans(click.time_us);
  }
  if (click.time_us - last_us_ > kSilenceUs) note_silence(last_us_, click.time_us);
  last_us_ = click.time_us;
  ++seen_.clicks;
  while (click.time_us >= (span_begin_ + kSpanDays) * kDayUs) end_span();
  if (sessions_.size() >= sweep_at_) close_idle(click.time_us);
  Day& day = day_at(click.time_us);
  if (click.kind >= Kind::login_done) {
    UserEvidence& user = seen_.by_user[group(click.user)];
    (click.kind == Kind::login_failed ? user.failures : user.logins) += 1;
    return;
  }
  const std::int64_t within = click.time_us - day_of(click.time_us) * kDayUs;
  day.events += 1;
  ++day.bins[static_cast<std::size_t>(within / (kDayUs / static_cast<std::int64_t>(Day::kBins)))];
  DayEvidence& sums = block(click.time_us);
  sums.kinds[static_cast<std::size_t>(click.kind)] += 1;
  if (!day.promotion) sums.hours[static_cast<std::size_t>(within / kHourUs)] += 1;
  const bool begins = count_session(click, day);
  if (click.user != 0) count_user(click, begins);
  if (click.item != 0) {
    bool fresh = false;
    if (std::uint64_t* const count = items_.find_or_add(click.item, fresh)) ++*count;
  }
}

DayEvidence& Collector::block(std::int64_t time_us) {
  return seen_.by_day[static_cast<std::size_t>(day_of(time_us) - seen_.first_day) % kBlocks];
}

bool Collector::is_promotion(std::int64_t day) const {
  return std::binary_search(options_.promotions.begin(), options_.promotions.end(), day);
}

Day& Collector::day_at(std::int64_t time_us) {
  const std::int64_t day = day_of(time_us);
  const auto index = static_cast<std::size_t>(day - seen_.first_day);
  while (seen_.days.size() <= index) {
    const std::int64_t date = seen_.first_day + static_cast<std::int64_t>(seen_.days.size());
    Day& fresh = seen_.days.emplace_back();
    const auto run = std::partition_point(runs_.begin(), runs_.end(), [&](const Run& r) { return r.last < date; });
    fresh.holiday = run != runs_.end() && run->first <= date;
    fresh.feast = fresh.holiday && run->last - run->first + 1 >= kFeastDays;
    fresh.promotion = is_promotion(date);
  }
  return seen_.days[index];
}

void Collector::note_silence(std::int64_t from_us, std::int64_t to_us) {
  day_at(to_us);
  silences_.push_back({from_us, to_us - from_us});
  // Users who could not be seen on whole days would count as absent: the span that has them is begun anew behind them.
  if (day_of(to_us) - day_of(from_us) > 1 && day_of(to_us) > span_begin_) {
    users_.clear();
    begin_spans(to_us);
  }
}

bool Collector::count_session(const Click& click, Day& day) {
  const std::uint64_t key = seen_.sessions_by_gap ? click.user : mix(click.session ^ std::rotl(click.user, 23)) | 1U;
  if (key == 0) return false;
  bool fresh = false;
  Open* const open = sessions_.find_or_add(key, fresh);
  if (open == nullptr) return false;
  const std::int64_t gap_us = click.time_us - open->last_us;
  if (!fresh && gap_us > (seen_.sessions_by_gap ? kSessionTimeoutUs : kSessionForgottenUs)) {
    close(*open);
    *open = {};
    fresh = true;
  }
  if (fresh) {
    open->begin_us = click.time_us;
    open->user = click.user != 0 ? click.user : key;
    const double weight = 1 / sessions_.share();  // the series of days must not jump when the sample is halved
    day.sessions += weight;
    if (!day.promotion) {
      const std::int64_t within = click.time_us - day_of(click.time_us) * kDayUs;
      block(click.time_us).starts[static_cast<std::size_t>(within / kHourUs)] += weight;
    }
  } else {
    count_gap(*open, gap_us);
  }
  open->last_us = click.time_us;
  ++open->pages;
  open->ordered = open->ordered || click.kind == Kind::buy;
  if (open->system == System::unknown) open->system = click.system;
  if (open->carrier == Carrier::unknown) open->carrier = click.carrier;
  return fresh;
}

void Collector::count_gap(const Open& open, std::int64_t gap_us) {
  if (gap_us > kSessionTimeoutUs) {
    ++seen_.long_gaps;
    return;
  }
  if (gap_us <= 0) {
    ++seen_.zero_gaps;
    return;
  }
  DayEvidence& sums = block(open.begin_us);
  const double gap_s = static_cast<double>(gap_us) * 1e-6;
  const double log_gap = std::log(gap_s);
  const double bin = std::clamp((log_gap - kGapLeast) / kGapStep, 0.0, static_cast<double>(kGapBins - 1));
  sums.log_gaps[static_cast<std::size_t>(bin)] += 1;
  sums.gaps += 1;
  sums.gap_sum_s += gap_s;
  sums.log_gap_sum += log_gap;
  sums.log_gap_squares += log_gap * log_gap;
}

void Collector::close(const Open& open) {
  DayEvidence& sums = block(open.begin_us);
  sums.lengths[std::min<std::size_t>(open.pages, kLengths - 1)] += 1;
  if (open.pages >= kLengths - 1) sums.long_lengths[count_bin(open.pages)] += 1;
  const double log_length = std::log(static_cast<double>(open.pages));
  sums.log_length_sum += log_length;
  sums.log_length_squares += log_length * log_length;
  sums.sessions += 1;
  sums.pages += open.pages;
  sums.ordering += open.ordered ? 1 : 0;
  UserEvidence& user = seen_.by_user[group(open.user)];
  user.systems[static_cast<std::size_t>(open.system)] += 1;
  user.carriers[static_cast<std::size_t>(open.carrier)] += 1;
}

void Collector::close_idle(std::int64_t time_us) {
  const std::int64_t timeout_us = seen_.sessions_by_gap ? kSessionTimeoutUs : kSessionForgottenUs;
  sessions_.erase_if([&](std::uint64_t, const Open& open) {
    if (time_us - open.last_us <= timeout_us) return false;
    close(open);
    return true;
  });
  // Whoever returns finds the old session and ends it; the rest is swept out when the table has doubled, or is half way
  // from there to its bound.
  const std::size_t live = sessions_.size();
  const std::size_t room = options_.most_sessions > live ? options_.most_sessions - live : 0;
  sweep_at_ = live + std::max(kFewSessions, std::min(live, room / 2));
}

void Collector::begin_spans(std::int64_t time_us) {
  const std::int64_t day = day_of(time_us);
  span_begin_ = day + (time_us - day * kDayUs > kEdgeUs ? 1 : 0);
}

void Collector::count_user(const Click& click, bool begins) {
  const std::int64_t day = day_of(click.time_us) - span_begin_;
  if (day < 0) return;
  bool fresh = false;
  User* const user = users_.find_or_add(click.user, fresh);
  if (user == nullptr) return;
  user->days |= 1U << static_cast<unsigned>(day);
  ++user->events;
  user->orders += click.kind == Kind::buy ? 1 : 0;
  if (!begins) return;
  ++user->sessions;
  user->visits |= 1U << static_cast<unsigned>(day);
}

void Collector::flush_user(std::uint64_t key, const User& user, Groups& groups) const {
  UserEvidence& sums = groups[group(key)];
  const int days = std::popcount(user.days);
  sums.monthly += 1;
  sums.daily += days / static_cast<double>(kSpanDays);
  constexpr std::uint32_t kWindows = kSpanDays - kWeek + 1;
  std::uint32_t windows = 0;
  for (std::uint32_t w = 0; w < kWindows; ++w) windows += (user.days >> w & 0x7fU) != 0 ? 1 : 0;
  sums.weekly += windows / static_cast<double>(kWindows);
  sums.events += user.events;
  // Of a sample of the sessions nobody knows on which days those left out begin.
  const int visits = sessions_.share() == 1 ? std::popcount(user.visits) : days;
  const double extra = static_cast<double>(user.sessions) - visits;
  sums.sessions += user.sessions;
  sums.visit_days += visits;
  sums.extra_squares += extra * extra;
  sums.extra_days += extra * visits;
  sums.day_squares += static_cast<double>(visits) * visits;
  sums.event_counts[count_bin(user.events)] += 1;
  sums.visits[static_cast<std::size_t>(visits)] += 1;
  if (user.orders != 0) sums.order_counts[std::min<std::size_t>(user.orders, kOrderBins - 1)] += 1;
}

void Collector::end_span() {
  bool promotion = false;
  for (std::int64_t day = span_begin_; day < span_begin_ + kSpanDays; ++day) promotion = promotion || is_promotion(day);
  ++(promotion ? promoted_ : ordinary_);
  Groups& groups = promotion ? promotion_spans_ : ordinary_spans_;
  users_.erase_if([&](std::uint64_t key, const User& user) {
    flush_user(key, user, groups);
    return false;
  });
  users_.clear();
  span_begin_ += kSpanDays;
}

void Collector::mark_gaps() {
  // The longest silence that ended on each day; of a day without any, none.
  std::vector<std::int64_t> nights(seen_.days.size());
  const auto index = [&](std::int64_t time_us) { return static_cast<std::size_t>(day_of(time_us) - seen_.first_day); };
  for (const Silence& silence : silences_) {
    std::int64_t& night = nights[index(silence.begin_us + silence.length_us)];
    night = std::max(night, silence.length_us);
  }
  if (nights.empty()) return;
  const auto middle = nights.begin() + static_cast<std::ptrdiff_t>((nights.size() - 1) / 2);
  std::nth_element(nights.begin(), middle, nights.end());
  seen_.quiet_us = tells_nights(seen_) ? *middle : 0;
  const std::int64_t longest = std::max(kSilenceUs, seen_.quiet_us + seen_.quiet_us / 2);
  for (const Silence& silence : silences_) {
    if (silence.length_us <= longest) continue;
    for (std::size_t d = index(silence.begin_us); d <= index(silence.begin_us + silence.length_us); ++d)
      seen_.days[d].whole = false;
    seen_.silences.push_back(silence);
  }
  seen_.silences_seen = seen_.silences.size();
  std::sort(seen_.silences.begin(), seen_.silences.end(),
            [](const Silence& a, const Silence& b) { return a.length_us > b.length_us; });
  if (seen_.silences.size() > kSilencesKept) seen_.silences.resize(kSilencesKept);
}

void Collector::mark_ends() {
  if (seen_.days.empty()) return;
  const auto within = [](std::int64_t time_us) { return time_us - day_of(time_us) * kDayUs; };
  if (within(first_us_) > kEdgeUs) seen_.days.front().whole = false;
  if (within(last_us_) < kDayUs - kEdgeUs) seen_.days.back().whole = false;
}

Observed Collector::finish() {
  order_.drain(true, [this](const Click& next) { take(next); });
  sessions_.erase_if([&](std::uint64_t, const Open& open) {
    close(open);
    return true;
  });
  mark_gaps();
  mark_ends();
  // A span that ends with the log's last day is whole if that day is.
  const std::int64_t last_day = seen_.first_day + static_cast<std::int64_t>(seen_.days.size()) - 1;
  if (begun_ && span_begin_ + kSpanDays - 1 == last_day && seen_.days.back().whole) end_span();
  seen_.spans = ordinary_ != 0 ? ordinary_ : promoted_;
  const Groups& spans = ordinary_ != 0 ? ordinary_spans_ : promotion_spans_;
  for (std::size_t g = 0; g < kBlocks; ++g) seen_.by_user[g].add(spans[g], 1);
  items_.erase_if([&](std::uint64_t, std::uint64_t count) {
    seen_.item_counts.push_back(static_cast<double>(count));
    return false;
  });
  std::sort(seen_.item_counts.begin(), seen_.item_counts.end(), std::greater<>());
  seen_.item_share = items_.share();
  seen_.user_share = users_.share();
  seen_.session_share = sessions_.share();
  return std::move(seen_);
}

}  // namespace dwell::validate
