#pragma once
// The pages of a case study: what happened, what was simulated, what it means.

#include <string>

#include "bench/report/text.hpp"
#include "bench/run/result.hpp"
#include "sim/world/scenario.hpp"

namespace dwell::report {

/// Title, dated timeline with sources, and the readings of when it began, side by side: sources that disagree are
/// shown.
std::string case_timeline(const world::Scenario& scenario, const Style& style);

/// What was simulated: members, events, speed, seeds, digests.
std::string what_was_simulated(const run::StudyResult& result, const Style& style);

/// Timeline, leaderboard, what was simulated, where the results went (nothing when `results_file` is empty), and the
/// two closing sentences.
std::string case_study(const world::Scenario& scenario, const run::StudyResult& result, const std::string& results_file,
                       const Style& style);

/// The same without the timeline: for scenarios run by name and for results files.
std::string study_page(const run::StudyResult& result, const std::string& results_file, const Style& style);

}  // namespace dwell::report
