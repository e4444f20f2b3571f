#include "bench/run/summary.hpp"

#include <algorithm>
#include <utility>

#include "bench/stats/bootstrap.hpp"
#include "bench/stats/counts.hpp"
#include "bench/stats/ranks.hpp"
#include "bench/stats/summary.hpp"
#include "bench/stats/survival.hpp"

namespace dwell::run {
namespace {

constexpr std::size_t kLeastSeedsForIntervals = 10;
constexpr double kPlaceboTestLevel = 0.05;
constexpr double kBudgetTestLevel = 0.01;
constexpr std::uint64_t kScaleLimitedSources = 20;
constexpr double kOneWindowDays = 1.0 / 1440.0;

double share(const std::vector<Row>& rows, const auto& holds) {
  return static_cast<double>(std::count_if(rows.begin(), rows.end(), holds)) / static_cast<double>(rows.size());
}

std::vector<double> times(const std::vector<Row>& rows) {
  std::vector<double> list;
  for (const Row& row : rows) list.push_back(row.ttd_days);
  return list;
}

/// Seeds of bootstraps are fixed: the same rows give the same interval.
stats::BootstrapOptions bootstrap_options() { return {.resamples = 10'000, .alpha = 0.05, .seed = Seed{1}}; }

void set_detection(Summary& summary, const std::vector<Row>& rows, double horizon_days) {
  const auto within = [&](double days) {
    return share(rows, [days](const Row& row) { return row.detected && row.ttd_days <= days; });
  };
  summary.p_detect_1h = within(1.0 / 24);
  summary.p_detect_1d = within(1);
  summary.p_detect_7d = within(7);
  summary.p_detect_30d = within(30);
  summary.p_detect_horizon = within(horizon_days);
  const auto placebo_within = [&](double days) {
    return share(rows, [days](const Row& row) { return row.placebo_detected && row.placebo_ttd_days <= days; });
  };
  summary.p_placebo_1d = placebo_within(1);
  summary.p_placebo_7d = placebo_within(7);
  summary.p_placebo_30d = placebo_within(30);
  summary.p_placebo = placebo_within(horizon_days);

  std::vector<stats::Observation> observations;
  for (const Row& row : rows) observations.push_back({row.ttd_days, row.detected});
  const stats::KaplanMeier curve(observations);
  summary.ttd_days_median = curve.median().value_or(horizon_days);
  summary.ttd_days_rmst = curve.restricted_mean(horizon_days);
  summary.share_of_horizon_saved = 1 - summary.ttd_days_rmst / horizon_days;
  if (rows.size() >= kLeastSeedsForIntervals) {
    const auto interval = stats::bootstrap_mean(times(rows), bootstrap_options());
    summary.ttd_ci_low = interval.low;
    summary.ttd_ci_high = interval.high;
  }
}

/// In how many more windows the placebo had requests until it was noticed than the campaign. Not by the clock: a coin
/// tossed anew in each window that differs finds whichever of the two touches more windows a day. One that was never
/// noticed is known to need more windows than it has, and no more than that.
double windows_sooner(const Row& row) {
  const double sooner = static_cast<double>(row.placebo_windows_touched) - static_cast<double>(row.windows_touched);
  if (row.detected && row.placebo_detected) return sooner;
  if (row.detected) return std::max(0.0, sooner);
  return row.placebo_detected ? std::min(0.0, sooner) : 0;
}

/// Whether as many placebos as campaigns are "found": within a week, as reports print it, or in the next longer time in
/// which either is. Where neither ever is, the times decide.
bool finds_placebo_as_often(const Summary& s) {
  for (const auto& [campaign, placebo] : {std::pair{s.p_detect_7d, s.p_placebo_7d},
                                          {s.p_detect_30d, s.p_placebo_30d},
                                          {s.p_detect_horizon, s.p_placebo}}) {
    if (campaign > 0 || placebo > 0) return placebo >= campaign;
  }
  return false;
}

/// Whether the campaign is noticed more often, and sooner, than as much ordinary traffic.
void set_placebo(Summary& summary, const std::vector<Row>& rows) {
  std::vector<double> sooner;
  for (const Row& row : rows) {
    sooner.push_back(windows_sooner(row));
    summary.placebo_ttd_days_rmst += row.placebo_ttd_days / static_cast<double>(rows.size());
  }
  summary.placebo_test_p = stats::wilcoxon_signed_rank(sooner).greater;
  const bool sooner_enough =
      rows.size() < kLeastSeedsForPlaceboTest ? stats::mean(sooner) > 0 : summary.placebo_test_p <= kPlaceboTestLevel;
  summary.placebo_mark = !sooner_enough || finds_placebo_as_often(summary);
}

/// Realised false alerts, their exact bound, and whether they agree with what calibration promised.
void set_noise(Summary& summary, const SummaryKey& key, const std::vector<Row>& rows,
               const std::vector<WorldRecord>& runs) {
  std::uint64_t episodes = 0;
  double days = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    episodes += rows[i].false_alerts;
    days += static_cast<double>(runs[i].plan.windows - runs[i].plan.warm_up_windows) * kOneWindowDays;
  }
  summary.false_alerts_per_day = static_cast<double>(episodes) / days;
  summary.false_alerts_upper = stats::poisson_upper(episodes, days);
  if (key.track == Track::calibrated && key.calibration.days > 0) {
    summary.budget_test_p =
        stats::compare_rates(key.calibration.episodes, key.calibration.days, episodes, days).two_sided;
    summary.budget_mark = summary.budget_test_p < kBudgetTestLevel;
  }
}

Mark worst(const std::vector<Row>& rows) {
  Mark mark = Mark::none;
  for (const Row& row : rows) mark = std::max(mark, row.mark);
  return mark;
}

const Summary* find(const std::vector<Summary>& list, const std::string& detector, double budget) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Summary& s) {
    return s.detector == detector && s.budget_per_day == budget && s.track == Track::calibrated;
  });
  return at == list.end() ? nullptr : &*at;
}

std::vector<double> times_of(const std::vector<Row>& rows, const std::string& detector, double budget) {
  std::vector<double> list;
  for (const Row& row : rows) {
    if (row.detector == detector && row.budget_per_day == budget && row.track == Track::calibrated)
      list.push_back(row.ttd_days);
  }
  return list;
}

}  // namespace

Summary summarise(const SummaryKey& key, const std::vector<Row>& rows, const std::vector<WorldRecord>& runs,
                  const ScoringInput& input) {
  Summary summary;
  const Row& first = rows.front();
  summary.detector = first.detector;
  summary.kind = key.kind;
  summary.tier = first.tier;
  summary.budget_per_day = first.budget_per_day;
  summary.track = key.track;
  summary.seeds = rows.size();
  summary.counts_only = key.counts_only;
  set_detection(summary, rows, input.horizon_days);
  set_noise(summary, key, rows, runs);
  for (const Row& row : rows) {
    summary.records_exposed_mean += static_cast<double>(row.records_exposed) / static_cast<double>(rows.size());
    summary.records_spared_mean += static_cast<double>(row.records_spared) / static_cast<double>(rows.size());
    for (std::size_t f = 0; f < kDataFields; ++f) {
      summary.exposed_by_field_mean.accounts[f] +=
          static_cast<double>(row.exposed_by_field[f]) / static_cast<double>(rows.size());
    }
  }
  if (key.kind == "detector" || key.kind == "control") set_placebo(summary, rows);
  summary.scale_limited = key.by_source && runs.front().plan.campaign_sources < kScaleLimitedSources;
  summary.mark = worst(rows);
  const auto noted = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return !row.note.empty(); });
  if (noted != rows.end()) summary.note = noted->note;
  return summary;
}

void compare_with_oracle(StudyResult& result) {
  for (Summary& summary : result.summary) {
    const Summary* oracle = find(result.summary, kOracleVolume, summary.budget_per_day);
    const bool comparable = oracle != nullptr && oracle->mark == Mark::none && summary.mark == Mark::none &&
                            summary.track == Track::calibrated && summary.detector != "oracle-entity";
    if (!comparable) continue;
    summary.optimality_gap =
        std::max(summary.ttd_days_rmst, kOneWindowDays) / std::max(oracle->ttd_days_rmst, kOneWindowDays);
    if (!summary.counts_only || summary.detector == kOracleVolume) continue;
    const auto mine = times_of(result.rows, summary.detector, summary.budget_per_day);
    const auto best = times_of(result.rows, kOracleVolume, summary.budget_per_day);
    const auto interval = stats::bootstrap_paired_difference(mine, best, bootstrap_options());
    Comparison comparison{summary.detector, kOracleVolume, summary.budget_per_day, interval.estimate, {}, {}};
    if (mine.size() >= kLeastSeedsForIntervals) {
      comparison.ci_low = interval.low;
      comparison.ci_high = interval.high;
    }
    result.comparisons.push_back(comparison);
  }
}

}  // namespace dwell::run
