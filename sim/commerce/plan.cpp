// What a shard knows beforehand: who comes on a day and in which hour; at the hour, the sessions that begin in it.

#include <algorithm>

#include "sim/commerce/shard.hpp"
#include "sim/core/digest.hpp"

namespace dwell::commerce {
namespace {

constexpr std::size_t kPrefetchDistance = 6;
constexpr std::uint32_t kMostFailures = 8;
// Pages drawn at a time: most sessions are drawn whole, and few of the others' pages fall into the window being read.
constexpr std::uint32_t kInstalment = 16;
constexpr std::uint32_t kPagesPerBlock = 4;
static_assert(kInstalment % kPagesPerBlock == 0);
constexpr std::int64_t kTokenAgeUs = 150'000;
constexpr std::int64_t kHourUs = Duration::hours(1).us;

// The draws of a member's day, of how a session starts, of its failed log-ins, of its pages, and of what is out of the
// ordinary about them.
constexpr Purpose kDay = purpose("member.day");
constexpr Purpose kSession = purpose("session");
constexpr Purpose kFailure = purpose("session.failure");
constexpr Purpose kPage = purpose("session.page");
constexpr Purpose kException = purpose("session.exception");

constexpr std::uint32_t kAddressPage = static_cast<std::uint32_t>(Page::address);

constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

/// Moments of the starts in an hour, in proportion to the rates of its minutes.
class HourCurve {
 public:
  HourCurve(const Calendar& calendar, std::int64_t hour) {
    constexpr double kMinuteUs = 60e6;
    double total = 0;
    for (std::int64_t m = 0; m < kMinutesPerHour; ++m) total += calendar.rate(hour * kMinutesPerHour + m);
    if (total <= 0) return;
    double sum = 0;
    for (std::size_t m = 0; m < kMinutesPerHour; ++m) {
      sum += calendar.rate(hour * kMinutesPerHour + static_cast<std::int64_t>(m));
      until_[m + 1] = m + 1 == kMinutesPerHour ? 0x1'0000'0000ULL : static_cast<std::uint64_t>(sum / total * 0x1p32);
      const std::uint64_t width = until_[m + 1] - until_[m];
      slope_[m] = width == 0 ? 0 : kMinuteUs / static_cast<double>(width);
    }
    for (std::size_t i = 0, m = 0; i < guide_.size(); ++i) {
      while (std::uint64_t{i} << 26 >= until_[m + 1]) ++m;
      guide_[i] = static_cast<std::uint8_t>(m);
    }
    empty_ = false;
  }
  /// Nobody comes in this hour.
  [[nodiscard]] bool empty() const { return empty_; }
  /// `bits` are 32 uniform bits.
  [[nodiscard]] Duration draw(std::uint32_t bits) const {
    const std::uint64_t u = bits;
    std::size_t m = guide_[bits >> 26];
    // Twice without a branch, which would be mispredicted; more is rare.
    m += u >= until_[m + 1] ? 1 : 0;
    m += u >= until_[m + 1] ? 1 : 0;
    while (u >= until_[m + 1]) ++m;
    const auto within = static_cast<std::int64_t>(static_cast<double>(u - until_[m]) * slope_[m]);
    return {static_cast<std::int64_t>(m) * Duration::minutes(1).us + within};
  }

 private:
  std::array<std::uint64_t, kMinutesPerHour + 1> until_{};  // cumulative rate at each minute's end, of 2^32
  std::array<double, kMinutesPerHour> slope_{};             // microseconds per unit of it
  std::array<std::uint8_t, 64> guide_{};                    // the minute in which each 64th of it begins
  bool empty_ = true;
};

}  // namespace

void Shard::plan_day(std::int64_t day) {
  for (auto& starts : hours_) starts.clear();
  const auto factor = static_cast<std::uint64_t>(model_.calendar().visits(day) * 65536);
  for (std::uint32_t member = 0; member < members_.size(); ++member) {
    if (members_[member].visit != 0) plan_member(day, member, factor);
  }
}

void Shard::plan_member(std::int64_t day, std::uint32_t member, std::uint64_t factor) {
  const Traits& traits = members_[member];
  const auto today = static_cast<std::uint32_t>(day);
  const RandomBlock draw = random_quick(rounds_, traits.id.value, kDay, today);
  const std::uint64_t chance = traits.visit * factor;  // of 2^32; beyond it she comes surely, and more often
  if (draw.word[0] >= chance) return;
  double extra = traits.extra * (1 / Traits::kExtraUnit);
  if (chance > 0x1'0000'0000ULL) extra = (1 + extra) * static_cast<double>(chance) * 0x1p-32 - 1;
  const std::uint32_t sessions = 1 + model_.poisson(extra, draw.word[1]);
  ++stats_.member_days;
  const AliasTable& hours = model_.calendar().hours(day);
  RandomBlock more = draw;
  for (std::uint32_t k = 0; k < sessions; ++k) {
    // Words 2 and 3 of the day's first block, then four words of each block after it.
    const std::uint32_t word = k + 2;
    if (word % 4 == 0) more = random_quick(rounds_, traits.id.value, kDay, today, word / 4);
    hours_[hours.draw(more.word[word % 4])].push_back({member, today * kSessionsPerDay + k});
  }
}

void Shard::plan_hour(std::int64_t hour) {
  const HourCurve curve(model_.calendar(), hour);
  if (curve.empty()) return;
  const Time begin{hour * kHourUs};
  const std::vector<Start>& starts = hours_[static_cast<std::size_t>(hour % 24)];
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (i + kPrefetchDistance < starts.size()) members_.prefetch(starts[i + kPrefetchDistance].member);
    sessions_.prefetch_free(kPrefetchDistance);
    const Traits& member = members_[starts[i].member];
    const WideBlock bits = random_wide(rounds_, member.id.value, kSession, starts[i].ordinal, 0);
    begin_session({member, starts[i].ordinal, begin + curve.draw(high(bits.word[0])), kBackground}, begin, bits);
  }
  stats_.sessions += starts.size();
}

void Shard::visit(const protocol::Visit& visit, Time now) {
  const std::uint32_t chosen = choose_visitor(visit);
  if (chosen == kNobody) return;
  ++stats_.visits;
  // Sessions of visits have ordinals that no session of the background has.
  const std::uint32_t index = 0x8000'0000U | (visit.ordinal & 0x7fff'ffffU);
  const Time hour{now.us - now.us % kHourUs};
  const Traits& member = members_[chosen];
  begin_session({member, index, now, visit.origin}, hour, random_wide(rounds_, member.id.value, kSession, index, 0));
}

// Halves of the words, high before low: start, length; subscriber, entry page; key, fate and age of the token; log-in
// (16 bits), level (16 bits).
void Shard::begin_session(const Opening& opening, Time hour, const WideBlock& draws) {
  const auto& [member, index, start, origin] = opening;
  const auto& bits = draws.word;
  const Subscribers::Seat from = model_.subscribers().draw(member, high(bits[1]), hour);
  const Client client = model_.subscribers().client(member, high(bits[1]));
  const std::uint32_t slot = sessions_.take();
  Session& session = sessions_[slot];
  session.member = member.id.value;
  session.source = from.source().value;
  session.network = from.network().value;
  session.country = from.country().value;
  session.client = client;
  session.index = index;
  session.origin = origin;
  session.token = mix64(mix64(token_seed_, member.id.value), index ^ std::uint64_t{origin.value} << 32) | 1;
  session.key = high(bits[2]);
  session.ordinal = 0;
  const std::uint32_t version = client == Client::desktop ? 0 : model_.releases().version(member.id, start.day());
  session.pages = Session::pages_of(model_.length(low(bits[0])), version);
  session.addresses = member.addresses;
  const double inclination = member.conversion * (1 / Traits::kConversionUnit) * model_.calendar().orders(start.day());
  const double uniform = static_cast<double>(low(bits[3]) >> 16) * 0x1p-16;
  session.where = Session::place(Model::level(inclination, uniform), model_.chain(version).entry(low(bits[1])));
  std::uint32_t flags = Moment::kFirst;
  Time first_page = start;
  if (high(bits[3]) >> 16 < login_below_) {
    flags |= Moment::kLogin;
    first_page = fail_logins(session, slot, start);
  }
  const std::uint32_t fate = low(bits[2]);
  flags |= static_cast<std::uint32_t>(rows_.auth_fate(fate)) << Moment::kTokenFateAt;
  // The token is a moment older than the first page that uses it; its record arrives with the page's.
  session.token_issued_us = first_page.us - kTokenAgeUs - static_cast<std::int64_t>(fate & 0xfffffU);
  session.next_us = first_page.us;
  draw_pages(slot, flags);
}

/// Writes the failed attempts of a log-in into the timetable; the time at which it succeeds.
Time Shard::fail_logins(const Session& session, std::uint32_t slot, Time start) {
  RandomStream tries(seed_, session.member, purpose("session.password"), session.index);
  std::uint32_t failures = 0;
  while (failures < kMostFailures && tries.next32() >> 16 < failure_below_) ++failures;
  std::int64_t at_us = start.us;
  for (; failures != 0; --failures) {
    const RandomBlock draw = random_block(seed_, session.member, kFailure, session.index, failures);
    const auto fate = static_cast<std::uint32_t>(rows_.auth_fate(draw.word[0]));
    timetable_->write(slot, at_us, Moment::kFailedLogin | fate << Moment::kTokenFateAt);
    at_us += Duration::seconds(4).us + to_below(draw.word[1], 16'000'000);
  }
  return {at_us};
}

/// Whether a page that may be an exception is one.
Shard::Exception Shard::draw_exception(RandomBlock draw) const {
  const Exceptions& exceptions = model_.exceptions();
  const Fate fate = RowSink::fate(exceptions.fate, draw.word[0]);
  return {fate, draw.word[1] < (fate == Fate::prompt ? exceptions.empty_if_prompt : exceptions.empty_if_not)};
}

/// What a page becomes if it is an exception, as its draw says is possible.
std::uint32_t Shard::except(std::uint32_t what, const Session& session, std::uint32_t ordinal) const {
  const Exception exception = draw_exception(random_block(seed_, session.member, kException, session.index, ordinal));
  if (exception.empty) what &= ~(0xffU << Moment::kRecordsAt);
  return what | static_cast<std::uint32_t>(exception.fate) << Moment::kFateAt;
}

/// Draws the next pages of a session into the timetable; `flags` are the first one's. Bits of a page's word from the
/// top: think time 28, next page 20, log lines or which of two pages of member data 8, possible exception 8.
void Shard::draw_pages(std::uint32_t slot, std::uint32_t flags) {
  Session& session = sessions_[slot];
  const PageChain::Level& chain = model_.chain(session.version()).level(session.level());
  const std::uint32_t exceptions_below = model_.exceptions().below;
  const std::uint32_t left = session.left();
  const std::uint32_t count = std::min(left, kInstalment);
  const std::uint32_t last = left == count ? Moment::kLast : 0U;
  // What follows an instalment is drawn at its first page: by its last one, most would fall into the window being read.
  flags |= left == count ? 0U : Moment::kMore;
  const std::uint32_t addresses = std::uint32_t{session.addresses} << Moment::kRecordsAt;
  std::uint32_t page = session.where & 15U;
  std::int64_t at_us = session.next_us;
  std::array<std::uint64_t, kInstalment> draws;
  for (std::uint32_t i = 0; i < count; i += kPagesPerBlock) {
    const std::uint32_t block = (session.ordinal + i) / kPagesPerBlock;
    const WideBlock wide = random_wide(rounds_, session.member, kPage, session.index, block);
    // Word by word: a copy of the block would wait for its words to be stored.
    draws[i] = wide.word[0];
    draws[i + 1] = wide.word[1];
    draws[i + 2] = wide.word[2];
    draws[i + 3] = wide.word[3];
  }
  const auto write = [&](std::uint32_t i, std::uint32_t what) {
    const std::uint32_t bits = low(draws[i]);
    what |= model_.answer(page, bits >> 8);
    what |= (what & 15U) == kAddressPage ? addresses : 0U;
    if ((bits & 0xffU) < exceptions_below) [[unlikely]]
      what = except(what, session, session.ordinal + i);
    timetable_->write(slot, at_us, what);
  };
  const auto go_on = [&](std::uint32_t i) {
    page = chain.next(page, high(draws[i]) & 15U, low(draws[i]) & 0xffff'0000U);
    at_us += model_.think(high(draws[i]) & 0xffff'fff0U).us;
  };
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    write(i, flags);
    flags = 0;
    go_on(i);
  }
  write(count - 1, flags | last);
  if (left == count) return;
  go_on(count - 1);
  session.where = Session::place(session.level(), static_cast<Page>(page));
  session.pages = Session::pages_of(left - count, session.version());
  session.ordinal = static_cast<std::uint16_t>(session.ordinal + count);
  session.next_us = at_us;
}

}  // namespace dwell::commerce
