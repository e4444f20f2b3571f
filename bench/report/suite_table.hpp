#pragma once
// The detectors of several studies side by side: one column a scenario.

#include <span>
#include <string>

#include "bench/report/text.hpp"
#include "bench/run/result.hpp"

namespace dwell::report {

/// The median time to detect of each detector in each scenario at the budget of most alerts, on the calibrated track,
/// or, where too few clean days were run for a threshold, with those from each run's own warm-up, as is then said;
/// the share of the runs that noticed where most did not; false alerts a day where there was no campaign. Then its mean
/// rank by mean time to detect over the scenarios with one, ties sharing theirs, by which rows are ordered. A detector
/// that is missing in a scenario has an empty cell there and the last rank. Scenarios that do not fit the page side by
/// side come in further tables. Empty for fewer than two studies.
std::string suite_table(std::span<const run::StudyResult> results, const Style& style);

}  // namespace dwell::report
