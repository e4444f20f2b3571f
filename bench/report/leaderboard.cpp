#include "bench/report/leaderboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

#include "bench/report/clean_table.hpp"
#include "bench/report/marks.hpp"
#include "bench/report/table.hpp"
#include "bench/score/threshold.hpp"

namespace dwell::report {
namespace {

using run::Mark;
using run::Summary;

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSections = {{
    {"detector", "Detectors"},
    {"control", "Controls: rows that prove the scoring is not fooled"},
    {"oracle", "Oracles: they may read the truth, so they bound what is possible"},
    {"outcome", "What really happened, and what customers' complaints come to"},
}};

void by_section(Table& table, const std::vector<Contender>& all, const std::function<void(const Contender&)>& add) {
  for (const auto& [kind, title] : kSections) {
    const auto in = [&, wanted = kind](const Contender& c) { return c.kind == wanted; };
    if (std::none_of(all.begin(), all.end(), in)) continue;
    table.section(std::string(title));
    for (const Contender& c : all) {
      if (in(c)) add(c);
    }
  }
}

const Summary* first_of(const Contender& c) {
  const auto at = std::find_if(c.by_budget.begin(), c.by_budget.end(), [](const Summary* s) { return s != nullptr; });
  return at == c.by_budget.end() ? nullptr : *at;
}

/// Whether it has runs and all of them failed.
bool all_crashed(const run::StudyResult& result, run::Track track, const Contender& c) {
  std::size_t runs = 0, crashed = 0;
  for (const run::Row& row : result.rows) {
    if (row.track != track || row.detector != c.name) continue;
    ++runs;
    crashed += has_crashed(row) ? 1 : 0;
  }
  return c.kind != "outcome" && runs > 0 && crashed == runs;
}

/// Without a threshold there is nothing to show but the mark.
bool has_threshold(const Summary* s) { return s != nullptr && s->mark != Mark::not_calibratable; }

/// Whether it can be the best of its tier: who noticed nothing is no better than nobody.
bool detects(const Summary& s) { return s.kind == "detector" && s.mark == Mark::none && s.p_detect_horizon > 0; }

/// An outcome that lies beyond the scored days is at least as late as they are long: their mean where some runs do,
/// their median where most do.
std::string time_of(const Summary& s, double days, double all_within) {
  const bool beyond = s.kind == "outcome" && s.p_detect_horizon < all_within;
  return (beyond ? "> " : "") + short_time(days);
}

std::string tier_of(const Contender& c, const Summary& s) {
  return c.kind == "detector" ? std::string(detect::to_string(s.tier)) : "";
}

/// The week that reports ask about, or the whole run where that is shorter.
double days_asked(const run::StudyResult& result) { return std::min(7.0, result.manifest.horizon_days); }

/// The rows that need a threshold at a budget.
struct Thresholds {
  bool some_set = false, some_unset = false, some_crashed = false;
};

Thresholds thresholds_at(const std::vector<Contender>& all, std::size_t budget) {
  Thresholds found;
  for (const Contender& c : all) {
    if (c.kind != "detector" && c.kind != "control") continue;
    const Summary* s = c.by_budget[budget];
    const bool crashed = s != nullptr && has_crashed(*s);
    (crashed ? found.some_crashed : has_threshold(s) ? found.some_set : found.some_unset) = true;
  }
  return found;
}

/// What it would take to set a budget.
std::string seeds_needed(const run::StudyResult& result, double budget) {
  const run::Manifest& m = result.manifest;
  const std::size_t seeds = m.calibration_seeds.size();
  const auto needed =
      static_cast<std::size_t>(std::ceil(score::kLeastExpectedEpisodes / budget / m.horizon_days - 1e-9));
  const std::string head = "No threshold for " + budget_name(budget) + ": ";
  if (needed <= seeds) return head + "too few scores of the calibration seeds were kept";
  return head + fmt::format("{} seed{} of {:g} days; --calibration-seeds {} needed", seeds, seeds == 1 ? "" : "s",
                            m.horizon_days, needed);
}

/// Says, a line for each, which budgets nobody's threshold could be set for for want of clean days, and leaves them out
/// of the tables; where some row crashed they stay, so that it is seen.
std::string leave_out(const run::StudyResult& result, run::Track track, std::vector<Contender>& all,
                      std::vector<double>& budgets, const Style& style) {
  std::string out;
  for (std::size_t b = 0; b < budgets.size();) {
    const Thresholds found = thresholds_at(all, b);
    const bool wanting = found.some_unset && !found.some_set;
    if (wanting && track == run::Track::calibrated)
      out += wrap(seeds_needed(result, budgets[b]), style.width, 0) + "\n";
    if (!wanting || found.some_crashed) {
      ++b;
      continue;
    }
    budgets.erase(budgets.begin() + static_cast<std::ptrdiff_t>(b));
    for (Contender& c : all) c.by_budget.erase(c.by_budget.begin() + static_cast<std::ptrdiff_t>(b));
  }
  if (budgets.empty()) all.clear();
  return out;
}

std::string detection_table(const std::vector<Contender>& all, const std::vector<double>& budgets, const Style& style) {
  std::vector<Column> columns = {{"", false}, {"logs", false}, {"median\n" + budget_name(budgets.front())}};
  for (const double budget : budgets) {
    columns.push_back({"mean\n" + budget_name(budget)});
    columns.push_back({"", false, 1});
  }
  columns.push_back({"days\nsaved"});
  Table table(std::move(columns));
  by_section(table, all, [&](const Contender& c) {
    const Summary* first = c.by_budget.front();
    const Summary* any = first_of(c);
    std::vector<std::string> cells = {c.label, any == nullptr ? "" : tier_of(c, *any),
                                      c.crashed              ? "crashed"
                                      : has_threshold(first) ? time_of(*first, first->ttd_days_median, 0.5)
                                                             : "-"};
    for (const Summary* s : c.by_budget) {
      cells.push_back(has_threshold(s) && !c.crashed ? time_of(*s, s->ttd_days_rmst, 1) : "-");
      cells.push_back(s == nullptr ? "" : marks_of(*s));
    }
    cells.push_back(has_threshold(first) && !c.crashed ? percent(first->share_of_horizon_saved) : "-");
    table.row(std::move(cells));
  });
  return table.render(style);
}

/// Three digits, without an exponent.
std::string short_ns(double ns) { return ns < 999.5 ? fmt::format("{:.3g}", ns) : fmt::format("{:.0f}", ns); }

std::string cost_table(const std::vector<Contender>& all, double days, const Style& style) {
  const std::string within = "<=" + short_time(days);
  Table table({{"", false},
               {"records\nspared"},
               {"share"},
               {"P(det)\n" + within},
               {"placebo\n" + within},
               {"false\n/day"},
               {"95 %\nbelow"},
               {"ns/\nevent"},
               {"state"}});
  by_section(table, all, [&](const Contender& c) {
    const Summary* s = c.by_budget.front();
    std::vector<std::string> cells = {c.label};
    if (!has_threshold(s) || c.crashed) {
      cells.insert(cells.end(), 6, "-");
    } else {
      const double total = s->records_spared_mean + s->records_exposed_mean;
      const bool judged = c.kind != "outcome";
      cells.push_back(short_count(s->records_spared_mean));
      cells.push_back(percent(total > 0 ? s->records_spared_mean / total : 0));
      cells.push_back(judged ? fmt::format("{:.2f}", s->p_detect_7d) : "-");
      cells.push_back(judged ? fmt::format("{:.2f}", s->p_placebo_7d) : "-");
      cells.push_back(judged ? short_rate(s->false_alerts_per_day) : "-");
      cells.push_back(judged ? short_rate(s->false_alerts_upper) : "-");
    }
    cells.push_back(c.cost == nullptr ? "-" : short_ns(c.cost->ns_per_event));
    cells.push_back(c.cost == nullptr ? "-" : short_bytes(static_cast<double>(c.cost->state_bytes)));
    table.row(std::move(cells));
  });
  return table.render(style);
}

/// Accounts exposed by data field: of the campaign as it really went, and of the best detector of each tier. Fields
/// that nobody read are left out; without a campaign there is nothing to show.
std::string field_table(const std::vector<Contender>& all, const Style& style) {
  std::vector<const Contender*> shown;
  std::array<bool, 4> tiers{};
  for (const Contender& c : all) {
    const Summary* s = c.by_budget.front();
    if (!has_threshold(s)) continue;
    bool& tier = tiers[static_cast<std::size_t>(s->tier)];
    if (c.kind == "outcome" || (detects(*s) && !tier)) shown.push_back(&c);
    if (detects(*s)) tier = true;
  }
  FieldSet read;
  for (const Contender* c : shown) {
    for (std::size_t f = 0; f < kDataFields; ++f) {
      if (c->by_budget.front()->exposed_by_field_mean.accounts[f] > 0) read.add(static_cast<DataField>(f));
    }
  }
  if (read.empty()) return "";
  std::vector<Column> columns = {{"", false}, {"logs", false}};
  for (std::size_t f = 0; f < kDataFields; ++f) {
    std::string name(kDataFieldNames[f]);
    std::replace(name.begin(), name.end(), '_', '\n');
    if (read.has(static_cast<DataField>(f))) columns.push_back({name});
  }
  Table table(std::move(columns));
  for (const Contender* c : shown) {
    const Summary& s = *c->by_budget.front();
    std::vector<std::string> cells = {c->label, tier_of(*c, s)};
    for (std::size_t f = 0; f < kDataFields; ++f) {
      if (read.has(static_cast<DataField>(f))) cells.push_back(short_count(s.exposed_by_field_mean.accounts[f]));
    }
    table.row(std::move(cells));
  }
  return table.render(style);
}

std::string legend(const run::StudyResult& result, const std::vector<Contender>& all, const Style& style) {
  const auto note = [&](const std::string& text) {
    return emphasise(wrap(text, style.width, 0), Emphasis::dim, style) + "\n";
  };
  std::string out =
      is_clean(result)
          ? note(clean_legend())
          : note("Times run from the onset of the campaign to the alert; a run without detection counts as " +
                 short_time(result.manifest.horizon_days) +
                 ". Median: the time by which half of the runs had noticed. Logs: " +
                 std::string(detect::tier_legend()) +
                 ". \"1/day\": the false alerts a day the threshold was set for. P(det): share of runs in "
                 "which the campaign is noticed within " +
                 long_time(days_asked(result)) +
                 "; placebo: in which as much ordinary extra traffic is. False alerts a day on clean runs, and the "
                 "figure they are below with 95 % certainty.");
  std::vector<const Summary*> lines;
  for (const Contender& c : all) {
    std::copy_if(c.by_budget.begin(), c.by_budget.end(), std::back_inserter(lines),
                 [&](const Summary* s) { return s != nullptr && (!is_clean(result) || !has_figures(*s)); });
  }
  return out + explain_marks(lines, style);
}

/// What is behind the file of a detector from outside; all that was typed in the catalogue.
std::string behind_file(const std::string& name) {
  for (const std::string_view ending : {".py:", ".so:"}) {
    if (const std::size_t at = name.rfind(ending); at != std::string::npos) return name.substr(at + ending.size());
  }
  return name;
}

/// Labels of detectors from outside say no file where the rest tells them apart.
void shorten(std::vector<Contender>& all) {
  for (Contender& c : all) {
    const std::string label = behind_file(c.name);
    const auto alike = [&](const Contender& other) { return behind_file(other.name) == label; };
    if (std::count_if(all.begin(), all.end(), alike) == 1) c.label = label;
  }
}

std::string notes(const std::vector<Contender>& all, const Style& style) {
  std::string out;
  for (const Contender& c : all) {
    const Summary* s = first_of(c);
    if (s == nullptr || s->note.empty()) continue;
    out += emphasise("  " + wrap(c.name + ": " + s->note, style.width, 2), Emphasis::dim, style) + "\n";
  }
  return out;
}

}  // namespace

std::vector<double> budgets_of(const run::StudyResult& result) {
  std::vector<double> budgets;
  for (const Summary& s : result.summary) {
    if (s.budget_per_day > 0 && s.kind != "outcome") budgets.push_back(s.budget_per_day);
  }
  std::sort(budgets.begin(), budgets.end(), std::greater<>());
  budgets.erase(std::unique(budgets.begin(), budgets.end()), budgets.end());
  return budgets;
}

std::vector<Contender> contenders(const run::StudyResult& result, run::Track track) {
  const std::vector<double> budgets = budgets_of(result);
  std::vector<Contender> all;
  if (budgets.empty()) return all;
  for (const Summary& s : result.summary) {
    if (s.track != track) continue;
    auto at = std::find_if(all.begin(), all.end(),
                           [&](const Contender& c) { return c.name == s.detector && c.kind == s.kind; });
    if (at == all.end()) {
      all.push_back(
          {s.detector, s.detector, s.kind, std::vector<const Summary*>(budgets.size(), nullptr), nullptr, false});
      at = all.end() - 1;
    }
    for (std::size_t i = 0; i < budgets.size(); ++i) {
      const bool for_all = s.kind == "outcome" && at->by_budget[i] == nullptr;
      if (for_all || s.budget_per_day == budgets[i]) at->by_budget[i] = &s;
    }
  }
  for (Contender& c : all) {
    c.crashed = all_crashed(result, track, c);
    for (const run::DetectorCost& cost : result.timing.detectors) {
      if (cost.detector == c.name) c.cost = &cost;
    }
  }
  shorten(all);
  const auto rank = [](const Contender& c) {
    const Summary* s = c.by_budget.front();
    if (s == nullptr) return std::make_tuple(std::numeric_limits<double>::infinity(), 99, 0.0, c.name);
    return std::make_tuple(s->ttd_days_rmst, static_cast<int>(s->tier), s->false_alerts_per_day, c.name);
  };
  std::stable_sort(all.begin(), all.end(), [&](const Contender& a, const Contender& b) { return rank(a) < rank(b); });
  return all;
}

std::string budget_name(double per_day) {
  if (std::abs(per_day - 1) < 1e-9) return "1/day";
  if (std::abs(per_day * 7 - 1) < 1e-6) return "1/week";
  if (std::abs(per_day * 30 - 1) < 1e-6) return "1/month";
  return fmt::format("{:.3g}/day", per_day);
}

std::string budget_words(double per_day) {
  const std::string name = budget_name(per_day);
  if (name.starts_with("1/")) return "one false alert a " + name.substr(2);
  return fmt::format("{:.3g} false alerts a day", per_day);
}

std::string leaderboard(const run::StudyResult& result, const Style& style) {
  if (budgets_of(result).empty()) return "No detector was scored.\n";
  std::string out;
  std::vector<Contender> shown;
  for (const run::Track track : {run::Track::calibrated, run::Track::field}) {
    std::vector<double> budgets = budgets_of(result);
    std::vector<Contender> all = contenders(result, track);
    const std::string unset = leave_out(result, track, all, budgets, style);
    out += unset + (unset.empty() ? "" : "\n");
    if (all.empty()) continue;
    shown.insert(shown.end(), all.begin(), all.end());
    const std::string how = track == run::Track::calibrated ? "" : ", thresholds from the run's own warm-up";
    if (is_clean(result)) {
      out += emphasise("False alerts a day, by alert budget" + how, Emphasis::bold, style) + "\n";
      out += clean_table(all, budgets, style) + notes(all, style) + "\n";
      continue;
    }
    out += emphasise("Time to detect, by alert budget" + how, Emphasis::bold, style) + "\n";
    out += detection_table(all, budgets, style) + "\n";
    out += emphasise("What it spares and costs at " + budget_name(budgets.front()) + how, Emphasis::bold, style) + "\n";
    out += cost_table(all, days_asked(result), style) + notes(all, style) + "\n";
    const std::string fields = track == run::Track::calibrated ? field_table(all, style) : "";
    if (!fields.empty()) {
      out += emphasise("Simulated accounts exposed, by data field", Emphasis::bold, style) + "\n" +
             emphasise(wrap("At scale " + result.manifest.scale + "; of detectors the best of each log tier at " +
                                budget_name(budgets.front()),
                            style.width, 0),
                       Emphasis::dim, style) +
             "\n" + fields + "\n";
    }
  }
  if (shown.empty()) return out.substr(0, out.find_last_not_of('\n') + 1) + "\n";
  return out + legend(result, shown, style);
}

}  // namespace dwell::report
