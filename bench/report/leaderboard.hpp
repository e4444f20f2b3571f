#pragma once
// The leaderboard: what each detector achieved at each alert budget, what it cost, and how to read it.

#include <cstddef>
#include <string>
#include <vector>

#include "bench/report/text.hpp"
#include "bench/run/result.hpp"

namespace dwell::report {

/// The summary lines of one detector on one track, by budget.
struct Contender {
  std::string name;
  std::string label;  ///< the name, without the file of a detector from outside where that tells it apart
  std::string kind;
  std::vector<const run::Summary*> by_budget;  ///< parallel to the budgets; nullptr when there is none
  const run::DetectorCost* cost = nullptr;     ///< nullptr when it was not measured
  bool crashed = false;                        ///< in every run, so that no figure tells anything of it
};

/// The budgets of a study, most alerts first.
std::vector<double> budgets_of(const run::StudyResult& result);
/// Everyone on a track, by mean time to detect at the first budget, then tier, false alerts, name. A line without
/// budget (the real outcome) stands for every budget.
std::vector<Contender> contenders(const run::StudyResult& result, run::Track track);

/// "1/day", "1/week", "1/month", or "0.5/day".
std::string budget_name(double per_day);
/// "one false alert a day"; for sentences.
std::string budget_words(double per_day);

/// Two tables (detection; records, noise and cost) for each track present, one of accounts exposed by data field, and
/// the legend of what they use; one table of false alerts where there was no campaign. Lines fit the page; an empty
/// study says so.
std::string leaderboard(const run::StudyResult& result, const Style& style);

}  // namespace dwell::report
