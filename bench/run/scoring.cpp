#include "bench/run/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "bench/run/attribution.hpp"
#include "bench/run/summary.hpp"
#include "bench/score/budget.hpp"
#include "bench/score/episodes.hpp"
#include "sim/core/time_text.hpp"

namespace dwell::run {
namespace {

constexpr double kWindowsPerDay = 1440;

std::vector<double> budgets_per_day() {
  std::vector<double> budgets;
  for (const score::Budget& budget : score::kBudgets) budgets.push_back(budget.per_day);
  return budgets;
}

/// What every row of a run has in common.
Row row_for(const Contender& contender, const WorldRecord& run, double budget, Track track) {
  Row row;
  row.detector = contender.descriptor.name;
  row.tier = contender.descriptor.tier;
  row.seed = run.seed.value;
  row.budget_per_day = budget;
  row.track = track;
  return row;
}

void set_exposure(Row& row, const WorldRecord& run, std::optional<Time> contained) {
  if (!contained) row.windows_touched = run.campaign->windows();
  const std::uint64_t all = run.campaign->exposed();
  row.records_exposed = contained ? run.campaign->exposed_until(*contained) : all;
  row.records_spared = all - row.records_exposed;
  for (std::size_t f = 0; f < kDataFields; ++f) {
    const auto field = static_cast<DataField>(f);
    row.exposed_by_field[f] = contained ? run.campaign->exposed_until(field, *contained) : run.campaign->exposed(field);
  }
}

class RowMaker {
 public:
  explicit RowMaker(const ScoringInput& input) : input_(input) {}

  [[nodiscard]] Row make(std::size_t c, const WorldRecord& run, double budget, Track track,
                         const score::Threshold& threshold) const {
    const ContenderRun& contender = run.contenders[c];
    Row row = row_for((*input_.contenders)[c], run, budget, track);
    row.ttd_days = row.placebo_ttd_days = input_.horizon_days;
    row.mark = mark_of(contender, threshold);
    row.note = contender.crash;
    row.placebo_windows_touched = run.placebo->windows();
    set_exposure(row, run, {});
    const bool silent = row.mark == Mark::crashed || row.mark == Mark::not_calibratable;
    if (!silent) {
      row.threshold = threshold.value;
      const auto first = static_cast<std::int32_t>(run.plan.warm_up_windows);
      const auto end = static_cast<std::int32_t>(run.plan.windows);
      row.false_alerts = score::count_episodes(contender.logs[0].entries(), threshold.value, first, end);
      row.false_alerts_per_day =
          static_cast<double>(row.false_alerts) * kWindowsPerDay / static_cast<double>(end - first);
    }
    if (silent || row.mark == Mark::over_budget) return row;
    const bool twin = needs_twin((*input_.contenders)[c], View::factual);
    if (const auto found = detect_incident({run.plan, *run.placebo, contender, View::placebo, true}, threshold.value)) {
      row.placebo_detected = true;
      row.placebo_ttd_days = ttd_days(run, *found);
      row.placebo_windows_touched = run.placebo->windows_until(found->stamped);
    }
    const auto found = detect_incident({run.plan, *run.campaign, contender, View::factual, twin}, threshold.value);
    if (found) set_detection(row, run, *found);
    return row;
  }

  void set_detection(Row& row, const WorldRecord& run, const score::Detection& found) const {
    row.detected = true;
    row.probe = found.stamped < run.plan.onset;
    row.ttd_days = ttd_days(run, found);
    row.windows_touched = run.campaign->windows_until(found.stamped);
    row.entity = detect::to_string(found.entity);
    set_exposure(row, run, found.stamped + input_.containment);
  }

 private:
  [[nodiscard]] double ttd_days(const WorldRecord& run, const score::Detection& found) const {
    return std::min(input_.horizon_days, std::max(0.0, (found.stamped - run.plan.onset).as_days()));
  }
  static Mark mark_of(const ContenderRun& contender, const score::Threshold& threshold) {
    if (!contender.crash.empty()) return Mark::crashed;
    if (threshold.state == score::Threshold::State::not_calibratable) return Mark::not_calibratable;
    if (threshold.state == score::Threshold::State::over_budget) return Mark::over_budget;
    if (contender.logs[0].dropped() + contender.logs[1].dropped() + contender.logs[2].dropped() != 0)
      return Mark::overflow;
    return Mark::none;
  }
  const ScoringInput& input_;
};

/// The oracle that knows which rows are the campaign's: the end of the window of the first one.
Row entity_oracle_row(const WorldRecord& run, double budget, const ScoringInput& input, const RowMaker& maker) {
  Row row;
  row.detector = "oracle-entity";
  row.tier = kNoLogs;
  row.seed = run.seed.value;
  row.budget_per_day = budget;
  if (run.campaign->requests() == 0) {  // a clean scenario: nothing to find
    row.ttd_days = input.horizon_days;
    return row;
  }
  const std::int32_t window = window_at(run.campaign->first());
  maker.set_detection(row, run, {window, Time{(window + 1) * world::kWindow.us}, {}});
  return row;
}

/// What happened in reality: a customer complained.
Row outcome_row(const WorldRecord& run, double budget, const ScoringInput& input) {
  Row row;
  row.detector = kRealOutcome;
  row.tier = kNoLogs;
  row.seed = run.seed.value;
  row.budget_per_day = budget;
  row.detected = input.outcome_days <= input.horizon_days;
  row.ttd_days = std::min(input.outcome_days, input.horizon_days);
  row.entity = row.detected ? input.outcome : "";
  set_exposure(row, run, {});
  return row;
}

/// When somebody at the platform understands what customers complain of, as it was simulated.
Row complaint_row(const WorldRecord& run, double budget, const ScoringInput& input, const RowMaker& maker) {
  Row row;
  row.detector = kCustomerComplaint;
  row.tier = kNoLogs;
  row.seed = run.seed.value;
  row.budget_per_day = budget;
  row.ttd_days = input.horizon_days;
  set_exposure(row, run, {});
  if (run.complaint >= run.plan.onset + Duration::days(run.plan.scored_days)) return row;
  maker.set_detection(row, run, {0, run.complaint, {}});
  row.entity = "customer complaint";
  return row;
}

/// The time by which a share of the runs had noticed, in words, taken as the median of all rows is: half-way to the
/// next when the share is reached exactly. Those at the horizon lie beyond it.
std::string quartile(const std::vector<Row>& rows, double horizon_days, double share) {
  std::vector<double> days;
  for (const Row& row : rows) days.push_back(row.detected ? row.ttd_days : horizon_days);
  std::sort(days.begin(), days.end());
  const double runs = share * static_cast<double>(days.size());
  const auto at = static_cast<std::size_t>(std::max(1.0, std::ceil(runs))) - 1;
  const bool exact = std::ceil(runs) == runs && at + 1 < days.size() && days[at + 1] < horizon_days;
  const double time = exact ? (days[at] + days[at + 1]) / 2 : days[at];
  return (time < horizon_days ? "" : "> ") + short_time(time);
}

std::string distribution_note(const std::vector<Row>& rows, double horizon_days, bool cut) {
  std::string note =
      "one parameter is fitted to the published 147 d of the reference case, for scales of 1/3000 and more (an "
      "assumption, not a validation); complaints without a leak do not enter";
  if (cut)
    note +=
        "; at this scale one complaint stands for so many that the chance to recognise it is cut to 1: the row is "
        "later than the fit";
  constexpr std::size_t kFewestForQuartiles = 4;
  if (rows.size() < kFewestForQuartiles) return note;
  return note + fmt::format("; a quarter, half and three quarters of {} seeds had noticed by {}, {}, {}", rows.size(),
                            quartile(rows, horizon_days, 0.25), quartile(rows, horizon_days, 0.5),
                            quartile(rows, horizon_days, 0.75));
}

/// What a contender threw on a calibration seed; empty when it never did.
std::string calibration_crash(const ScoringInput& input, std::size_t c) {
  for (const WorldRecord& record : *input.calibration) {
    if (!record.contenders[c].crash.empty()) return "while calibrating: " + record.contenders[c].crash;
  }
  return {};
}

CalibrationCount calibration_count(const score::Threshold& threshold) { return {threshold.episodes, threshold.days}; }

}  // namespace

std::vector<std::vector<score::Threshold>> calibrate(const std::vector<Contender>& contenders,
                                                     const std::vector<WorldRecord>& calibration) {
  const std::vector<double> budgets = budgets_per_day();
  std::vector<std::vector<score::Threshold>> thresholds;
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    std::vector<score::CleanRun> runs;
    for (const WorldRecord& record : calibration) {
      const score::ScoreLog& log = record.contenders[c].logs[0];
      runs.push_back({log.entries(), log.floor(), static_cast<std::int32_t>(record.plan.warm_up_windows),
                      static_cast<std::int32_t>(record.plan.windows)});
    }
    thresholds.push_back(score::find_thresholds(runs, budgets, kWindowsPerDay));
    // What a detector wrote before it failed says nothing of what it would have written after.
    const auto crashed = [c](const WorldRecord& record) { return !record.contenders[c].crash.empty(); };
    if (std::any_of(calibration.begin(), calibration.end(), crashed)) {
      for (score::Threshold& threshold : thresholds.back()) threshold = {};
    }
  }
  return thresholds;
}

std::vector<double> floors_of(const std::vector<std::vector<score::Threshold>>& thresholds) {
  std::vector<double> floors;
  for (const auto& of_contender : thresholds) {
    double floor = std::numeric_limits<double>::max();
    for (const score::Threshold& threshold : of_contender) {
      if (threshold.state == score::Threshold::State::found) floor = std::min(floor, threshold.value);
    }
    floors.push_back(floor);
  }
  return floors;
}

void score_study(const ScoringInput& input, const std::vector<std::vector<score::Threshold>>& thresholds,
                 StudyResult& result) {
  const RowMaker maker(input);
  const std::vector<WorldRecord>& runs = *input.evaluation;
  const auto add = [&](const SummaryKey& key, std::vector<Row> rows) {
    result.summary.push_back(summarise(key, rows, runs, input));
    std::move(rows.begin(), rows.end(), std::back_inserter(result.rows));
  };
  for (std::size_t c = 0; c < input.contenders->size(); ++c) {
    const Contender& contender = (*input.contenders)[c];
    const std::string crash = calibration_crash(input, c);
    for (const Track track : {Track::calibrated, Track::field}) {
      if (track == Track::field && contender.kind == "oracle") continue;  // it judges the campaign's days alone
      for (std::size_t b = 0; b < score::kBudgets.size(); ++b) {
        std::vector<Row> rows;
        for (const WorldRecord& run : runs) {
          const bool field_known = run.contenders[c].field.size() > b;
          const score::Threshold unknown;
          const score::Threshold& threshold =
              track == Track::calibrated ? thresholds[c][b] : (field_known ? run.contenders[c].field[b] : unknown);
          rows.push_back(maker.make(c, run, score::kBudgets[b].per_day, track, threshold));
          if (track == Track::calibrated && rows.back().note.empty()) rows.back().note = crash;
        }
        const auto not_calibratable = [](const Row& row) { return row.mark == Mark::not_calibratable; };
        if (track == Track::field && std::all_of(rows.begin(), rows.end(), not_calibratable)) continue;
        add({contender.kind, track, calibration_count(thresholds[c][b]), contender.descriptor.counts_only,
             contender.descriptor.names_sources},
            std::move(rows));
      }
    }
  }
  for (const score::Budget& budget : score::kBudgets) {
    std::vector<Row> oracle;
    std::vector<Row> outcome;
    std::vector<Row> complaint;
    for (const WorldRecord& run : runs) {
      oracle.push_back(entity_oracle_row(run, budget.per_day, input, maker));
      outcome.push_back(outcome_row(run, budget.per_day, input));
      complaint.push_back(complaint_row(run, budget.per_day, input, maker));
    }
    add({"oracle", Track::calibrated, {}, false, false}, std::move(oracle));
    add({"outcome", Track::calibrated, {}, false, false}, std::move(outcome));
    if (runs.front().campaign->requests() == 0) continue;  // a clean scenario: nobody has a reason to complain
    const std::string note = distribution_note(complaint, input.horizon_days, input.recognition_cut);
    add({"outcome", Track::calibrated, {}, false, false}, std::move(complaint));
    result.summary.back().note = note;
  }
  compare_with_oracle(result);
}

}  // namespace dwell::run
