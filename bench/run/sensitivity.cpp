#include "bench/run/sensitivity.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "bench/stats/ranks.hpp"

namespace dwell::run {
namespace {

using Clock = std::chrono::steady_clock;

/// Times to detection of a detector, by seed.
std::map<std::uint64_t, double> times_of(const StudyResult& study, const std::string& detector, double budget) {
  std::map<std::uint64_t, double> times;
  for (const Row& row : study.rows) {
    if (row.detector == detector && row.budget_per_day == budget && row.track == Track::calibrated)
      times[row.seed] = row.ttd_days;
  }
  return times;
}

const Summary* summary_of(const StudyResult& study, const std::string& detector, double budget) {
  for (const Summary& s : study.summary) {
    if (s.detector == detector && s.budget_per_day == budget && s.track == Track::calibrated) return &s;
  }
  return nullptr;
}

void set_difference(Change& change, const std::map<std::uint64_t, double>& here,
                    const std::map<std::uint64_t, double>& there) {
  std::vector<double> differences;
  for (const auto& [seed, days] : here) {
    if (const auto same = there.find(seed); same != there.end()) differences.push_back(days - same->second);
  }
  const auto n = static_cast<double>(differences.size());
  if (differences.empty()) return;
  for (const double d : differences) change.difference_days += d / n;
  double squares = 0;
  for (const double d : differences) squares += (d - change.difference_days) * (d - change.difference_days);
  if (differences.size() > 1) change.standard_error_days = std::sqrt(squares / (n - 1) / n);
}

/// Runs one study after the other and says how far all are.
class Runner {
 public:
  Runner(const SensitivityOptions& options, std::size_t studies) : options_(options), studies_(studies) {}

  Result<StudyResult> run(const world::Scenario& scenario, const std::string& what) {
    StudyOptions study = options_.study;
    if (options_.progress) {
      study.progress = [&](const Progress& inner) {
        const auto all = static_cast<double>(studies_);
        const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin_).count();
        options_.progress({done_, studies_, what, inner, (static_cast<double>(done_) + inner.done) / all, elapsed_s});
      };
    }
    Result<StudyResult> result = run_study(scenario, study);
    ++done_;
    return result;
  }
  void skip() { ++done_; }
  [[nodiscard]] bool stopped() const {
    return options_.study.stop != nullptr && options_.study.stop->load(std::memory_order_relaxed);
  }
  [[nodiscard]] double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  const SensitivityOptions& options_;
  std::size_t studies_, done_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

bool Change::clear() const { return std::abs(difference_days) > 2 * standard_error_days; }

std::vector<Summary> ranked_detectors(const StudyResult& study, double budget_per_day) {
  std::vector<Summary> ranked;
  for (const Summary& s : study.summary) {
    if (s.kind == "detector" && s.budget_per_day == budget_per_day && s.track == Track::calibrated) ranked.push_back(s);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Summary& a, const Summary& b) { return a.ttd_days_rmst < b.ttd_days_rmst; });
  return ranked;
}

std::vector<std::string> best_of_tiers(const std::vector<Summary>& ranked) {
  std::map<detect::Tier, std::string> best;
  for (const Summary& s : ranked) {
    if (s.mark == Mark::none && s.p_detect_horizon > 0 && !s.placebo_mark) best.try_emplace(s.tier, s.detector);
  }
  std::vector<std::string> names;
  for (const auto& [tier, name] : best) names.push_back(name);
  return names;
}

Side compare_studies(const std::vector<Summary>& base, const StudyResult& base_study, const StudyResult& other,
                     double budget_per_day) {
  Side side;
  side.event_digest = other.manifest.event_digest;
  std::vector<double> before, after;
  for (const Summary& detector : base) {
    const Summary* here = summary_of(other, detector.detector, budget_per_day);
    if (here == nullptr) continue;
    Change change;
    change.detector = detector.detector;
    change.ttd_days_rmst = here->ttd_days_rmst;
    change.mark = here->mark;
    set_difference(change, times_of(other, detector.detector, budget_per_day),
                   times_of(base_study, detector.detector, budget_per_day));
    side.changes.push_back(change);
    before.push_back(detector.ttd_days_rmst);
    after.push_back(here->ttd_days_rmst);
  }
  side.tau = stats::kendall_tau(before, after);
  return side;
}

Result<SensitivityResult> run_sensitivity(const world::Scenario& scenario, const SensitivityPlan& plan,
                                          const SensitivityOptions& options) {
  const Result<std::vector<FittedAxis>> fitted = fit_plan(plan, scenario);
  if (!fitted) return fitted.error();
  Runner runner(options, 1 + 2 * fitted.value().size());
  const Result<StudyResult> base = runner.run(scenario, "the scenario as it is");
  if (!base) return base.error();
  // Fewer seeds are another study: nothing could be compared with it.
  if (base.value().manifest.partial)
    return Error{scenario.name, "", "stopped before the first study was finished; nothing to report", ""};
  SensitivityResult result;
  result.plan = plan.name;
  result.budget_per_day = options.budget_per_day;
  result.manifest = base.value().manifest;
  result.base = ranked_detectors(base.value(), options.budget_per_day);
  result.best = best_of_tiers(result.base);
  const std::uint64_t unchanged = world::scenario_digest(scenario);
  for (const FittedAxis& axis : fitted.value()) {
    AxisResult line{axis.axis, axis.parameter, {}, {}};
    const auto run_side = [&](const world::Scenario& changed, const std::string& value,
                              const char* which) -> Result<std::optional<Side>> {
      if (runner.stopped()) return std::optional<Side>{};
      const bool same = world::scenario_digest(changed) == unchanged;
      if (same) runner.skip();
      const Result<StudyResult> study = same ? base : runner.run(changed, axis.axis.name + ": " + which);
      if (!study && !runner.stopped()) return study.error();
      if (!study || study.value().manifest.partial) return std::optional<Side>{};
      Side side = compare_studies(result.base, base.value(), study.value(), options.budget_per_day);
      side.value = value;
      return std::optional<Side>(std::move(side));
    };
    auto low = run_side(axis.low, axis.axis.low, "low");
    if (!low) return low.error();
    auto high = run_side(axis.high, axis.axis.high, "high");
    if (!high) return high.error();
    line.low = std::move(low).value();
    line.high = std::move(high).value();
    result.manifest.partial = result.manifest.partial || !line.low || !line.high;
    result.axes.push_back(std::move(line));
  }
  result.wall_s = runner.elapsed_s();
  return result;
}

}  // namespace dwell::run
