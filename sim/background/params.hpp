#pragma once
// Parameters of everything that is not an attack and looks like one. Rates are at full scale and shrink with the scale,
// except rates per source, per agent and per job.

#include <cstdint>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"
#include "sim/telemetry/columns.hpp"

namespace dwell::background {

/// Agents who read member pages through the gateway with service tokens, one ticket at a time.
struct SupportParams {
  bool on = true;
  double tickets_per_order = 0.05;
  Duration delay_median = Duration::hours(30);
  double delay_sigma = 0.8;
  double about_orders = 0.9;
  double tickets_per_agent_day = 60;
  double occupancy = 0.85;
  Duration patience = Duration::days(2);
  double reads_per_ticket = 2;
  double overseas = 0.3;
  double stale = 0.03;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.tickets_per_order,
          {"tickets_per_order", "tickets", 0, 10, Tag::assumption, "tickets an order leads to (210,000 a day in all)"});
    visit(self.delay_median,
          {"delay_median", "duration", 60, 1e7, Tag::assumption, "from the order to its ticket, LogNormal: median"});
    visit(self.delay_sigma, {"delay_sigma", "", 0, 3, Tag::assumption, "SD of its logarithm"});
    visit(self.about_orders, {"about_orders", "probability", 0, 1, Tag::assumption,
                              "tickets of members who buy, in proportion; the others are anybody's"});
    visit(self.tickets_per_agent_day,
          {"tickets_per_agent_day", "1/d", 1, 10000, Tag::assumption, "tickets an agent closes a day of eight hours"});
    visit(self.occupancy,
          {"occupancy", "probability", .1, 1, Tag::assumption, "of an agent's time taken by them on an average day"});
    visit(self.patience,
          {"patience", "duration", 60, 1e7, Tag::assumption, "a ticket nobody took up by then is withdrawn"});
    visit(self.reads_per_ticket,
          {"reads_per_ticket", "reads", 0, 1000, Tag::assumption, "mean member pages read for a ticket"});
    visit(self.overseas, {"overseas", "probability", 0, 1, Tag::assumption, "agents at overseas contractors"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "tickets of withdrawn accounts"});
  }
};

/// Nightly and monthly exports with internal keys.
struct BatchParams {
  bool on = true;
  double nightly_reads = 60'000;
  double monthly_reads = 600'000;
  double stale = 0.05;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.nightly_reads,
          {"nightly_reads", "reads", 0, 1e10, Tag::assumption, "member pages a nightly export reads, in id order"});
    visit(self.monthly_reads,
          {"monthly_reads", "reads", 0, 1e10, Tag::assumption, "member pages a monthly export reads, in id order"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
  }
};

/// A mailing of the marketing department: on the days before it, member pages are read in bulk.
struct Mailing {
  Date first;
  Date last;
  double reads = 2'000'000;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.first, {"first", "date", 0, 0, Tag::assumption, "first day of reading"});
    visit(self.last, {"last", "date", 0, 0, Tag::assumption, "last day, included"});
    visit(self.reads, {"reads", "reads", 0, 1e10, Tag::assumption, "member pages read in all, each of another member"});
  }
};

/// Exports of the marketing department with internal keys: by day, members in no order.
struct MarketingParams {
  bool on = true;
  std::vector<Mailing> mailings;
  double stale = 0.05;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.mailings, {"mailings", "", 0, 1000, Tag::assumption, "when, and how many members"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
  }
};

/// Partner companies that mint their tokens offline, so that there is no issuance record.
struct PartnerParams {
  bool on = true;
  double reads_per_day = 90'000;
  double stale = 0.05;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.reads_per_day,
          {"reads_per_day", "1/d", 0, 1e10, Tag::assumption, "reads with tokens partners mint offline"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
  }
};

/// Jobs that go on with service keys whose owner has left.
struct ForgottenParams {
  bool on = true;
  double reads_per_day = 20'000;
  double stale = 0.05;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.reads_per_day,
          {"reads_per_day", "1/d", 0, 1e10, Tag::assumption, "reads with service keys whose owner has left"});
    visit(self.stale, {"stale", "probability", 0, 1, Tag::assumption, "reads that name a withdrawn account"});
  }
};

/// Automated clients that pass the firewall.
struct BotParams {
  bool on = true;
  double share = 0.06;
  double requests_per_source_day = 4'000;
  double burst_share = 0.3;
  double member_pages = 0.004;
  double scripts = 0.7;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.share, {"share", "probability", 0, 1, Tag::assumption, "of gateway requests made by them"});
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

/// Crawls of the catalogue: a fleet of hosting addresses at once, for hours, then nothing for days.
struct ScraperParams {
  bool on = true;
  double share = 0.02;
  Duration crawl_every = Duration::days(4);
  Duration crawl_length = Duration::hours(12);
  double requests_per_source_hour = 1'500;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.share, {"share", "probability", 0, .9, Tag::assumption, "of gateway requests made by them, on average"});
    visit(self.crawl_every, {"crawl_every", "duration", 3600, 1e8, Tag::assumption, "mean time between crawls"});
    visit(self.crawl_length, {"crawl_length", "duration", 600, 1e8, Tag::assumption, "mean length of a crawl"});
    visit(self.requests_per_source_hour, {"requests_per_source_hour", "1/h", 1, 1e7, Tag::assumption,
                                          "requests of one address an hour while the crawl lasts"});
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

/// Days on which complaints come more often than on others, whatever happened.
struct ComplaintSurge {
  Date first;
  Date last;
  double factor = 10;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.first, {"first", "date", 0, 0, Tag::assumption, "first day"});
    visit(self.last, {"last", "date", 0, 0, Tag::assumption, "last day, included"});
    visit(self.factor, {"factor", "factor", 1, 10000, Tag::assumption, "on the complaints of an ordinary day"});
  }
};

struct ComplaintParams {
  bool on = true;
  double per_day = 40;
  double threatening = 0.04, phishing = 0.46;
  std::vector<ComplaintSurge> surges;
  double recognised = 3.32e-4;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch; off: nobody complains of anything"});
    visit(self.per_day,
          {"per_day", "1/d", 0, 1e6, Tag::assumption, "complaints of misuse a day at full scale without any leak"});
    visit(self.threatening, {"threatening", "probability", 0, 1, Tag::assumption, "of them of threatening mail"});
    visit(self.phishing,
          {"phishing", "probability", 0, 1, Tag::assumption, "of them of phishing; the others are of other things"});
    visit(self.surges, {"surges", "", 0, 1000, Tag::assumption, "days of more complaints without a leak"});
    visit(self.recognised, {"recognised", "probability", 0, 1, Tag::assumption,
                            "complaints caused by a leak in which somebody sees it; fitted so that the reference "
                            "case is noticed after 147 d (median)"});
  }
};

/// How rows of one topic are lost and late.
struct LossParams {
  double lost = 0;
  double late = 0;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.lost, {"lost", "probability", 0, 1, Tag::assumption, "rows that never arrive"});
    visit(self.late, {"late", "probability", 0, 1, Tag::assumption, "rows that arrive later than they should"});
  }
};

/// Days whose rows of a topic are gone.
struct LogGap {
  telemetry::Topic topic = telemetry::Topic::access;
  Date first;
  Date last;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.topic, {"topic", "", 0, 0, Tag::assumption, "which log"});
    visit(self.first, {"first", "date", 0, 0, Tag::published, "first day"});
    visit(self.last, {"last", "date", 0, 0, Tag::published, "last day, included"});
  }
};

/// Logs other than those of the gateway, whose loss and lateness are the platform's; gaps are of any topic.
struct LogParams {
  bool on = true;
  LossParams keys{0.002, 0.01};
  LossParams workforce{0.005, 0.05};
  LossParams audit{0.001, 0.01};
  LossParams complaints{0.01, 0.05};
  LossParams deception{0.001, 0.01};
  double late_mu = 7.5, late_sigma = 1.5;
  std::vector<LogGap> gaps;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting,
                    "switch of all loss, lateness and gaps, those of the gateway's logs (platform/logs) too"});
    visit(self.keys, {"keys", "", 0, 0, Tag::setting, "key inventory"});
    visit(self.workforce, {"workforce", "", 0, 0, Tag::setting, "staff"});
    visit(self.audit, {"audit", "", 0, 0, Tag::setting, "second record of internal reads"});
    visit(self.complaints, {"complaints", "", 0, 0, Tag::setting, "what customers report"});
    visit(self.deception, {"deception", "", 0, 0, Tag::setting, "honey accounts"});
    visit(self.late_mu, {"late_mu", "ln s", -5, 15, Tag::assumption, "lateness LogNormal(mu, sigma) s: mu"});
    visit(self.late_sigma, {"late_sigma", "", 0, 5, Tag::assumption, "lateness: sigma"});
    visit(self.gaps, {"gaps", "", 0, 1000, Tag::published, "days whose rows are gone"});
  }
};

struct Params {
  SupportParams support;
  BatchParams batch;
  MarketingParams marketing;
  PartnerParams partners;
  ForgottenParams forgotten_jobs;
  BotParams bots;
  ScraperParams scrapers;
  StuffingParams stuffing;
  DeceptionParams deception;
  ComplaintParams complaints;
  LogParams logs;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.support, {"support", "", 0, 0, Tag::setting, "customer support"});
    visit(self.batch, {"batch", "", 0, 0, Tag::setting, "nightly and monthly exports"});
    visit(self.marketing, {"marketing", "", 0, 0, Tag::setting, "exports of the marketing department"});
    visit(self.partners, {"partners", "", 0, 0, Tag::setting, "partners who mint tokens offline"});
    visit(self.forgotten_jobs, {"forgotten_jobs", "", 0, 0, Tag::setting, "jobs with keys of people who left"});
    visit(self.bots, {"bots", "", 0, 0, Tag::setting, "bots, steady and bursty"});
    visit(self.scrapers, {"scrapers", "", 0, 0, Tag::setting, "crawls of the catalogue"});
    visit(self.stuffing, {"stuffing", "", 0, 0, Tag::setting, "credential stuffing"});
    visit(self.deception, {"deception", "", 0, 0, Tag::setting, "honey accounts"});
    visit(self.complaints, {"complaints", "", 0, 0, Tag::setting, "what customers report"});
    visit(self.logs, {"logs", "", 0, 0, Tag::setting, "how logs other than the gateway's are lost and late"});
  }
};

}  // namespace dwell::background
