#pragma once
// A campaign is data: who, with which credential, when, at whom, which pages, how fast, from where.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/time.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::campaign {

enum class Concentration : std::uint8_t { even, top16 };
enum class Pace : std::uint8_t { constant, business_hours, rhythm };
enum class Order : std::uint8_t { sequential, shuffled };
enum class Target : std::uint8_t {
  every_id,  ///< all ids in order, whether or not they name an account
  found,     ///< the accounts an earlier phase found
};

/// Views of one page: how many accounts, how often each.
struct PageShare {
  Page page = Page::address;
  double views = 0;
  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.page, {"page", "", 0, 0, Tag::published, "page read"});
    visit(self.views, {"views", "views", 0, 1e12, Tag::published, "views in all, at full scale, misses not counted"});
  }
};

struct Phase {
  std::string name;
  double length = 1;  ///< relative to the other phases
  Target target = Target::every_id;
  Order order = Order::sequential;
  std::vector<PageShare> pages;
  Pace pace = Pace::rhythm;
  double peak_to_mean = 1.6;
  double least_to_mean = 0.3;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.name, {"name", "", 1, 64, Tag::setting, "name of the phase"});
    visit(self.length, {"length", "", 0, 1e6, Tag::setting, "share of the campaign's length (any scale)"});
    visit(self.target, {"target", "", 0, 0, Tag::derived, "whose pages are read"});
    visit(self.order, {"order", "", 0, 0, Tag::published, "in which order"});
    visit(self.pages, {"pages", "", 1, 16, Tag::published, "pages and views"});
    visit(self.pace, {"pace", "", 0, 0, Tag::assumption, "rate over the day"});
    visit(self.peak_to_mean,
          {"peak_to_mean", "", 1, 20, Tag::assumption, "reads of the peak day over the mean day of the phase"});
    visit(self.least_to_mean,
          {"least_to_mean", "", 0, 1, Tag::assumption, "level at the phase's ends over its mean, at most"});
  }
};

struct Sources {
  std::uint32_t count = 2'313;
  Concentration concentration = Concentration::even;
  std::uint32_t networks = 40;
  Duration active = Duration::days(0);

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.count, {"count", "addresses", 1, 1e6, Tag::published, "overseas addresses at full scale"});
    visit(self.concentration,
          {"concentration", "", 0, 0, Tag::assumption, "even, or 16 addresses carry the delivery views"});
    visit(self.networks, {"networks", "networks", 1, 2048, Tag::assumption, "networks they belong to"});
    visit(self.active, {"active", "duration", 0, 1e9, Tag::assumption, "how long one address is used; 0: throughout"});
  }
};

/// What becomes of a leaked record. What customers report of it is all that people at the platform see of the leak.
struct MisuseParams {
  double probability = 2e-4;
  Duration delay_median = Duration::days(180);
  double delay_sigma = 0.8;
  double threatening = 0.3;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.probability, {"probability", "probability", 0, 1, Tag::assumption,
                             "accounts with a leaked record whose owner reports misuse sooner or later"});
    visit(self.delay_median,
          {"delay_median", "duration", 60, 1e9, Tag::assumption, "from the leak to the report, LogNormal: median"});
    visit(self.delay_sigma, {"delay_sigma", "", 0, 5, Tag::assumption, "SD of its logarithm"});
    visit(self.threatening, {"threatening", "probability", 0, 1, Tag::assumption,
                             "reports of threatening mail; the others are of phishing"});
  }
};

struct Spec {
  bool on = true;
  std::string actor;
  Duration length = Duration::days(147);
  Sources sources;
  Duration token_age_most = Duration::hours(12);
  Duration token_age_mean = Duration::minutes(4);
  std::vector<Phase> phases;
  std::uint32_t probes = 40;
  Duration probes_before = Duration::days(0);
  MisuseParams misuse;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.on, {"on", "", 0, 0, Tag::setting, "switch"});
    visit(self.actor, {"actor", "", 0, 200, Tag::published, "who"});
    visit(self.length, {"length", "duration", 60, 1e9, Tag::published, "first to last read"});
    visit(self.sources, {"sources", "", 0, 0, Tag::setting, "where requests come from"});
    visit(self.token_age_most,
          {"token_age_most", "duration", 0, 1e8, Tag::assumption, "forged tokens claim to be at most this old"});
    visit(self.token_age_mean, {"token_age_mean", "duration", 0, 1e8, Tag::assumption,
                                "age forged tokens claim at their first use, on average"});
    visit(self.phases, {"phases", "", 1, 32, Tag::published, "phases, in order"});
    visit(self.probes,
          {"probes", "requests", 0, 1e9, Tag::assumption, "test reads before the first phase (never scaled)"});
    visit(self.probes_before, {"probes_before", "duration", 0, 1e9, Tag::assumption,
                               "how long before the first phase the tests are made; 0: none"});
    visit(self.misuse, {"misuse", "", 0, 0, Tag::setting, "what becomes of leaked records"});
  }
};

}  // namespace dwell::campaign
