#pragma once
// A sensitivity study as a table and as a document.

#include <string>
#include <vector>

#include "bench/report/text.hpp"
#include "bench/run/sensitivity.hpp"

namespace dwell::report {

inline constexpr std::string_view kSensitivityResultsSchema = "dwell.sensitivity-results/1";

/// Two lines a parameter, for its low and its high value: the change of each detector's mean time to detect, and how
/// far the ranking of all agrees. `detectors` are the columns, in order; those the study did not score are left out,
/// and so is what no page of 80 columns holds. Ends with the legend.
std::string sensitivity_page(const run::SensitivityResult& result, const std::vector<std::string>& detectors,
                             const Style& style);

/// Everything the study found, one key for each member of the result; wall time apart a pure function of scenario,
/// plan, seed, scale and version.
std::string sensitivity_json(const run::SensitivityResult& result);

}  // namespace dwell::report
