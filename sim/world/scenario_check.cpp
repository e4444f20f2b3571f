#include "sim/world/scenario_check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "sim/commerce/page_chain.hpp"
#include "sim/core/check.hpp"
#include "sim/world/scenario_document.hpp"
#include "sim/world/scenario_fields.hpp"

namespace dwell::world {
namespace {

using Finding = std::optional<Contradiction>;

std::string at(std::string_view list, std::size_t i, std::string_view key = "") {
  std::string pointer = std::string(list) + '/' + std::to_string(i);
  return key.empty() ? pointer : pointer + '/' + std::string(key);
}

std::vector<std::string_view> baseline_names(const Scenario& scenario) {
  std::vector<std::string_view> names;
  for (const Baseline& baseline : scenario.baselines) names.push_back(baseline.name);
  return names;
}

Finding check_names(const Scenario& s) {
  if (s.schema != kSchemaName)
    return Contradiction{"/schema", "found " + quoted_text(s.schema), quoted_text(kSchemaName)};
  if (!is_plain_name(s.name)) return Contradiction{"/name", "found " + quoted_text(s.name), std::string(kPlainName)};
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < s.baselines.size(); ++i) {
    const std::string& name = s.baselines[i].name;
    if (!is_plain_name(name)) {
      return Contradiction{at("/baselines", i, "name"), "found " + quoted_text(name), std::string(kPlainName)};
    }
    if (!seen.insert(name).second) {
      return Contradiction{at("/baselines", i, "name"), "a second baseline " + quoted_text(name), "every name once"};
    }
  }
  if (!seen.contains(s.baseline)) {
    return Contradiction{"/baseline", "no baseline is named " + quoted_text(s.baseline), one_of(baseline_names(s))};
  }
  return std::nullopt;
}

Finding check_networks(const std::vector<protocol::NetworkSpec>& networks) {
  std::array<double, protocol::kNetworkKinds> shares{};
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    const protocol::NetworkSpec& network = networks[i];
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (!std::all_of(network.country.begin(), network.country.end(), capital)) {
      return Contradiction{at("/networks", i, "country"), "found " + quoted_text(network.country),
                           "a country code of two capital letters (ISO 3166), such as \"KR\""};
    }
    if (!seen.insert(network.name).second) {
      return Contradiction{at("/networks", i, "name"), "a second network " + quoted_text(network.name),
                           "every name once"};
    }
    shares[static_cast<std::size_t>(network.kind)] += network.share;
  }
  const auto kinds = enum_names(protocol::NetworkKind{});
  for (std::size_t kind = 0; kind < shares.size(); ++kind) {
    if (shares[kind] > 0) continue;
    return Contradiction{"/networks", "no network of kind " + quoted_text(kinds[kind]) + " with a share above 0",
                         "at least one of each: " + one_of(kinds)};
  }
  return std::nullopt;
}

/// Of a list of spans of days, each with `first` and `last`.
template <class Dated>
Finding check_factors(const std::vector<Dated>& factors, std::string_view list) {
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (factors[i].last >= factors[i].first) continue;
    return Contradiction{at(list, i, "last"), "the end " + to_string(factors[i].last) + " is before the start",
                         to_string(factors[i].first) + " or later"};
  }
  return std::nullopt;
}

/// Of a list of dated things, none given twice: they multiply, so that a repeated line would act squared. `same` says
/// whether two are one, `what` names it.
template <class Dated, class Same>
Finding check_once(const std::vector<Dated>& list, std::string_view pointer, std::string_view what, Same same) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same(list[i], list[j])) continue;
      return Contradiction{at(pointer, i), "a second " + std::string(what) + ", as at " + at(pointer, j),
                           "every one once"};
    }
  }
  return std::nullopt;
}

Finding check_repeated(const commerce::CalendarParams& calendar) {
  const auto same_days = [](const auto& a, const auto& b) { return a.first == b.first && a.last == b.last; };
  if (auto bad =
          check_once(calendar.promotions, "/platform/calendar/promotions", "promotion of the same days", same_days))
    return bad;
  if (auto bad = check_once(calendar.surges, "/platform/calendar/surges", "surge of the same days", same_days))
    return bad;
  if (auto bad = check_once(calendar.outages, "/platform/calendar/outages", "outage at the same time",
                            [](const auto& a, const auto& b) { return a.day == b.day && a.from == b.from; }))
    return bad;
  return check_once(calendar.releases, "/platform/calendar/releases", "release on the same day",
                    [](const auto& a, const auto& b) { return a.day == b.day; });
}

Finding check_platform(const commerce::Params& platform) {
  const commerce::CalendarParams& calendar = platform.calendar;
  if (auto bad = check_factors(calendar.promotions, "/platform/calendar/promotions")) return bad;
  if (auto bad = check_factors(calendar.surges, "/platform/calendar/surges")) return bad;
  if (auto bad = check_repeated(calendar)) return bad;
  if (std::all_of(calendar.hour.begin(), calendar.hour.end(), [](double f) { return f == 0; })) {
    return Contradiction{"/platform/calendar/hour", "every hour is 0", "at least one factor above 0"};
  }
  for (std::size_t i = 0; i < calendar.releases.size(); ++i) {
    const std::string list = at("/platform/calendar/releases", i, "pages");
    for (std::size_t j = 0; j < calendar.releases[i].pages.size(); ++j) {
      if (static_cast<std::uint32_t>(calendar.releases[i].pages[j].page) < commerce::kChainPages) continue;
      return Contradiction{at(list, j, "page"), "members do not reach this page",
                           one_of(std::span(kPageNames).first<commerce::kChainPages>())};
    }
  }
  const commerce::PopulationParams& population = platform.population;
  if (population.accounts > population.ids) {
    return Contradiction{
        "/platform/population/accounts",
        std::to_string(population.accounts) + " accounts among " + std::to_string(population.ids) + " ids",
        "at most as many accounts as ids"};
  }
  if (platform.sessions.think_least > platform.sessions.think_most) {
    return Contradiction{"/platform/sessions/think_least", "found " + to_string(platform.sessions.think_least),
                         "at most think_most, " + to_string(platform.sessions.think_most)};
  }
  return std::nullopt;
}

/// Beyond it a run would simulate little else.
constexpr double kMostMachineShare = 0.9;

Finding check_background(const background::Params& background) {
  if (auto bad = check_factors(background.marketing.mailings, "/background/marketing/mailings")) return bad;
  if (auto bad = check_factors(background.complaints.surges, "/background/complaints/surges")) return bad;
  if (auto bad = check_factors(background.logs.gaps, "/background/logs/gaps")) return bad;
  const double bots = background.bots.on ? background.bots.share : 0;
  if (const double all = bots + (background.scrapers.on ? background.scrapers.share : 0); all > kMostMachineShare) {
    return Contradiction{"/background/bots/share", "bots and scrapers make " + plain_number(all) + " of all requests",
                         "at most " + plain_number(kMostMachineShare) + " in all"};
  }
  const background::ComplaintParams& complaints = background.complaints;
  if (complaints.threatening + complaints.phishing > 1) {
    return Contradiction{"/background/complaints/phishing", "shares of threatening mail and phishing above 1 in all",
                         "at most " + plain_number(1 - complaints.threatening)};
  }
  return std::nullopt;
}

Finding check_workforce(const workforce::Params& workforce) {
  if (workforce.offboarding_over_7_days > workforce.offboarding_over_1_day) {
    return Contradiction{"/workforce/offboarding_over_7_days",
                         "more off-boardings take over 7 days than take over 1 day",
                         "at most offboarding_over_1_day, " + plain_number(workforce.offboarding_over_1_day)};
  }
  using protocol::KeyUse;
  if (workforce.insider_key == KeyUse::database || workforce.insider_key == KeyUse::cloud_role) {
    return Contradiction{"/workforce/insider_key", "a key that is never presented at the gateway",
                         R"("token_signing", "service", "partner" or "support")"};
  }
  // Other keys than these keep their number when they are rotated, so the gateway cannot refuse a stolen old one.
  if (workforce.insider_key != KeyUse::token_signing && !workforce.insider_key_exempt) {
    return Contradiction{"/workforce/insider_key_exempt",
                         "rotation of a key that keeps its number, which would not stop whoever stole it",
                         "true, or the insider_key \"token_signing\""};
  }
  return std::nullopt;
}

Finding check_segments(const protocol::SegmentParams& segments) {
  std::set<protocol::KeyUse> uses;
  for (std::size_t i = 0; i < segments.reach.size(); ++i) {
    if (uses.insert(segments.reach[i].key).second) continue;
    return Contradiction{at("/segments/reach", i, "key"), "a second entry for this key", "every use of a key once"};
  }
  std::set<Page> pages;
  for (std::size_t i = 0; i < segments.pages.size(); ++i) {
    if (pages.insert(segments.pages[i].page).second) continue;
    return Contradiction{at("/segments/pages", i, "page"), "a second entry for this page", "every page once"};
  }
  std::set<std::pair<protocol::KeyUse, Page>> views;
  for (std::size_t i = 0; i < segments.desks.size(); ++i) {
    if (views.insert({segments.desks[i].key, segments.desks[i].page}).second) continue;
    return Contradiction{at("/segments/desks", i, "page"), "a second entry for this key and page",
                         "every page once for each use of a key"};
  }
  return std::nullopt;
}

Finding check_phase(const campaign::Spec& campaign, std::size_t i) {
  const campaign::Phase& phase = campaign.phases[i];
  const std::string pointer = at("/campaign/phases", i);
  double views = 0;
  std::set<Page> pages;
  for (std::size_t j = 0; j < phase.pages.size(); ++j) {
    views += phase.pages[j].views;
    if (pages.insert(phase.pages[j].page).second) continue;
    return Contradiction{at(pointer + "/pages", j, "page"), "a second entry for this page",
                         "every page once in a phase"};
  }
  if (views <= 0)
    return Contradiction{pointer + "/pages", "the phase reads nothing", "views that add up to more than 0"};
  if (phase.length <= 0) return Contradiction{pointer + "/length", "the phase has no length", "a number above 0"};
  const bool enumerated = std::any_of(campaign.phases.begin(), campaign.phases.begin() + static_cast<std::ptrdiff_t>(i),
                                      [](const auto& p) { return p.target == campaign::Target::every_id; });
  if (phase.target == campaign::Target::found && !enumerated) {
    return Contradiction{pointer + "/target", "\"found\" before any phase has looked for accounts",
                         "an earlier phase with the target \"every_id\""};
  }
  return std::nullopt;
}

Finding check_campaign(const Scenario& s) {
  const campaign::Spec& campaign = s.campaign;
  if (!campaign.on) return std::nullopt;
  if (campaign.phases.empty()) {
    return Contradiction{"/campaign/phases", "the campaign is on and has no phases",
                         "at least one phase, or \"on\": false"};
  }
  for (std::size_t i = 0; i < campaign.phases.size(); ++i) {
    if (auto bad = check_phase(campaign, i)) return bad;
  }
  const Baseline& reading = s.reading();
  if (campaign.length > Duration::days(reading.days)) {
    return Contradiction{"/campaign/length", "the campaign lasts " + to_string(campaign.length),
                         "at most the " + std::to_string(reading.days) + " d of baseline " + quoted_text(reading.name)};
  }
  if (campaign.probes_before > s.warm_up) {
    return Contradiction{"/campaign/probes_before",
                         "tests " + to_string(campaign.probes_before) + " before the first phase",
                         "at most the warm-up, " + to_string(s.warm_up)};
  }
  return std::nullopt;
}

}  // namespace

bool is_plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), plain);
}

const Baseline& Scenario::reading() const {
  const auto it =
      std::find_if(baselines.begin(), baselines.end(), [&](const Baseline& b) { return b.name == baseline; });
  DWELL_DEMAND(it != baselines.end(), "the scenario has no baseline " + baseline);
  return *it;
}

std::optional<Contradiction> find_contradiction(const Scenario& scenario) {
  if (auto bad = check_names(scenario)) return bad;
  if (auto bad = check_networks(scenario.networks)) return bad;
  if (auto bad = check_platform(scenario.platform)) return bad;
  if (auto bad = check_workforce(scenario.workforce)) return bad;
  if (auto bad = check_segments(scenario.segments)) return bad;
  if (auto bad = check_background(scenario.background)) return bad;
  if (auto bad = check_campaign(scenario)) return bad;
  if (const Status fits = check_scale(scenario, scenario.scale); !fits) {
    return Contradiction{"/scale", fits.error().found, fits.error().accepted};
  }
  return std::nullopt;
}

Status check_scale(const Scenario& scenario, Scale scale) {
  const std::uint64_t accounts = scenario.platform.population.accounts;
  const std::uint64_t left = scale.apply(accounts);
  if (left >= kLeastAccounts) return success();
  const std::string found = "a scale of " + std::to_string(scale.numerator) + '/' + std::to_string(scale.denominator) +
                            " leaves " + std::to_string(left) + " of " + std::to_string(accounts) + " accounts";
  if (accounts < kLeastAccounts) return Error{"", "", found, "a scenario of at least 1000 accounts"};
  return Error{"", "", found,
               "at least 1/" + std::to_string(accounts / kLeastAccounts) + ", which leaves 1000 accounts"};
}

Status choose_baseline(Scenario& scenario, std::string_view name) {
  const auto names = baseline_names(scenario);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    return Error{"", "", "no baseline is named " + quoted_text(name), one_of(names)};
  }
  const std::uint32_t before = scenario.reading().days;
  const std::int32_t old_start = scenario.reading().start.days;
  scenario.baseline = std::string(name);
  const std::uint32_t after = scenario.reading().days;
  Duration& left_before = scenario.workforce.insider_left_before;
  left_before = std::max(Duration{}, left_before + Duration::days(scenario.reading().start.days - old_start));
  campaign::Spec& campaign = scenario.campaign;
  if (campaign.length == Duration::days(before)) {
    campaign.length = Duration::days(after);
    // The mean day falls as the campaign gets longer, so that the same peak day stands higher above it.
    const double longer = static_cast<double>(after) / static_cast<double>(before);
    for (campaign::Phase& phase : campaign.phases) {
      phase.peak_to_mean = std::clamp(phase.peak_to_mean * longer, 1.0, 20.0);
    }
  }
  if (campaign.length > Duration::days(after)) campaign.length = Duration::days(after);
  return success();
}

}  // namespace dwell::world
