#pragma once
// The letters beside a figure that say what a reader must know of it, and what they stand for.

#include <string>
#include <vector>

#include "bench/report/text.hpp"
#include "bench/run/result.hpp"

namespace dwell::report {

/// Whether its detector failed, in the runs that are scored or in those its threshold would come from.
bool has_crashed(const run::Summary& s);
bool has_crashed(const run::Row& row);
/// Whether there are figures: a threshold was found, and the detector did not fail.
bool has_figures(const run::Summary& s);
/// The letters of a summary line, such as "ps"; what was never judged has the one letter that says why.
std::string marks_of(const run::Summary& s);
/// A line for each letter that `lines` use, in a fixed order; empty when there is none.
std::string explain_marks(const std::vector<const run::Summary*>& lines, const Style& style);

}  // namespace dwell::report
