#pragma once
// Parameters of members, sessions, gateway and logs. Defaults and tags: the model card in README.md.

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::commerce {

/// A run of days with another level of traffic. `visits` multiplies visit probability, `orders` the chance to buy.
struct DatedFactor {
  Date first;
  Date last;
  double visits = 1;
  double orders = 1;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.first, {"first", "date", 0, 0, Tag::setting, "first day"});
    visit(self.last, {"last", "date", 0, 0, Tag::setting, "last day, included"});
    visit(self.visits, {"visits", "factor", 0, 10, Tag::assumption, "factor on sessions"});
    visit(self.orders, {"orders", "factor", 0, 10, Tag::assumption, "factor on the chance to buy"});
  }
};

/// An outage: sessions of this share do not start.
struct Outage {
  Date day;
  Duration from;
  Duration length = Duration::minutes(30);
  double lost = 0.8;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.day, {"day", "date", 0, 0, Tag::setting, "day of the outage"});
    visit(self.from, {"from", "duration", 0, 86400, Tag::setting, "time of day it begins"});
    visit(self.length, {"length", "duration", 60, 86400, Tag::setting, "how long it lasts"});
    visit(self.lost, {"lost", "probability", 0, 1, Tag::assumption, "share of sessions that do not start"});
  }
};

/// How much more often than before people go to a page.
struct PageFactor {
  Page page = Page::mypage;
  double factor = 1;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.page, {"page", "", 0, 0, Tag::setting, "a page that members reach"});
    visit(self.factor, {"factor", "factor", .01, 100, Tag::assumption, "on the weights of all ways to it"});
  }
};
/// A release of the app on phones that leads people to other pages.
struct Release {
  Date day;
  Duration roll_out = Duration::days(7);
  std::vector<PageFactor> pages;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.day, {"day", "date", 0, 0, Tag::setting, "first day on which phones take the release"});
    visit(self.roll_out, {"roll_out", "duration", 0, 1e8, Tag::assumption,
                          "until all phones have it, in equal parts a day; members who are late stay late"});
    visit(self.pages, {"pages", "", 1, 9, Tag::assumption, "what it changes; the other ways give way in proportion"});
  }
};

struct CalendarParams {
  std::array<double, 24> hour = {1.05, .55,  .32,  .22,  .18,  .22,  .42,  .75,  .98,  1.12, 1.25, 1.28,
                                 1.30, 1.20, 1.18, 1.16, 1.15, 1.12, 1.10, 1.18, 1.43, 1.64, 1.70, 1.50};
  std::array<double, 7> weekday_visits = {1.03, 1.03, 1.02, 1.01, .99, .95, .97};
  std::array<double, 7> weekday_orders = {1.10, 1.15, 1.08, 1.03, .95, .82, .87};
  bool holidays_on = true;
  std::vector<Date> holidays;
  double holiday_visits = 0.92;
  bool promotions_on = true;
  std::vector<DatedFactor> promotions;
  bool surges_on = true;
  std::vector<DatedFactor> surges;
  bool outages_on = true;
  std::vector<Outage> outages;
  bool releases_on = true;
  std::vector<Release> releases;

  /// The same without the dates of what is switched off.
  [[nodiscard]] CalendarParams in_force() const {
    CalendarParams left = *this;
    if (!holidays_on) left.holidays.clear();
    if (!promotions_on) left.promotions.clear();
    if (!surges_on) left.surges.clear();
    if (!outages_on) left.outages.clear();
    if (!releases_on) left.releases.clear();
    return left;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.hour, {"hour", "factor", 0, 100, Tag::assumption, "traffic by hour of day, Korean time, 0 to 23"});
    visit(self.weekday_visits, {"weekday_visits", "factor", 0, 10, Tag::assumption, "visits Monday to Sunday"});
    visit(self.weekday_orders, {"weekday_orders", "factor", 0, 10, Tag::assumption, "orders Monday to Sunday"});
    visit(self.holidays_on, {"holidays_on", "", 0, 0, Tag::setting, "switch of holidays, dated here or in calendars"});
    visit(self.holidays, {"holidays", "date", 0, 1000, Tag::published, "public holidays"});
    visit(self.holiday_visits, {"holiday_visits", "factor", 0, 10, Tag::derived, "visits on a public holiday"});
    visit(self.promotions_on,
          {"promotions_on", "", 0, 0, Tag::setting, "switch of promotions, dated here or in calendars"});
    visit(self.promotions, {"promotions", "", 0, 1000, Tag::assumption, "promotions"});
    visit(self.surges_on, {"surges_on", "", 0, 0, Tag::setting, "switch of surges, dated here or in calendars"});
    visit(self.surges, {"surges", "", 0, 1000, Tag::published, "benign surges"});
    visit(self.outages_on, {"outages_on", "", 0, 0, Tag::setting, "switch of outages, dated here or in calendars"});
    visit(self.outages, {"outages", "", 0, 1000, Tag::assumption, "outages"});
    visit(self.releases_on, {"releases_on", "", 0, 0, Tag::setting, "switch of releases of the app"});
    visit(self.releases,
          {"releases", "", 0, 15, Tag::assumption, "releases of the app that change which pages are reached"});
  }
};

struct PopulationParams {
  std::uint64_t ids = 77'700'000;
  std::uint64_t accounts = 33'700'000;
  std::uint32_t eras = 64;
  double era_spread = 0.25;
  double dormant = 0.13;
  double visit_a = 1.09, visit_b = 1.264;
  double intensity_shape = 0.5;
  double conversion_shape = 0.7;
  double conversion_mean = 1.2;
  double addresses_mean = 4.4;
  double mobile = 0.78;
  double android = 0.75;
  bool abroad_on = true;
  double abroad = 0.008;
  double abroad_on_breaks = 2;
  bool vpn_on = true;
  double vpn = 0.02;
  double vpn_hosted = 0.5;
  bool carrier_nat_on = true;
  double members_per_mobile_address = 300;
  double members_per_mobile_address_sigma = 0.6;
  double mobile_address_changes_per_day = 3;
  double fixed_address_days = 60;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.ids, {"ids", "ids", 1, 4e9, Tag::derived, "member ids in use run from 1 to this"});
    visit(self.accounts, {"accounts", "members", 1, 4e9, Tag::published, "ids that name an existing account"});
    visit(self.eras, {"eras", "", 1, 65536, Tag::assumption, "sign-up eras with a density of their own"});
    visit(self.era_spread, {"era_spread", "", 0, 1, Tag::assumption, "how far densities of eras differ, relative"});
    visit(self.dormant, {"dormant", "probability", 0, 1, Tag::assumption, "accounts that never visit"});
    visit(self.visit_a, {"visit_a", "", .01, 100, Tag::derived, "daily visit probability ~ Beta(a, b): a"});
    visit(self.visit_b, {"visit_b", "", .01, 100, Tag::derived, "daily visit probability ~ Beta(a, b): b"});
    visit(self.intensity_shape,
          {"intensity_shape", "", .1, 1000, Tag::assumption, "Gamma shape of sessions per member, mean 1"});
    visit(self.conversion_shape,
          {"conversion_shape", "", .1, 1000, Tag::derived, "Gamma shape of a member's inclination to buy"});
    visit(self.conversion_mean,
          {"conversion_mean", "factor", 0, 4, Tag::derived, "its mean, as a factor on the ways to the checkout"});
    visit(self.addresses_mean,
          {"addresses_mean", "addresses", 1, 100, Tag::assumption, "delivery addresses of an account"});
    visit(self.mobile, {"mobile", "probability", 0, 1, Tag::assumption, "sessions from a mobile device"});
    visit(self.android, {"android", "probability", 0, 1, Tag::assumption, "Android among mobile devices"});
    visit(self.abroad_on, {"abroad_on", "", 0, 0, Tag::setting, "switch of travel; off: every session is at home"});
    visit(self.abroad, {"abroad", "probability", 0, 1, Tag::derived, "sessions from abroad"});
    visit(self.abroad_on_breaks, {"abroad_on_breaks", "factor", 0, 100, Tag::assumption,
                                  "on `abroad` during three or more free days on end around a public holiday"});
    visit(self.vpn_on, {"vpn_on", "", 0, 0, Tag::setting, "switch of VPNs; off: every session comes from its line"});
    visit(self.vpn, {"vpn", "probability", 0, 1, Tag::assumption, "sessions through a VPN"});
    visit(self.vpn_hosted, {"vpn_hosted", "probability", 0, 1, Tag::assumption,
                            "of them, those whose exit is in a hosting provider's network"});
    visit(self.carrier_nat_on, {"carrier_nat_on", "", 0, 0, Tag::setting,
                                "switch of carrier-grade NAT; off: a phone has an address of its own"});
    visit(self.members_per_mobile_address,
          {"members_per_mobile_address", "members", 1, 1e6, Tag::assumption, "median behind one carrier address"});
    visit(self.members_per_mobile_address_sigma,
          {"members_per_mobile_address_sigma", "", 0, 3, Tag::assumption, "SD of its logarithm"});
    visit(self.mobile_address_changes_per_day, {"mobile_address_changes_per_day", "1/d", 0, 24, Tag::assumption,
                                                "address changes of a mobile line, at full hours"});
    visit(self.fixed_address_days, {"fixed_address_days", "d", .05, 10000, Tag::assumption,
                                    "days a fixed line keeps its address; it changes at full hours"});
  }
};

struct SessionParams {
  double extra_sessions = 1.6;
  double pages_mu = 1.5, pages_sigma = 1.1;
  std::uint32_t pages_cap = 500;
  double think_mu = 3.5, think_sigma = 0.97;
  Duration think_least = Duration::seconds(1);
  Duration think_most = Duration::seconds(1800);
  double login = 0.06;
  double login_failure = 0.06;
  double address_edit = 0.1;
  double order_list = 0.3;
  double log_lines = 4.5;
  double zero_records = 0.01;
  std::array<double, 3> factor_cv = {.10, .07, .05};
  double stragglers = 0.10;
  Duration straggle = Duration::hours(36);

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.extra_sessions, {"extra_sessions", "sessions", 0, 50, Tag::assumption,
                                "sessions a visit day: 1 + Poisson(this × intensity)"});
    visit(self.pages_mu, {"pages_mu", "", -5, 10, Tag::assumption, "pages a session: ceil(LogNormal(mu, sigma)): mu"});
    visit(self.pages_sigma, {"pages_sigma", "", .01, 5, Tag::assumption, "pages a session: sigma"});
    visit(self.pages_cap, {"pages_cap", "pages", 1, 500, Tag::assumption, "most pages of a session"});
    visit(self.think_mu, {"think_mu", "ln s", -5, 10, Tag::measured, "think time LogNormal(mu, sigma) s: mu"});
    visit(self.think_sigma, {"think_sigma", "", .01, 5, Tag::measured, "think time: sigma"});
    visit(self.think_least, {"think_least", "duration", .001, 3600, Tag::assumption, "shortest human gap"});
    visit(self.think_most, {"think_most", "duration", 1, 86400, Tag::published, "longest gap: the session timeout"});
    visit(self.login, {"login", "probability", 0, 1, Tag::assumption, "sessions that log in interactively"});
    visit(self.login_failure,
          {"login_failure", "probability", 0, .9, Tag::assumption, "password failures of people, per attempt"});
    visit(self.address_edit, {"address_edit", "probability", 0, 1, Tag::assumption,
                              "views of address pages by members that are of the edit form (to 1/256)"});
    visit(self.order_list, {"order_list", "probability", 0, 1, Tag::assumption,
                            "views of my page by members that are of the order list (to 1/256)"});
    visit(self.log_lines, {"log_lines", "lines", 1, 100, Tag::assumption,
                           "mean log lines of a session's page; a page of one member's data is one call and one line"});
    visit(self.zero_records, {"zero_records", "probability", 0, 1, Tag::assumption,
                              "member-data answers to ordinary members that hold no record"});
    visit(self.factor_cv,
          {"factor_cv", "", 0, 1, Tag::assumption, "CVs of the platform-wide rate factors of 10 min, 6 h and 5 d"});
    visit(self.stragglers, {"stragglers", "probability", 0, 1, Tag::assumption,
                            "tokens still signed by a rotated key just after its rotation"});
    visit(self.straggle,
          {"straggle", "duration", 0, 1e8, Tag::assumption, "time after which no token is, falling linearly"});
  }
};

struct LogParams {
  double access_lost = 0.0005;
  double access_late = 0.002;
  double auth_lost = 0.003;
  double auth_late = 0.01;
  double late_mu = 5.0, late_sigma = 1.2;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.access_lost, {"access_lost", "probability", 0, 1, Tag::assumption, "access rows that never arrive"});
    visit(self.access_late, {"access_late", "probability", 0, 1, Tag::assumption, "access rows that arrive late"});
    visit(self.auth_lost, {"auth_lost", "probability", 0, 1, Tag::assumption, "issuance rows that never arrive"});
    visit(self.auth_late, {"auth_late", "probability", 0, 1, Tag::assumption, "issuance rows that arrive late"});
    visit(self.late_mu, {"late_mu", "ln s", -5, 15, Tag::assumption, "lateness LogNormal(mu, sigma) s: mu"});
    visit(self.late_sigma, {"late_sigma", "", 0, 5, Tag::assumption, "lateness: sigma"});
  }
};

struct CatalogueParams {
  std::uint32_t items = 1'000'000;
  double exponent = 0.9;
  double offset = 2.7;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.items, {"items", "items", 1, 4e9, Tag::assumption, "items that product pages and carts can name"});
    visit(self.exponent, {"exponent", "", 0, 5, Tag::assumption,
                          "popularity of the item of rank k ~ (k + offset)^-exponent (Zipf and Mandelbrot)"});
    visit(self.offset, {"offset", "ranks", 0, 1e6, Tag::assumption, "flattens the first ranks"});
  }
};

struct Params {
  CalendarParams calendar;
  PopulationParams population;
  SessionParams sessions;
  LogParams logs;
  CatalogueParams catalogue;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.calendar, {"calendar", "", 0, 0, Tag::setting, "hours, weekdays, holidays, promotions, outages"});
    visit(self.population, {"population", "", 0, 0, Tag::setting, "who the members are"});
    visit(self.sessions, {"sessions", "", 0, 0, Tag::setting, "what a session is"});
    visit(self.logs, {"logs", "", 0, 0, Tag::setting, "how logs are lost and late"});
    visit(self.catalogue, {"catalogue", "", 0, 0, Tag::setting, "what is on sale, and how popular"});
  }
};

}  // namespace dwell::commerce
