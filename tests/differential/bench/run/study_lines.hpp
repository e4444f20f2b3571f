#pragma once
// What a study found, as text that can be compared.

#include <fmt/format.h>

#include <map>
#include <string>

#include "bench/run/study.hpp"

namespace dwell::run::test {

/// Rows and summaries as text, by detector, budget, track and seed.
inline std::map<std::string, std::string> lines_of(const StudyResult& result) {
  std::map<std::string, std::string> lines;
  for (const Row& r : result.rows) {
    lines[fmt::format("{} {} {} {}", r.detector, r.budget_per_day, static_cast<int>(r.track), r.seed)] =
        fmt::format("{} {} {} {} {} {} [{}] {} {} {} {} {} {}", r.threshold.value_or(-1), r.detected, r.ttd_days,
                    r.probe, r.entity, r.records_exposed, fmt::join(r.exposed_by_field, " "), r.records_spared,
                    r.false_alerts, r.placebo_detected, r.placebo_ttd_days, static_cast<int>(r.mark), r.note);
  }
  for (const Summary& s : result.summary) {
    lines[fmt::format("summary {} {} {}", s.detector, s.budget_per_day, static_cast<int>(s.track))] = fmt::format(
        "{} {} {} {} {} {} {} {} {}", s.seeds, s.ttd_days_median, s.ttd_days_rmst, s.p_detect_1d, s.p_placebo,
        s.records_exposed_mean, s.false_alerts_per_day, s.optimality_gap.value_or(-1), s.placebo_test_p);
  }
  lines["digest"] = result.manifest.event_digest;
  return lines;
}

}  // namespace dwell::run::test
