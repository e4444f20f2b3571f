#pragma once
// Parameters of everything that is not an attack and looks like one. Rates are at full scale and shrink with the scale,
// except rates per source, per agent and per job.

#include <cstdint>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"

namespace dwell::background {

/// Agents who read member pages through the gateway with service tokens.
struct SupportParams {
  bool on = true;
  double tickets_per_day = 210'000;
  double tickets_per_agent_day = 60;
  double reads_per_ticket = 2;
  double overseas = 0.3;
  double stale = 0.03;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.tickets_per_day,
          {"tickets_per_day", "1/d", 0, 1e9, Tag::derived, "tickets at full scale (5 % of orders)"});
    visit(self.tickets_per_agent_day,
          {"tickets_per_agent_day", "1/d", 1, 10000, Tag::derived, "tickets an agent closes a day"});
    visit(self.reads_per_ticket,
          {"reads_per_ticket", "reads", 0, 1000, Tag::derived, "mean member pages read for a ticket"});
    visit(self.overseas, {"overseas", "probability", 0, 1, Tag::assumption, "agents at overseas contractors"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
  }
};

/// Nightly and monthly exports with internal and partner keys.
struct BatchParams {
  bool on = true;
  double nightly_reads = 60'000;
  double monthly_reads = 600'000;
  double partner_reads_per_day = 90'000;
  double stale = 0.05;
  double orphaned_key_reads_per_day = 20'000;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.nightly_reads,
          {"nightly_reads", "reads", 0, 1e10, Tag::assumption, "member pages a nightly export reads, in id order"});
    visit(self.monthly_reads,
          {"monthly_reads", "reads", 0, 1e10, Tag::assumption, "member pages a monthly export reads, in id order"});
    visit(self.partner_reads_per_day,
          {"partner_reads_per_day", "1/d", 0, 1e10, Tag::assumption, "reads with tokens partners mint offline"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
    visit(self.orphaned_key_reads_per_day, {"orphaned_key_reads_per_day", "1/d", 0, 1e10, Tag::assumption,
                                            "reads with service keys whose owner has left"});
  }
};

/// Automated clients that pass the firewall.
struct BotParams {
  bool on = true;
  double share = 0.08;
  double requests_per_source_day = 4'000;
  double burst_share = 0.3;
  double member_pages = 0.004;
  double scripts = 0.7;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.share, {"share", "probability", 0, 1, Tag::assumption, "of gateway requests made by bots"});
    visit(self.requests_per_source_day,
          {"requests_per_source_day", "1/d", 1, 1e8, Tag::assumption, "requests of one bot address a day"});
    visit(self.burst_share,
          {"burst_share", "probability", 0, 1, Tag::assumption, "of bot addresses that work in bursts"});
    visit(self.member_pages,
          {"member_pages", "probability", 0, 1, Tag::assumption, "bot requests that try member pages with stale ids"});
    visit(self.scripts,
          {"scripts", "probability", 0, 1, Tag::assumption, "bot addresses whose client admits to be a script"});
  }
};

/// Lists of leaked passwords tried in waves.
struct StuffingParams {
  bool on = true;
  double share_of_logins = 0.03;
  double succeed = 0.002;
  Duration wave_every = Duration::days(6);
  Duration wave_length = Duration::hours(9);
  double known = 0.4;
  double attempts_per_source = 120;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.share_of_logins,
          {"share_of_logins", "probability", 0, .9, Tag::assumption, "of login attempts, on average"});
    visit(self.succeed, {"succeed", "probability", 0, 1, Tag::assumption, "attempts with the right password"});
    visit(self.wave_every, {"wave_every", "duration", 3600, 1e8, Tag::assumption, "mean time between waves"});
    visit(self.wave_length, {"wave_length", "duration", 60, 1e8, Tag::assumption, "mean length of a wave"});
    visit(self.known, {"known", "probability", 0, 1, Tag::assumption, "attempts that name an existing account"});
    visit(self.attempts_per_source, {"attempts_per_source", "attempts", 1, 1e6, Tag::assumption,
                                     "attempts of one address in a wave, on average"});
  }
};

struct DeceptionParams {
  std::uint32_t honey_accounts = 200;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.honey_accounts, {"honey_accounts", "accounts", 0, 1e6, Tag::assumption,
                                "honey accounts planted (at full scale; at least one when not 0)"});
  }
};

struct ComplaintParams {
  double per_day = 40;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.per_day,
          {"per_day", "1/d", 0, 1e6, Tag::assumption, "complaints of misuse a day at full scale without any leak"});
  }
};

struct Params {
  SupportParams support;
  BatchParams batch;
  BotParams bots;
  StuffingParams stuffing;
  DeceptionParams deception;
  ComplaintParams complaints;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.support, {"support", "", 0, 0, Tag::setting, "customer support"});
    visit(self.batch, {"batch", "", 0, 0, Tag::setting, "batch and marketing exports, partners"});
    visit(self.bots, {"bots", "", 0, 0, Tag::setting, "bots and scrapers"});
    visit(self.stuffing, {"stuffing", "", 0, 0, Tag::setting, "credential stuffing"});
    visit(self.deception, {"deception", "", 0, 0, Tag::setting, "honey accounts"});
    visit(self.complaints, {"complaints", "", 0, 0, Tag::setting, "complaints without a leak"});
  }
};

}  // namespace dwell::background
