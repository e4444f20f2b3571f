#pragma once
// Every key of a results document, described once: writing, reading and the JSON Schema share this table. Inside
// bench/report.

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/result.hpp"

namespace dwell::report {

inline constexpr std::string_view kResultsSchema = "dwell.results/1";

/// Names of the enumerations in order of value; found by the type of the argument. The last tier is run::kNoLogs.
inline constexpr std::array<std::string_view, 5> kTierNames = {"T0", "T1", "T2", "T3", "-"};
static_assert(static_cast<std::size_t>(run::kNoLogs) + 1 == kTierNames.size());
inline constexpr std::array<std::string_view, 2> kTrackNames = {"calibrated", "field"};
inline constexpr std::array<std::string_view, 5> kMarkNames = {"none", "not_calibratable", "over_budget", "overflow",
                                                               "crashed"};
constexpr const auto& names_of(detect::Tier) { return kTierNames; }
constexpr const auto& names_of(run::Track) { return kTrackNames; }
constexpr const auto& names_of(run::Mark) { return kMarkNames; }

/// What a number may be; bounds may depend on the document's own horizon.
struct Range {
  static constexpr double kNone = std::numeric_limits<double>::infinity();
  double least = -kNone, most = kNone;
  double least_horizons = 0, most_horizons = 0;  ///< when not 0, the bound is this many horizons
};
inline constexpr Range kAnyNumber;
inline constexpr Range kNotNegative{.least = 0};
inline constexpr Range kShare{.least = 0, .most = 1};
inline constexpr Range kWithinHorizon{.least = 0, .most_horizons = 1};
inline constexpr Range kDifference{.least_horizons = -1, .most_horizons = 1};

/// A row as written: it repeats the scenario's name, so that rows of several documents can be put together.
struct RowLine {
  std::string scenario;
  run::Row row;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    auto& r = self.row;
    visit("scenario", self.scenario, "name of the scenario");
    visit("detector", r.detector, "name of the detector");
    visit("tier", r.tier, "logs it needs; \"-\": none, an outcome or an oracle that knows the campaign's rows");
    visit("seed", r.seed, "evaluation seed");
    visit("budget_per_day", r.budget_per_day, "alerts a day the threshold was set for", kNotNegative);
    visit("track", r.track, "threshold from calibration seeds, or from the run's own warm-up");
    visit("threshold", r.threshold, "null when there is none");
    visit("detected", r.detected, "within the horizon, attributed to the campaign");
    visit("ttd_days", r.ttd_days, "days from onset to detection; the horizon when not detected", kWithinHorizon);
    visit("probe", r.probe, "detected by a test read before the first phase");
    visit("records_exposed", r.records_exposed, "accounts with at least one field returned until containment");
    visit("records_spared", r.records_spared, "accounts spared against the undetected campaign");
    visit("false_alerts", r.false_alerts, "episodes on the clean twin");
    visit("false_alerts_per_day", r.false_alerts_per_day, "the same a day", kNotNegative);
    visit("entity", r.entity, "what the alert pointed at; empty when not detected");
    visit("placebo_detected", r.placebo_detected, "the same on ordinary extra traffic");
    visit("placebo_ttd_days", r.placebo_ttd_days, "the same clock there; the horizon when nothing was \"detected\"",
          kWithinHorizon);
    visit("windows_touched", r.windows_touched,
          "windows with requests of the campaign until detection; else all it has");
    visit("placebo_windows_touched", r.placebo_windows_touched, "the same of the placebo");
    visit("mark", r.mark, "what a reader must know");
    visit("note", r.note, "in words; empty when there is nothing to say");
  }
};

/// A comparison as written: inside the summary line of its first detector.
struct AgainstLine {
  run::Comparison comparison;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    auto& c = self.comparison;
    visit("with", c.b, "the other detector, same budget");
    visit("difference_days", c.difference_days, "mean over seeds of this one's time to detect minus the other's",
          kDifference);
    visit("ci_low", c.ci_low, "95 % by bootstrap; null under ten seeds", kDifference);
    visit("ci_high", c.ci_high, "95 % by bootstrap; null under ten seeds", kDifference);
  }
};

struct SummaryLine {
  run::Summary summary;
  std::vector<AgainstLine> compared;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    auto& s = self.summary;
    visit("detector", s.detector, "name");
    visit("kind", s.kind, "detector, control, oracle or outcome");
    visit("tier", s.tier, "logs it needs; \"-\": none, an outcome or an oracle that knows the campaign's rows");
    visit("budget_per_day", s.budget_per_day, "alerts a day the threshold was set for", kNotNegative);
    visit("track", s.track, "threshold from calibration seeds, or from the run's own warm-up");
    visit("seeds", s.seeds, "evaluation seeds");
    visit(
        "ttd_days_median", s.ttd_days_median,
        "Kaplan and Meier's median: the time by which half of the runs had noticed (of an even number half-way between "
        "the two in the middle); the horizon when fewer ever did",
        kWithinHorizon);
    visit("ttd_days_rmst", s.ttd_days_rmst, "mean time to detect, undetected runs counting as the horizon",
          kWithinHorizon);
    visit("ttd_ci_low", s.ttd_ci_low, "95 % of the mean; null under ten seeds", kWithinHorizon);
    visit("ttd_ci_high", s.ttd_ci_high, "95 % of the mean; null under ten seeds", kWithinHorizon);
    visit("p_detect_1h", s.p_detect_1h, "share of runs detected within an hour", kShare);
    visit("p_detect_1d", s.p_detect_1d, "within a day", kShare);
    visit("p_detect_7d", s.p_detect_7d, "within seven days", kShare);
    visit("p_detect_30d", s.p_detect_30d, "within thirty days", kShare);
    visit("p_detect_horizon", s.p_detect_horizon, "within the horizon", kShare);
    visit("p_placebo_1d", s.p_placebo_1d, "share of placebo runs \"detected\" within a day", kShare);
    visit("p_placebo_7d", s.p_placebo_7d, "within seven days", kShare);
    visit("p_placebo_30d", s.p_placebo_30d, "within thirty days", kShare);
    visit("p_placebo", s.p_placebo, "within the horizon", kShare);
    visit("placebo_ttd_days_rmst", s.placebo_ttd_days_rmst, "mean time to an alarm at the placebo", kWithinHorizon);
    visit("placebo_test_p", s.placebo_test_p,
          "signed-rank test that fewer windows of the campaign than of the placebo pass unnoticed", kShare);
    visit("share_of_horizon_saved", s.share_of_horizon_saved, "1 - mean time to detect / horizon", kShare);
    visit("records_exposed_mean", s.records_exposed_mean, "accounts exposed until containment", kNotNegative);
    visit("records_spared_mean", s.records_spared_mean, "accounts spared", kNotNegative);
    visit("exposed_by_field_mean", s.exposed_by_field_mean, "accounts exposed until containment, by data field");
    visit("false_alerts_per_day", s.false_alerts_per_day, "realised on clean evaluation runs", kNotNegative);
    visit("false_alerts_upper", s.false_alerts_upper, "exact 95 % Poisson upper bound", kNotNegative);
    visit("budget_test_p", s.budget_test_p, "conditional binomial test of calibration against evaluation", kShare);
    visit("budget_mark", s.budget_mark, "that test fails at 1 %");
    visit("placebo_mark", s.placebo_mark,
          "not better than placebo: found no more often, or that test misses 5 % (under five seeds: the mean)");
    visit("counts_only", s.counts_only, "judges by page counts alone, so the volume oracle bounds it");
    visit("scale_limited", s.scale_limited, "judged per source with fewer than 20 campaign sources");
    visit("optimality_gap", s.optimality_gap, "mean time to detect over the volume oracle's", kNotNegative);
    visit("mark", s.mark, "what a reader must know");
    visit("note", s.note, "in words; empty when there is nothing to say");
    visit("compared", self.compared, "paired comparisons with other detectors");
  }
};

template <class Self, class Visitor>
void describe(Self& m, Visitor& visit) requires std::is_same_v<std::remove_const_t<Self>, run::Manifest> {
  visit("scenario", m.scenario, "name of the scenario");
  visit("scenario_title", m.scenario_title, "one line");
  visit("scenario_digest", m.scenario_digest, "of the scenario in canonical form, overrides included");
  visit("baseline", m.baseline, "reading of when it began and how long it lasted");
  visit("key_use", m.key_use, "whether the insider's key also signed legitimate tokens");
  visit("scale", m.scale, "share of members, background and campaign volume");
  visit("base_seed", m.base_seed, "seed given");
  visit("calibration_seeds", m.calibration_seeds, "seeds thresholds were set on");
  visit("evaluation_seeds", m.evaluation_seeds, "seeds rows come from");
  visit("version", m.version, "of Dwell");
  visit("revision", m.revision, "of the source");
  visit("compiler", m.compiler, "name and version");
  visit("schema_digest", m.schema_digest, "of the telemetry schema");
  visit("event_digest", m.event_digest, "over all events of all runs");
  visit("members", m.members, "simulated");
  visit("shards", m.shards, "logical processes members are spread over");
  visit("sources", m.sources, "campaign source addresses simulated");
  visit("events", m.events, "page events of all runs");
  visit("campaign_requests", m.campaign_requests, "mean of the evaluation runs");
  visit("campaign_log_share", m.campaign_log_share, "of the log lines while it lasts; mean of the evaluation runs",
        kNotNegative);
  visit("warm_up_days", m.warm_up_days, "learnt from, not scored", kNotNegative);
  visit("horizon_days", m.horizon_days, "scored from onset", kNotNegative);
  visit("containment_hours", m.containment_hours, "from detection to the last record lost", kNotNegative);
  visit("partial", m.partial, "stopped early: only finished seeds are in it");
}

template <class Self, class Visitor>
void describe(Self& means, Visitor& visit) requires std::is_same_v<std::remove_const_t<Self>, run::FieldMeans> {
  for (std::size_t f = 0; f < kDataFields; ++f)
    visit(kDataFieldNames[f], means.accounts[f], "accounts of which it was returned legibly", kNotNegative);
}

template <class Self, class Visitor>
void describe(Self& c, Visitor& visit) requires std::is_same_v<std::remove_const_t<Self>, run::DetectorCost> {
  visit("detector", c.detector, "name");
  visit("ns_per_event", c.ns_per_event, "observe and close, per access row of the clean view", kNotNegative);
  visit("state_bytes", c.state_bytes, "peak");
}

template <class Self, class Visitor>
void describe(Self& t, Visitor& visit) requires std::is_same_v<std::remove_const_t<Self>, run::Timing> {
  visit("wall_s", t.wall_s, "seconds in all", kNotNegative);
  visit("build_s", t.build_s, "seconds to assemble the worlds", kNotNegative);
  visit("events_per_s", t.events_per_s, "page events a second", kNotNegative);
  visit("cpu_s", t.cpu_s, "processor seconds", kNotNegative);
  visit("generation_ns_per_event", t.generation_ns_per_event,
        "cost of traffic alone, of all threads of a run, waiting ones too", kNotNegative);
  visit("peak_rss_bytes", t.peak_rss_bytes, "peak resident memory");
  visit("detectors", t.detectors, "cost of each detector");
}

template <class Self, class Visitor>
void describe(Self& m, Visitor& visit) requires std::is_same_v<std::remove_const_t<Self>, run::Machine> {
  visit("threads", m.threads, "used");
  visit("processors", m.processors, "present");
  visit("processor", m.processor, "model");
}

template <class Self, class Visitor>
void describe(Self& line, Visitor& visit) requires requires {
  std::remove_const_t<Self>::describe(line, visit);
}
{ std::remove_const_t<Self>::describe(line, visit); }

/// The whole document as described lines.
struct Document {
  std::string schema{kResultsSchema};
  run::Manifest manifest;
  std::vector<RowLine> rows;
  std::vector<SummaryLine> summary;
  run::Timing timing;
  run::Machine machine;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("schema", self.schema, "dwell.results/1");
    visit("manifest", self.manifest, "what was run; a function of scenario, seed and version");
    visit("rows", self.rows, "one line per detector, evaluation seed, budget and track");
    visit("summary", self.summary, "one line per detector, budget and track");
    visit("timing", self.timing, "differs between two runs of the same input");
    visit("machine", self.machine, "differs between two machines");
  }
};

}  // namespace dwell::report
