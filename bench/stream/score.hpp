#pragma once
// A detector over somebody's own series or edges: one score a row, and with labels what the scores are worth.
//
// Rows are read once, in constant memory but for what the evaluation keeps (evaluation.hpp). Errors name file, line and
// column: a missing or unknown column, a field that is no number (or too large for one), times or ticks that go back, a
// file without rows, labels of more forms than two.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/stream/evaluation.hpp"
#include "detectors/api/stream.hpp"
#include "sim/core/result.hpp"

namespace dwell::stream {

/// Names of columns; empty: the first of a usual name (README.md), and of values all columns but the others.
struct SeriesColumns {
  std::string time, label;
  std::vector<std::string> values;
};
struct EdgeColumns {
  std::string source, destination, tick, label;
};

/// How many alerts the precision is judged at. Neither: one a day, and without times as many as rows are labelled.
struct AlertBudget {
  std::optional<double> per_day;      ///< times the days that the rows span, at least one; needs times
  std::optional<std::uint64_t> rows;  ///< so many
};

/// Takes the score of every row, in order. An error ends the run.
using Sink = std::function<Status(double score)>;
/// Share of the file that was read (0: not known), rows so far. False stops.
using Progress = std::function<bool(double done, std::uint64_t rows)>;

struct Outcome {
  bool finished = true;  ///< false: stopped by `progress`
  std::uint64_t rows = 0;
  std::vector<std::pair<std::string, std::string>> columns;  ///< role, name
  std::string unit;                                          ///< of delays: "s", "rows" or "ticks"
  double days = 0;                                           ///< that the rows span; 0 when they have no times
  std::optional<Evaluation> evaluation;                      ///< with a column of labels
};

using MakeSeries = std::function<std::unique_ptr<detect::SeriesDetector>(std::size_t columns)>;

Result<Outcome> score_series(const std::string& path, const SeriesColumns& columns, const AlertBudget& budget,
                             const MakeSeries& make, const Sink& sink, const Progress& progress = {});
Result<Outcome> score_edges(const std::string& path, const EdgeColumns& columns, const AlertBudget& budget,
                            detect::EdgeDetector& detector, const Sink& sink, const Progress& progress = {});

}  // namespace dwell::stream
