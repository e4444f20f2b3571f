#include "bench/report/conclusion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <vector>

#include "bench/report/clean_table.hpp"
#include "bench/report/leaderboard.hpp"
#include "bench/report/text.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::report {
namespace {

using run::Summary;

bool eligible(const Summary& s) {
  return s.kind == "detector" && s.track == run::Track::calibrated && s.mark == run::Mark::none && !s.placebo_mark &&
         s.p_detect_horizon > 0 && (!s.budget_mark || s.false_alerts_per_day <= s.budget_per_day);
}

bool is_judged(const Summary& s) { return s.kind == "detector" && s.track == run::Track::calibrated; }

/// Whether there are detectors, and calibration seeds gave none of them a threshold at a budget, or at any (0).
bool uncalibrated(const run::StudyResult& result, double budget_per_day = 0) {
  bool some = false;
  for (const Summary& s : result.summary) {
    if (!is_judged(s) || (budget_per_day > 0 && s.budget_per_day != budget_per_day)) continue;
    if (s.mark != run::Mark::not_calibratable) return false;
    some = true;
  }
  return some;
}

/// What can be said where nothing was to be noticed: who agrees with the loosest budget, and who was noisiest.
std::string clean_conclusion(const run::StudyResult& result, double budget_per_day) {
  std::size_t judged = 0, kept = 0;
  const Summary* noisiest = nullptr;
  for (const Summary& s : result.summary) {
    if (!is_judged(s) || s.budget_per_day != budget_per_day || s.mark != run::Mark::none) continue;
    ++judged;
    kept += s.budget_mark ? 0 : 1;
    if (noisiest == nullptr || s.false_alerts_per_day > noisiest->false_alerts_per_day) noisiest = &s;
  }
  std::string text = "There was no campaign: every alert is false. ";
  if (noisiest == nullptr) return text;
  const std::string most =
      fmt::format("{}, raised {:.2g} false alerts a day (below {:.2g} with 95 % certainty)", noisiest->detector,
                  noisiest->false_alerts_per_day, noisiest->false_alerts_upper);
  const std::string set = " set for " + budget_words(budget_per_day);
  if (judged == 1)
    return text + fmt::format("The one detector{}, {}, which {} with the budget within chance. ", set, most,
                              kept == 1 ? "agrees" : "does not agree");
  text += fmt::format("Of {} detectors{}, {} agree{} with it within chance; the noisiest, {}. ", judged, set, kept,
                      kept == 1 ? "s" : "", most);
  return text;
}

/// How long the theft really went unnoticed, in the reading that was simulated; `open` when the scored days end before.
struct Reality {
  double days = 0;
  bool open = false;
};

Reality reality(const run::StudyResult& result) {
  for (const Summary& s : result.summary) {
    if (s.detector == run::kRealOutcome) return {s.ttd_days_rmst, s.p_detect_horizon < 1};
  }
  return {result.manifest.horizon_days, false};
}

/// "33.6 M of 33.7 M members' records (99.8 %)", scaled up to the full platform.
std::string records(const run::StudyResult& result, const Summary& s) {
  const double total = s.records_spared_mean + s.records_exposed_mean;
  if (!(total > 0)) return "no member's record";
  const Result<world::Scale> scale = world::parse_scale(result.manifest.scale);
  const double up = scale && scale.value().value() > 0 ? 1 / scale.value().value() : 1;
  return fmt::format("{} of {} members' records ({})", short_count(s.records_spared_mean * up), short_count(total * up),
                     percent(s.records_spared_mean / total));
}

std::string needs(detect::Tier tier) {
  constexpr std::array<const char*, 4> words = {
      "It needs nothing but the gateway access log",
      "It also needs the log of issued tokens and logins",
      "It also needs the key inventory and the record of who has left",
      "It also needs planted honey accounts",
  };
  return words[static_cast<std::size_t>(tier)];
}

/// The same budget with the access log alone, or the strictest budget with any logs, whichever tells more.
std::string with_less(const run::StudyResult& result, const Summary& best, const std::vector<double>& budgets) {
  const bool more_logs = best.tier > detect::Tier::t0;
  const double budget = more_logs ? best.budget_per_day : budgets.back();
  const std::string setting = more_logs ? "from the access log alone" : "with " + budget_words(budget);
  if (!more_logs && budget == best.budget_per_day) return "";
  const Summary* less = best_detector(result, budget, more_logs ? detect::Tier::t0 : detect::Tier::t3);
  if (less == nullptr && uncalibrated(result, budget)) {
    return fmt::format("; {} could not be set as a budget on so few clean days", budget_words(budget));
  }
  if (less == nullptr) return fmt::format("; {} nothing tried here noticed the theft reliably", setting);
  return fmt::format("; {} the best is {}, after {}, sparing {}", setting, less->detector,
                     long_time(less->ttd_days_rmst), records(result, *less));
}

/// How far the figures carry.
std::string reach(const run::StudyResult& result, const Summary* best) {
  const run::Manifest& m = result.manifest;
  std::string text = fmt::format("all of this comes from {} simulated run{} at scale {}", m.evaluation_seeds.size(),
                                 m.evaluation_seeds.size() == 1 ? "" : "s", m.scale);
  if (m.partial) text += ", stopped early";
  if (m.evaluation_seeds.size() < 10) text += ", too few for error bars";
  if (best != nullptr && best->scale_limited)
    text += ", with fewer attacking addresses than a judgement per address needs";
  return text + ", which show how chance varies in the model and not how well the model fits the world.";
}

}  // namespace

const Summary* best_detector(const run::StudyResult& result, double budget_per_day, detect::Tier most) {
  const Summary* best = nullptr;
  const auto rank = [](const Summary& s) {
    return std::tie(s.ttd_days_rmst, s.tier, s.false_alerts_per_day, s.detector);
  };
  for (const Summary& s : result.summary) {
    if (s.budget_per_day != budget_per_day || s.tier > most || !eligible(s)) continue;
    if (best == nullptr || rank(s) < rank(*best)) best = &s;
  }
  return best;
}

std::string conclusion(const run::StudyResult& result) {
  const std::vector<double> budgets = budgets_of(result);
  const Reality real = reality(result);
  if (is_clean(result) && !budgets.empty()) {
    std::string carried = reach(result, nullptr);
    carried[0] = 'A';
    return clean_conclusion(result, budgets.front()) + carried;
  }
  const Summary* best = nullptr;
  for (const double budget : budgets) {
    if (best == nullptr) best = best_detector(result, budget, detect::Tier::t3);
  }
  if (best == nullptr && uncalibrated(result)) {
    return "With so few clean days to calibrate on, no alert budget could be set, so nothing can be said about what "
           "would have noticed the theft. More seeds or days would give an answer: " +
           reach(result, nullptr);
  }
  if (best == nullptr) {
    return fmt::format(
        "None of the detectors run here noticed the theft within {} more often than it alarmed at ordinary traffic and "
        "kept its alert budget, so the outcome would have been the real one. This is no proof that it cannot be "
        "noticed: {}",
        long_time(result.manifest.horizon_days), reach(result, nullptr));
  }
  const double saved = std::max(0.0, real.days - best->ttd_days_rmst);
  const std::string sure = best->p_detect_horizon >= 1 ? ""
                                                       : fmt::format(" (and in {} of the runs not at all)",
                                                                     percent(1 - best->p_detect_horizon));
  const std::string first = fmt::format(
      "Had the platform watched its logs with {} and accepted {}, it would have noticed the theft after {} on "
      "average{} "
      "instead of {}{}, {}{} earlier, and {} would have stayed private.",
      best->detector, budget_words(best->budget_per_day), long_time(best->ttd_days_rmst), sure,
      real.open ? "more than " : "", long_time(real.days), real.open ? "at least " : "", long_time(saved),
      records(result, *best));
  const std::string less = with_less(result, *best, budgets);
  return first + " " + needs(best->tier) + less + "; " + reach(result, best);
}

}  // namespace dwell::report
