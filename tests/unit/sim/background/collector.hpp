#pragma once
// Runs platform-wide processes on a real engine against shards that only keep what they are sent, and answer when they
// are asked to.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/kernel/engine.hpp"
#include "sim/kernel/executor.hpp"
#include "sim/kernel/process.hpp"
#include "sim/protocol/keys.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::test {

template <class Message>
struct Received {
  Time at;
  std::uint32_t shard;
  Message message;
};

struct Mail {
  std::vector<Received<protocol::Request>> requests;
  std::vector<Received<protocol::LoginAttempt>> logins;
  std::vector<Received<protocol::Visit>> visits;
  std::vector<Received<protocol::KeyChange>> changes;
};

/// 43.4 % of ids name an account.
inline bool exists(MemberId id) { return mix64(id.value, 17) % 1000 < 434; }

class CollectingShard final : public kernel::Process {
 public:
  /// Keeps nothing where `mail` is null.
  explicit CollectingShard(Mail* mail) : mail_(mail) {}
  [[nodiscard]] std::string_view name() const override { return "collecting shard"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) {
      const std::uint32_t shard = context.self().value;
      const unsigned priority = event->priority();
      const kernel::Body body = context.take(event->data);
      if (priority == static_cast<unsigned>(protocol::Priority::request)) {
        answer(context, kernel::unpack<protocol::Request>(body));
      }
      if (mail_ == nullptr) continue;
      switch (static_cast<protocol::Priority>(priority)) {
        case protocol::Priority::request:
          mail_->requests.push_back({context.now(), shard, kernel::unpack<protocol::Request>(body)});
          break;
        case protocol::Priority::login:
          mail_->logins.push_back({context.now(), shard, kernel::unpack<protocol::LoginAttempt>(body)});
          break;
        case protocol::Priority::run:
          unroll(kernel::unpack<protocol::Run>(body), context.now(), shard);
          break;
        case protocol::Priority::visit:
          mail_->visits.push_back({context.now(), shard, kernel::unpack<protocol::Visit>(body)});
          break;
        default:
          mail_->changes.push_back({context.now(), shard, kernel::unpack<protocol::KeyChange>(body)});
      }
    }
  }

 private:
  static void answer(kernel::Context& context, const protocol::Request& request) {
    if (request.answer_to == protocol::kNoProcess) return;
    const auto records = static_cast<std::uint16_t>(exists(request.member) ? 1 : 0);
    context.send(request.answer_to, context.now() + context.lookahead(),
                 static_cast<unsigned>(protocol::Priority::answer),
                 kernel::pack(protocol::Answer{request.member, request.page, records}));
  }

  /// The requests of a run, as a shard of seed 1 draws them.
  void unroll(const protocol::Run& run, Time now, std::uint32_t shard) {
    for (std::uint32_t i = 0; i < run.requests; ++i) {
      const std::uint64_t bits = random_wide({1}, run.member.value, protocol::kRunDraw, run.number, i / 4).word[i % 4];
      const protocol::RunRequest one = protocol::run_request(run, bits);
      protocol::Request request;
      request.member = run.member;
      request.origin = run.origin;
      request.from = run.from;
      request.page = one.page;
      mail_->requests.push_back({now + one.after, shard, request});
    }
  }

  Mail* mail_;
};

enum class Kind { serial, windowed, threads };

/// Runs processes beside `shards` shards that keep nothing.
inline void run_quietly(std::vector<std::unique_ptr<kernel::Process>> processes, std::uint32_t shards,
                        std::int64_t days) {
  const auto executor = kernel::make_inline_executor();
  const auto engine = kernel::make_windowed_engine({.end = Time{} + Duration::days(days)}, *executor);
  for (std::uint32_t s = 0; s < shards; ++s) engine->add(std::make_unique<CollectingShard>(nullptr));
  for (auto& process : processes) engine->add(std::move(process));
  while (engine->step()) {
  }
}

/// Runs `process` beside `shards` collecting shards for so many days; mail lies by shard, in order of time within a
/// shard.
inline Mail run(std::unique_ptr<kernel::Process> process, std::uint32_t shards, std::int64_t days,
                Kind kind = Kind::windowed) {
  const kernel::EngineOptions options{.end = Time{} + Duration::days(days)};
  const auto executor = kind == Kind::threads ? kernel::make_thread_executor(2) : kernel::make_inline_executor();
  const auto engine =
      kind == Kind::serial ? kernel::make_serial_engine(options) : kernel::make_windowed_engine(options, *executor);
  std::vector<Mail> mails(shards);
  for (Mail& mail : mails) engine->add(std::make_unique<CollectingShard>(&mail));
  engine->add(std::move(process));
  while (engine->step()) {
  }
  for (Mail& mail : mails) {
    std::erase_if(mail.requests, [&](const auto& received) { return received.at >= options.end; });
    std::stable_sort(mail.requests.begin(), mail.requests.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
  }
  Mail all;
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (const Mail& mail : mails) {
    append(all.requests, mail.requests);
    append(all.logins, mail.logins);
    append(all.visits, mail.visits);
    append(all.changes, mail.changes);
  }
  return all;
}

inline const std::vector<protocol::NetworkSpec>& networks() {
  using protocol::NetworkKind;
  static const std::vector<protocol::NetworkSpec> specs = {
      {"mobile", NetworkKind::mobile, "KR", 1},       {"fixed", NetworkKind::fixed, "KR", 1},
      {"access jp", NetworkKind::foreign, "JP", 2},   {"access us", NetworkKind::foreign, "US", 1},
      {"vpn us", NetworkKind::vpn, "US", 1},          {"vpn kr", NetworkKind::vpn, "KR", 1},
      {"hosting us", NetworkKind::hosting, "US", 3},  {"hosting sg", NetworkKind::hosting, "SG", 1},
      {"hosting kr", NetworkKind::hosting, "KR", 1},  {"desk kr", NetworkKind::contractor, "KR", 3},
      {"desk ph", NetworkKind::contractor, "PH", 1},  {"hosts", NetworkKind::internal, "KR", 1},
      {"partner one", NetworkKind::partner, "KR", 1}, {"partner two", NetworkKind::partner, "KR", 1},
  };
  return specs;
}

inline const std::array<double, 24>& hours() {
  static const std::array<double, 24> hour = {1.05, .55,  .32,  .22,  .18,  .22,  .42,  .75,  .98,  1.12, 1.25, 1.28,
                                              1.30, 1.20, 1.18, 1.16, 1.15, 1.12, 1.10, 1.18, 1.43, 1.64, 1.70, 1.50};
  return hour;
}

/// A chain over everything that was sent, in order.
inline std::uint64_t digest(const Mail& mail) {
  Digest chain;
  for (const auto& r : mail.requests) {
    chain.add(static_cast<std::uint64_t>(r.at.us));
    chain.add(r.message.token.value ^ r.message.member.value);
    chain.add(r.message.from.source.value | std::uint64_t{r.message.key.value} << 32);
    chain.add(static_cast<std::uint64_t>(r.message.token_issued.us) ^ static_cast<std::uint64_t>(r.message.page));
  }
  for (const auto& l : mail.logins) chain.add(static_cast<std::uint64_t>(l.at.us) ^ mix64(l.message.member.value));
  for (const auto& v : mail.visits) chain.add(static_cast<std::uint64_t>(v.at.us) ^ mix64(v.message.ordinal, v.shard));
  for (const auto& c : mail.changes) chain.add(static_cast<std::uint64_t>(c.at.us) ^ mix64(c.message.key.value));
  return chain.value;
}

}  // namespace dwell::test
