#include "sim/commerce/shard.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::commerce {
namespace {

using protocol::Priority;
using telemetry::AccessRow;
using telemetry::AuthKind;
using telemetry::AuthRow;

constexpr unsigned kPagePriority = static_cast<unsigned>(Priority::page);
constexpr std::size_t kPrefetchDistance = 6;
constexpr std::uint32_t kMostFailures = 8;

// The draws of a member's day, of a session (blocks 0, 1: how it starts; 2…: its failed logins) and of its pages.
constexpr Purpose kDay = purpose("member.day");
constexpr Purpose kSession = purpose("session");
constexpr Purpose kPage = purpose("session.page");

std::uint32_t threshold(double probability, double range) { return static_cast<std::uint32_t>(probability * range); }

}  // namespace

std::uint32_t Sessions::grow() {
  DWELL_DEMAND(slots_.size() < kMostSlots, "more than 2^24 open sessions in one shard");
  slots_.emplace_back();
  return static_cast<std::uint32_t>(slots_.size() - 1);
}

Shard::Shard(const Model& model, const ShardOptions& options)
    : model_(model),
      name_("shard " + std::to_string(options.shard.value)),
      seed_(model.seed()),
      token_seed_(mix64(model.seed().value, purpose("token").value)),
      members_(model, options.shard),
      keys_(model.keys(), model.params().sessions.stragglers, model.params().sessions.straggle),
      rows_(model, options.shard, options.out),
      shard_(options.shard.value),
      zero_below_(threshold(model.params().sessions.zero_records, 4096)),
      login_below_(threshold(model.params().sessions.login, 65536)),
      failure_below_(threshold(model.params().sessions.login_failure, 65536)) {
  DWELL_DEMAND(options.shards == model.shards() && shard_ < options.shards, "a shard outside its model's number");
  DWELL_DEMAND(options.out != nullptr, "a shard needs a place for its rows");
}

void Shard::open(kernel::Context& context) {
  rows_.open();
  const Time end = context.window().end;
  while (next_hour_ * Duration::hours(1).us < end.us) {
    if (next_hour_ / 24 == next_day_) plan_day(next_day_++);
    plan_hour(context, next_hour_++);
  }
}

void Shard::close(kernel::Context&) { rows_.close(); }

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
  const RandomBlock draw = random_block(seed_, traits.id.value, kDay, today, 0);
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
    if (word % 4 == 0) more = random_block(seed_, traits.id.value, kDay, today, word / 4);
    hours_[hours.draw(more.word[word % 4])].push_back({member, today * kSessionsPerDay + k});
  }
}

void Shard::plan_hour(kernel::Context& context, std::int64_t hour) {
  // Where each minute ends in the hour's cumulative rate, of 2^32, and its microseconds per unit of that.
  constexpr double kMinuteUs = 60e6;
  std::array<std::uint64_t, kMinutesPerHour + 1> until{};
  std::array<double, kMinutesPerHour> slope{};
  double total = 0;
  for (std::int64_t m = 0; m < kMinutesPerHour; ++m) total += model_.calendar().rate(hour * kMinutesPerHour + m);
  if (total <= 0) return;
  double sum = 0;
  for (std::size_t m = 0; m < kMinutesPerHour; ++m) {
    sum += model_.calendar().rate(hour * kMinutesPerHour + static_cast<std::int64_t>(m));
    until[m + 1] = m + 1 == kMinutesPerHour ? 0x1'0000'0000ULL : static_cast<std::uint64_t>(sum / total * 0x1p32);
    const std::uint64_t width = until[m + 1] - until[m];
    slope[m] = width == 0 ? 0 : kMinuteUs / static_cast<double>(width);
  }
  std::array<std::uint8_t, 64> guide{};  // the minute in which each 64th of the cumulative rate begins
  for (std::size_t i = 0, m = 0; i < guide.size(); ++i) {
    while (std::uint64_t{i} << 26 >= until[m + 1]) ++m;
    guide[i] = static_cast<std::uint8_t>(m);
  }
  const Time begin{hour * Duration::hours(1).us};
  const std::vector<Start>& starts = hours_[static_cast<std::size_t>(hour % 24)];
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (i + kPrefetchDistance < starts.size()) members_.prefetch(starts[i + kPrefetchDistance].member);
    const Start start = starts[i];
    const Traits& member = members_[start.member];
    const RandomBlock first = random_block(seed_, member.id.value, kSession, start.ordinal, 0);
    const std::uint64_t u = first.word[0];
    std::size_t m = guide[u >> 26];
    // Twice without a branch, which would be mispredicted; more is rare.
    m += u >= until[m + 1] ? 1 : 0;
    m += u >= until[m + 1] ? 1 : 0;
    while (u >= until[m + 1]) ++m;
    const auto within = static_cast<std::int64_t>(static_cast<double>(u - until[m]) * slope[m]);
    const std::int64_t us = static_cast<std::int64_t>(m) * 60'000'000 + within;
    ++stats_.sessions;
    begin_session(context, member, start.ordinal, begin + Duration{us}, kBackground, first);
  }
}

void Shard::begin_session(kernel::Context& context, const Traits& member, std::uint32_t index, Time start,
                          Origin origin, const RandomBlock& first) {
  const RandomBlock second = random_block(seed_, member.id.value, kSession, index, 1);
  const std::uint32_t slot = sessions_.take();
  Session& session = sessions_[slot];
  const protocol::Subscriber from = model_.subscribers().draw(member, first.word[2], start);
  session.member = member.id.value;
  session.source = from.source.value;
  session.network = from.network.value;
  session.country = from.country.value;
  session.client = from.client;
  session.index = index;
  session.origin = origin;
  session.token = mix64(mix64(token_seed_, member.id.value), index ^ std::uint64_t{origin.value} << 32) | 1;
  session.key = keys_.pick(second.word[1], second.word[3] << 16, start).value;
  session.ordinal = 0;
  session.left = static_cast<std::uint16_t>(model_.length(first.word[1]));
  session.addresses = member.addresses;
  const double inclination = member.conversion * (1 / Traits::kConversionUnit) * model_.calendar().orders(start.day());
  session.where = Session::place(Model::level(inclination, static_cast<double>(second.word[3] >> 16) * 0x1p-16),
                                 model_.chain().entry(first.word[3]));
  session.issue_fate() = second.word[2];
  session.login() = (second.word[0] & 0xffffU) < login_below_ ? 1 : 0;
  session.failures() = 0;
  if (session.login() != 0) {
    RandomStream tries(seed_, member.id.value, purpose("session.password"), index);
    while (session.failures() < kMostFailures && tries.next32() >> 16 < failure_below_) ++session.failures();
  }
  context.schedule(start, kPagePriority, slot);
}

void Shard::handle(kernel::Context& context, kernel::Events& events) {
  while (const kernel::Event* const event = events.next()) {
    if (const kernel::Event* const later = events.ahead(kPrefetchDistance);
        later != nullptr && later->priority() == kPagePriority) {
      sessions_.prefetch(later->data);
    }
    const std::uint32_t data = event->data;
    switch (static_cast<Priority>(event->priority())) {
      case Priority::page:
        page(context, data);
        break;
      case Priority::late_log:
        rows_.late(data);
        break;
      case Priority::request:
        request(context, kernel::unpack<protocol::Request>(context.take(data)));
        break;
      case Priority::login:
        login(context, kernel::unpack<protocol::LoginAttempt>(context.take(data)));
        break;
      case Priority::visit:
        visit(context, kernel::unpack<protocol::Visit>(context.take(data)));
        break;
      case Priority::key_change:
        keys_.apply(kernel::unpack<protocol::KeyChange>(context.take(data)), context.now());
        break;
      case Priority::calendar:
        break;
    }
  }
}

[[gnu::always_inline]] inline AccessRow Shard::page_row(const Session& session, Time now,
                                                        const RandomBlock& draw) const {
  return {now.us,
          now.us,
          session.token_issued_us,
          session.token,
          session.member,
          session.source,
          session.key,
          session.network,
          session.country,
          telemetry::kStatusOk,
          records(session.page(), session.addresses, draw.word[2]),
          static_cast<std::uint8_t>(session.page()),
          static_cast<std::uint8_t>(session.client),
          model_.log_lines(draw.word[2])};
}

void Shard::page(kernel::Context& context, std::uint32_t slot) {
  Session& session = sessions_[slot];
  if (session.ordinal == 0) [[unlikely]] {
    if (!issue_token(context, slot)) return;
  }
  if (session.revocations != static_cast<std::uint8_t>(keys_.revocations())) [[unlikely]]
    renew_refused(context, session);
  // Words: next page; think time; log lines (8 bits), records (24); fate of the log row.
  const RandomBlock draw = session.draw;
  const Time now = context.now();
  // The rare row that is lost or late is built apart: were it the same object, it would have to lie in memory.
  if (rows_.missing(draw.word[3])) [[unlikely]] {
    page_missing(context, session);
  } else {
    rows_.arrive(page_row(session, now, draw), session.origin);
  }
  if (--session.left == 0) {
    sessions_.give_back(slot);
    return;
  }
  session.draw = random_block(seed_, session.member, kPage, session.index, ++session.ordinal);
  session.where = Session::place(session.level(), model_.chain().next(session.level(), session.page(), draw.word[0]));
  context.schedule(now + model_.think(draw.word[1]), kPagePriority, slot);
}

void Shard::page_missing(kernel::Context& context, const Session& session) {
  rows_.access(context, page_row(session, context.now(), session.draw), session.origin, session.draw.word[3]);
}

/// Logs in or refreshes. False when the login failed: the session tries again some seconds later.
bool Shard::issue_token(kernel::Context& context, std::uint32_t slot) {
  Session& session = sessions_[slot];
  if (session.failures() != 0) {
    const RandomBlock draw = random_block(seed_, session.member, kSession, session.index, 1U + session.failures());
    --session.failures();
    write_auth(context, session, AuthKind::failed_login, draw.word[0]);
    context.schedule(context.now() + Duration::seconds(4) + Duration{to_below(draw.word[1], 16'000'000)}, kPagePriority,
                     slot);
    return false;
  }
  session.revocations = static_cast<std::uint8_t>(keys_.revocations());
  if (keys_.revocations() != 0 && keys_.refused(KeyId{session.key})) {
    // Drawn when the hour began; the key was revoked since.
    const RandomBlock draw = random_block(seed_, session.member, purpose("session.renew"), session.index, 0);
    session.key = keys_.pick(draw.word[0], draw.word[1], context.now()).value;
  }
  // The token is a moment older than the first page that uses it; its record arrives with the page's.
  session.token_issued_us = context.now().us - 150'000 - static_cast<std::int64_t>(session.issue_fate() & 0xfffffU);
  write_auth(context, session, session.login() != 0 ? AuthKind::login : AuthKind::refresh, session.issue_fate());
  session.draw = random_block(seed_, session.member, kPage, session.index, 0);
  return true;
}

/// The key cache has changed since the session last looked: if its key is refused now, the client sees one refusal and
/// refreshes its token.
void Shard::renew_refused(kernel::Context& context, Session& session) {
  session.revocations = static_cast<std::uint8_t>(keys_.revocations());
  if (!keys_.refused(KeyId{session.key})) return;
  const RandomBlock draw =
      random_block(seed_, session.member, purpose("session.renew"), session.index, session.ordinal + 1U);
  const std::int64_t now = context.now().us;
  rows_.access(context,
               AccessRow{now, now, session.token_issued_us, session.token, session.member, session.source, session.key,
                         session.network, session.country, telemetry::kStatusRefused, 0,
                         static_cast<std::uint8_t>(session.page()), static_cast<std::uint8_t>(session.client),
                         model_.log_lines(draw.word[2])},
               session.origin, draw.word[3]);
  session.key = keys_.pick(draw.word[0], draw.word[1], context.now()).value;
  session.token = mix64(session.token, now) | 1;
  session.token_issued_us = now;
  write_auth(context, session, AuthKind::refresh, draw.word[2]);
}

void Shard::write_auth(kernel::Context& context, const Session& session, AuthKind kind, std::uint32_t fate) {
  const std::int64_t now = context.now().us;
  const bool failed = kind == AuthKind::failed_login;
  rows_.auth(context,
             AuthRow{failed ? now : session.token_issued_us, now, failed ? 0 : session.token, session.member,
                     session.source, failed ? 0 : session.key, session.network, session.country,
                     static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(session.client)},
             session.origin, fate);
}

ShardStats Shard::stats() const {
  ShardStats stats = stats_;
  stats.rows = rows_.counts();
  stats.members = members_.size();
  stats.background_digest = rows_.background().value;
  stats.foreign_digest = rows_.foreign().value;
  stats.bytes_per_member =
      members_.size() == 0 ? 0 : static_cast<double>(members_.bytes()) / static_cast<double>(members_.size());
  return stats;
}

std::unique_ptr<kernel::Process> make_shard(const Model& model, const ShardOptions& options) {
  return std::make_unique<Shard>(model, options);
}

}  // namespace dwell::commerce
