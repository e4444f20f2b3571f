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
using Entry = kernel::Timetable::Entry;

constexpr Purpose kRenewal = purpose("session.renewal");

std::uint32_t threshold(double probability, double range) { return static_cast<std::uint32_t>(probability * range); }

}  // namespace

void Sessions::grow() {
  DWELL_DEMAND(slots_.size() < UINT32_MAX, "more than 2^32 open sessions in one shard");
  slots_.emplace_back();
  free_.resize(slots_.size() + kSpare);
  free_[free_count_++] = static_cast<std::uint32_t>(slots_.size() - 1);
}

Shard::Shard(const Model& model, const ShardOptions& options)
    : model_(model),
      name_("shard " + std::to_string(options.shard.value)),
      seed_(model.seed()),
      rounds_(seed_),
      token_seed_(mix64(model.seed().value, purpose("token").value)),
      members_(model, options.shard),
      keys_(model.keys(), model.params().sessions.stragglers, model.params().sessions.straggle),
      rows_(model, options.shard, options.out),
      stages_(options.stages),
      shard_(options.shard.value),
      zero_below_(threshold(model.params().sessions.zero_records, 4096)),
      login_below_(threshold(model.params().sessions.login, 65536)),
      failure_below_(threshold(model.params().sessions.login_failure, 65536)) {
  DWELL_DEMAND(options.shards == model.shards() && shard_ < options.shards, "a shard outside its model's number");
  DWELL_DEMAND(options.out != nullptr, "a shard needs a place for its rows");
}

void Shard::start(kernel::Context& context) { timetable_.emplace(context.lookahead(), kHorizonWindows); }

void Shard::open(kernel::Context& context) {
  StageClock clock(stages_);
  rows_.open();
  const Time end = context.window().end;
  while (next_hour_ * Duration::hours(1).us < end.us) {
    if (next_hour_ / 24 == next_day_) plan_day(next_day_++);
    plan_hour(next_hour_++);
  }
  clock.lap(Stage::sessions);
  timetable_->begin_window();
  clock.lap(Stage::queue);
}

void Shard::handle(kernel::Context& context, kernel::Events& events) {
  StageClock clock(stages_);
  while (const kernel::Event* const event = events.next()) {
    const Time now = event->time;
    advance(now.us);
    const kernel::Body body = context.take(event->data);
    switch (static_cast<Priority>(event->priority())) {
      case Priority::request:
        request(context, kernel::unpack<protocol::Request>(body), now);
        break;
      case Priority::login:
        login(kernel::unpack<protocol::LoginAttempt>(body), now);
        break;
      case Priority::visit:
        visit(kernel::unpack<protocol::Visit>(body), now);
        break;
      case Priority::run:
        run(kernel::unpack<protocol::Run>(body), now);
        break;
      case Priority::key_change:
        keys_.apply(kernel::unpack<protocol::KeyChange>(body), now);
        break;
      case Priority::calendar:
      case Priority::answer:
      case Priority::report:
        break;
    }
  }
  clock.lap(Stage::gateway);
}

void Shard::close(kernel::Context& context) {
  StageClock clock(stages_);
  advance(context.window().end.us);
  clock.lap(Stage::gateway);
  rows_.close();
  clock.lap(Stage::telemetry);
}

/// What sessions do before `until_us`, and the late rows that arrive until then; at the same moment sessions go first.
void Shard::advance(std::int64_t until_us) {
  const std::int64_t begin_us = timetable_->window_begin().us;
  for (;;) {
    const std::int64_t late_us = std::min(rows_.next_late_us(), until_us - 1);
    if (!advance_until(static_cast<std::uint64_t>(late_us + 1 - begin_us), late_us)) continue;
    if (rows_.next_late_us() >= until_us) return;
    rows_.write_late();
  }
}

/// What sessions do before `limit_us` after the window's begin; false when a row that became late meanwhile arrives
/// before `late_us` and what comes after it is still to do. Rows of pages wait to be written, [first, at) of them,
/// until something else is.
bool Shard::advance_until(std::uint64_t limit_us, std::int64_t late_us) {
  const std::int64_t begin_us = timetable_->window_begin().us;
  const auto revocations = static_cast<std::uint8_t>(keys_.revocations());
  const Entry* first = timetable_->left().data();
  const Entry* at = first;
  while (at != timetable_->left().data() + timetable_->left().size() && at->offset_us < limit_us) {
    sessions_.prefetch(at[kernel::Timetable::kAhead].who);
    if (Moment{at->what}.has(Moment::kRare) || sessions_[at->who].revocations != revocations) [[unlikely]] {
      // By copies: what is referred to lies in memory, and the loop's own need not.
      const Entry *waiting = first, *rare = at;
      rare_moment(waiting, rare);
      first = waiting;
      at = rare;
      if (rows_.next_late_us() >= late_us) [[likely]]
        continue;
      write_pages(first, at);
      return false;
    }
    rows_.follow(begin_us + at->offset_us, at - first);
    ++at;
  }
  write_pages(first, at);
  return true;
}

/// Writes the rows of pages [first, last), which are taken; then none wait.
void Shard::write_pages(const Entry*& first, const Entry* last) {
  if (first != last) rows_.arrive(first, last, sessions_, timetable_->window_begin());
  timetable_->take_until(last);
  first = last;
}

AccessRow Shard::page_row(const Session& session, Moment moment, Time now) const {
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
          moment.records(),
          moment.page(),
          static_cast<std::uint8_t>(session.client),
          moment.log_lines()};
}

/// The moment `at`, which is more, or less, than the row of a page. Only here can a row become late.
void Shard::rare_moment(const Entry*& first, const Entry*& at) {
  const Moment moment{at->what};
  const std::uint32_t slot = at->who;
  const Time now = timetable_->window_begin() + Duration{at->offset_us};
  Session& session = sessions_[slot];
  if (moment.has(Moment::kFailedLogin)) {
    write_pages(first, at);
    write_auth(session, AuthKind::failed_login, moment.token_fate(), now);
    timetable_->take_until(first = ++at);
    return;
  }
  if (moment.has(Moment::kFirst)) issue_token(session, moment, now);
  if (session.revocations != static_cast<std::uint8_t>(keys_.revocations())) {
    write_pages(first, at);
    renew_refused(session, moment, now);
  }
  if (moment.fate() != Fate::prompt) {
    write_pages(first, at);
    rows_.access(page_row(session, moment, now), session.origin, moment.fate());
    sessions_.give_back(slot, moment.has(Moment::kLast));
    timetable_->take_until(first = ++at);
  } else {
    rows_.follow(now.us, at - first);
    ++at;
  }
  if (!moment.has(Moment::kMore)) return;
  if (session.next_us >= timetable_->window_end().us) {
    draw_pages(slot, 0);
    return;
  }
  // Pages that fall into this window move those behind them.
  write_pages(first, at);
  draw_pages(slot, 0);
  first = at = timetable_->left().data();
}

/// Logs in or refreshes.
void Shard::issue_token(Session& session, Moment moment, Time now) {
  // Bits of the key's place stand where the key will; the token's own are as good for straggling.
  session.key = keys_.pick(session.key, static_cast<std::uint32_t>(session.token >> 32), now).value;
  session.revocations = static_cast<std::uint8_t>(keys_.revocations());
  fold_session(session);
  write_auth(session, moment.has(Moment::kLogin) ? AuthKind::login : AuthKind::refresh, moment.token_fate(), now);
}

/// The key cache has changed since the session last looked: if its key is refused now, the client sees one refusal and
/// refreshes its token.
void Shard::renew_refused(Session& session, Moment moment, Time now) {
  session.revocations = static_cast<std::uint8_t>(keys_.revocations());
  if (!keys_.refused(KeyId{session.key})) return;
  // By the revocation: a session renews at most once for each.
  const RandomBlock draw = random_block(seed_, session.member, kRenewal, session.index, keys_.revocations());
  AccessRow row = page_row(session, moment, now);
  row.status = telemetry::kStatusRefused;
  row.records = 0;
  row.log_lines = model_.log_lines(row.page, draw.word[2]);
  rows_.access(row, session.origin, rows_.access_fate(draw.word[3]));
  session.key = keys_.pick(draw.word[0], draw.word[1], now).value;
  session.token = mix64(session.token, static_cast<std::uint64_t>(now.us)) | 1;
  session.token_issued_us = now.us;
  fold_session(session);
  write_auth(session, AuthKind::refresh, rows_.auth_fate(draw.word[2]), now);
}

/// Renews the part of its rows' fold that pages share.
void Shard::fold_session(Session& session) const {
  AccessRow row = page_row(session, Moment{}, Time{});
  session.fold = fold(row);
}

void Shard::write_auth(const Session& session, AuthKind kind, Fate fate, Time now) {
  const bool failed = kind == AuthKind::failed_login;
  rows_.auth(AuthRow{failed ? now.us : session.token_issued_us, now.us, failed ? 0 : session.token, session.member,
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
