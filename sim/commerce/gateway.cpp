// What a shard answers to those outside: requests, extra visits, login attempts.

#include <algorithm>

#include "sim/commerce/shard.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::commerce {
namespace {

using telemetry::AccessRow;
using telemetry::AuthKind;
using telemetry::AuthRow;

constexpr std::uint32_t kMostTries = 4096;

}  // namespace

void Shard::request(kernel::Context& context, const protocol::Request& request, Time at) {
  ++stats_.requests;
  const std::int64_t now = at.us;
  // Keyed by what is asked and when: neither the order nor the number of other requests matters.
  const std::uint64_t what =
      mix64(mix64(request.token.value, static_cast<std::uint64_t>(now)), static_cast<std::uint64_t>(request.page));
  const RandomBlock draw = random_block(seed_, request.member.value, purpose("gateway.request"),
                                        static_cast<std::uint32_t>(what), static_cast<std::uint32_t>(what >> 32));
  if (request.issued) {
    rows_.auth(
        AuthRow{std::min(request.token_issued.us, now), now, request.token.value, request.member.value,
                request.from.source.value, request.key.value, request.from.network.value, request.from.country.value,
                static_cast<std::uint8_t>(AuthKind::service_issue), static_cast<std::uint8_t>(request.from.client)},
        request.origin, rows_.auth_fate(draw.word[1]));
  }
  // The signature is checked before what the key may reach.
  const std::uint16_t status = keys_.refused(request.key)                  ? telemetry::kStatusRefused
                               : !keys_.reaches(request.key, request.page) ? telemetry::kStatusForbidden
                                                                           : telemetry::kStatusOk;
  const std::uint32_t member = members_.find(request.member);
  const std::uint16_t answer =
      status != telemetry::kStatusOk || member == kNobody
          ? std::uint16_t{0}
          : std::min(records(request.page, members_[member].addresses, draw.word[2]), request.most_records);
  rows_.access(
      AccessRow{now, now, request.token_issued.us, request.token.value, request.member.value, request.from.source.value,
                request.key.value, request.from.network.value, request.from.country.value, status, answer,
                static_cast<std::uint8_t>(request.page), static_cast<std::uint8_t>(request.from.client),
                model_.log_lines(static_cast<std::uint32_t>(request.page), draw.word[2])},
      request.origin, rows_.access_fate(draw.word[3]));
  if (request.answer_to == protocol::kNoProcess) return;
  const protocol::Answer told{request.member, request.page, answer};
  context.send(request.answer_to, at + context.lookahead(), static_cast<unsigned>(protocol::Priority::answer),
               kernel::pack(told));
}

// A run is a session without a token: its moments lie in the timetable, the last of them ends it.
void Shard::run(const protocol::Run& run, Time now) {
  for (const Page page : run.pages) DWELL_DEMAND(!is_member_data(page), "a run of requests for member data");
  if (run.requests == 0) return;
  stats_.requests += run.requests;
  const std::uint32_t slot = sessions_.take();
  Session& session = sessions_[slot];
  session = {};
  session.member = run.member.value;
  session.source = run.from.source.value;
  session.network = run.from.network.value;
  session.country = run.from.country.value;
  session.client = run.from.client;
  session.origin = run.origin;
  session.revocations = static_cast<std::uint8_t>(keys_.revocations());
  fold_session(session);
  const std::uint32_t exceptions_below = model_.exceptions().below;
  std::int64_t latest_us = 0;  // of the latest so far, which waits to be written
  std::uint32_t latest = 0;
  WideBlock draw;
  for (std::uint32_t i = 0; i < run.requests; ++i) {
    if (i % 4 == 0) draw = random_wide(rounds_, session.member, protocol::kRunDraw, run.number, i / 4);
    const std::uint64_t bits = draw.word[i % 4];
    const auto [after, page] = protocol::run_request(run, bits);
    const std::int64_t at_us = now.us + after.us;
    std::uint32_t what =
        static_cast<std::uint32_t>(page) |
        std::uint32_t{model_.log_lines(static_cast<std::uint32_t>(page), static_cast<std::uint32_t>(bits >> 16))}
            << Moment::kLinesAt;
    if ((bits >> 24 & 0xffU) < exceptions_below) [[unlikely]] {
      const auto number = static_cast<std::uint32_t>(mix64(run.number));
      const Exception exception =
          draw_exception(random_block(seed_, session.member, purpose("run.exception"), number, i));
      what |= static_cast<std::uint32_t>(exception.fate) << Moment::kFateAt;
    }
    if (i == 0) {
      latest_us = at_us;
      latest = what;
      continue;
    }
    const bool later = at_us > latest_us;
    timetable_->write(slot, later ? latest_us : at_us, later ? latest : what);
    latest_us = later ? at_us : latest_us;
    latest = later ? what : latest;
  }
  timetable_->write(slot, latest_us, latest | Moment::kLast);
}

std::uint32_t Shard::choose_visitor(const protocol::Visit& visit) const {
  // Rejection: a member is kept with probability proportional to her mean sessions a day. The limit is never met in
  // practice (one try in about 25 succeeds) and only bounds the loop.
  const double most = members_.most_sessions();
  if (most <= 0) return kNobody;
  const std::uint32_t entity = static_cast<std::uint32_t>(mix64(visit.origin.value, shard_));
  RandomStream random(seed_, entity, purpose("visit.member"), visit.ordinal);
  std::uint32_t chosen = kNobody;
  for (std::uint32_t i = 0; i < kMostTries; ++i) {
    const std::uint32_t candidate = random.below(members_.size());
    const double keep = static_cast<double>(random.next32()) * 0x1p-32 * most;
    if (members_[candidate].visit == 0) continue;
    chosen = candidate;
    if (keep < members_[candidate].sessions()) break;
  }
  return chosen;
}

void Shard::login(const protocol::LoginAttempt& attempt, Time at) {
  ++stats_.logins;
  const std::int64_t now = at.us;
  const std::uint64_t what = mix64(mix64(token_seed_, static_cast<std::uint64_t>(now)), attempt.from.source.value);
  const RandomBlock draw = random_block(seed_, attempt.member.value, purpose("gateway.login"),
                                        static_cast<std::uint32_t>(what), static_cast<std::uint32_t>(what >> 32));
  const bool admitted = attempt.correct && members_.find(attempt.member) != kNobody;
  rows_.auth(AuthRow{now, now, admitted ? mix64(what, attempt.member.value) | 1 : 0, attempt.member.value,
                     attempt.from.source.value, admitted ? keys_.pick(draw.word[0], draw.word[1], at).value : 0,
                     attempt.from.network.value, attempt.from.country.value,
                     static_cast<std::uint8_t>(admitted ? AuthKind::login : AuthKind::failed_login),
                     static_cast<std::uint8_t>(attempt.from.client)},
             attempt.origin, rows_.auth_fate(draw.word[2]));
}

}  // namespace dwell::commerce
