#pragma once
// What `score-series` and `score-edges` are asked for.

#include "bench/cli/option_values.hpp"
#include "bench/stream/score.hpp"
#include "sim/core/result.hpp"

namespace dwell::cli {

struct StreamArguments {
  stream::SeriesColumns series;
  stream::EdgeColumns edges;
  stream::AlertBudget budget;
};

/// `budget_per_day`: what --budget says.
Status read_stream(const Values& values, double budget_per_day, StreamArguments& out);

}  // namespace dwell::cli
