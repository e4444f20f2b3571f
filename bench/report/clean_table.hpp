#pragma once
// What a study without a campaign shows: false alerts, and whether they keep to the budget.

#include <string>
#include <vector>

#include "bench/report/leaderboard.hpp"
#include "bench/report/text.hpp"

namespace dwell::report {

/// Whether there was nothing to notice in a study.
bool is_clean(const run::StudyResult& result);
/// False alerts a day of each contender at each budget, the figure they are below with 95 % certainty, and whether they
/// agree with the budget within chance (a letter of marks.hpp where that was never judged). `all` are those of one
/// track; oracles and outcomes, which say nothing without a campaign, are left out.
std::string clean_table(const std::vector<Contender>& all, const std::vector<double>& budgets, const Style& style);
/// How to read it.
std::string clean_legend();

}  // namespace dwell::report
