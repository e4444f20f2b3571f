#pragma once
// What a study means for somebody who runs a security team: two sentences, computed from the results.

#include <string>

#include "bench/run/result.hpp"

namespace dwell::report {

/// The detector with the least mean time to detect at a budget, among those that need no logs beyond `most`, detect at
/// all, are better than placebo, and keep their budget. nullptr when there is none.
const run::Summary* best_detector(const run::StudyResult& result, double budget_per_day, detect::Tier most);

/// Two sentences on one line: what the best detector would have saved in days and records against the real outcome; and
/// what it needs, what is left with less, and how far the figures carry. Holds when nothing was detected, when rows are
/// missing and when the run was stopped early.
std::string conclusion(const run::StudyResult& result);

}  // namespace dwell::report
