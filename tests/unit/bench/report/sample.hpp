#pragma once
// A small study made by hand, for tests of reports.

#include "bench/run/result.hpp"

namespace dwell::test {

inline constexpr double kBudgets[] = {1.0, 1.0 / 7, 1.0 / 30};

inline run::Summary summary_line(const char* name, const char* kind, detect::Tier tier, double budget, double days) {
  run::Summary s;
  s.detector = name;
  s.kind = kind;
  s.tier = tier;
  s.budget_per_day = budget;
  s.seeds = 8;
  s.ttd_days_median = days;
  s.ttd_days_rmst = days;
  s.p_detect_horizon = days < 147 ? 1 : 0;
  s.share_of_horizon_saved = 1 - days / 147;
  s.records_spared_mean = 33'700 * s.share_of_horizon_saved;
  s.records_exposed_mean = 33'700 - s.records_spared_mean;
  s.exposed_by_field_mean.accounts = {s.records_exposed_mean, 0.5 * s.records_exposed_mean, 0, 0, 50, 0, 0};
  s.false_alerts_per_day = 0.9 * budget;
  s.false_alerts_upper = 1.1 * budget;
  s.placebo_mark = days >= 147;
  return s;
}

/// Two detectors (one needs more logs), a control, an oracle and the real outcome, at three budgets.
inline run::StudyResult sample_study() {
  run::StudyResult r;
  r.manifest = {.scenario = "sample",
                .scenario_title = "A sample – 쿠팡",
                .scenario_digest = "00000000deadbeef",
                .baseline = "founding",
                .key_use = "shared_production",
                .scale = "1/1000",
                .base_seed = 1,
                .calibration_seeds = {2000, 2002},
                .evaluation_seeds = {2001, 2003, 2005, 2007, 2009, 2011, 2013, 2015},
                .version = "0.1.0",
                .revision = "abc",
                .compiler = "GNU 12",
                .schema_digest = "1",
                .event_digest = "0123456789abcdef",
                .members = 33'700,
                .shards = 8,
                .sources = 2,
                .events = 850'000'000,
                .campaign_requests = 226'000,
                .campaign_log_share = 1.1e-3,
                .warm_up_days = 28,
                .horizon_days = 147,
                .containment_hours = 24,
                .partial = false};
  for (const double budget : kBudgets) {
    r.summary.push_back(summary_line("orphaned-key", "detector", detect::Tier::t2, budget, 0.5));
    r.summary.push_back(summary_line("ewma", "detector", detect::Tier::t0, budget, 12.25));
    r.summary.push_back(summary_line("never-alert", "control", detect::Tier::t0, budget, 147));
    r.summary.push_back(summary_line("oracle-volume", "oracle", detect::Tier::t0, budget, 0.125));
    r.summary.push_back(summary_line("real-outcome", "outcome", detect::Tier::t0, budget, 147));
    r.summary.back().p_detect_horizon = 1;
  }
  run::Row row;
  row.detector = "ewma";
  row.seed = 2001;
  row.budget_per_day = 1;
  row.threshold = 3.25;
  row.detected = true;
  row.ttd_days = 12.25;
  row.entity = "page address";
  r.rows.push_back(row);
  row.threshold.reset();
  row.detected = false;
  row.mark = run::Mark::crashed;
  row.note = "it said \"no\"\n";
  r.rows.push_back(row);
  r.comparisons.push_back({"ewma", "oracle-volume", 1.0, 12.125, {}, {}});
  r.comparisons.push_back({"ewma", "oracle-volume", 1.0 / 7, 12.125, 11.0, 13.0});
  r.timing.wall_s = 61.5;
  r.timing.events_per_s = 13.8e6;
  r.timing.peak_rss_bytes = 512'000'000;
  r.timing.detectors = {{"ewma", 1.25, 4096}, {"orphaned-key", 12.5, 1'500'000}};
  r.machine = {2, 2, "a processor"};
  return r;
}

}  // namespace dwell::test
