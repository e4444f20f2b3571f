#pragma once
// How well the scores of a labelled stream separate what is labelled, in one pass and bounded memory.
//   AUC        probability that a labelled row scores above an unlabelled one, ties counting one half (Mann–Whitney).
//              Exact up to kExactRows; beyond, rows are counted in bins of scores less than .2 % wide, and half the
//              pairs that share a bin of several scores bound the error.
//   precision  share of labelled rows among the alerts, at a budget of k alerts: an alert is a score above θ, θ the
//   least
//              that leaves at most k of them. Scores equal to θ are none, so a constant never alerts; 0 without alerts.
//   delay      from the first row of a labelled span to the first alert among its labelled rows.
// State: 24 bytes a row up to kExactRows, then 24 bytes a bin of two million beside the kMostAlerts + 1 highest rows.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dwell::stream {

inline constexpr std::size_t kExactRows = std::size_t{1} << 23;
inline constexpr std::size_t kMostAlerts = std::size_t{1} << 22;
/// Spans of which the delays are listed; beyond, they are counted.
inline constexpr std::size_t kListedSpans = 1000;

struct Span {
  double begin = 0, end = 0;      ///< of its first and its last labelled row
  std::optional<double> delay{};  ///< nothing: no alert
};

struct Evaluation {
  std::uint64_t rows = 0, labelled = 0;
  std::optional<double> auc;        ///< nothing when all rows are labelled alike
  double auc_error = 0;             ///< at most so far from the exact value; 0: exact
  std::uint64_t budget = 0;         ///< alerts allowed
  std::uint64_t alerts = 0;         ///< and raised
  std::optional<double> threshold;  ///< θ; nothing when every row alerts
  double precision = 0;
  std::uint64_t spans = 0, spans_alerted = 0;
  std::optional<double> delay;  ///< mean over the spans with an alert
  std::vector<Span> listed;
};

class Evaluator {
 public:
  /// `exact_rows` is kExactRows but in tests; at least 2 · most_alerts.
  explicit Evaluator(std::size_t exact_rows = kExactRows, std::size_t most_alerts = kMostAlerts)
      : exact_rows_(exact_rows), most_alerts_(most_alerts) {}

  /// Rows in order of `at`, in whatever unit delays are to have. A labelled row that `joins` belongs to the span of the
  /// last labelled one, any other begins a span.
  void add(double score, bool labelled, double at, bool joins);
  /// At a budget of `alerts`; at most kMostAlerts of them count.
  [[nodiscard]] Evaluation finish(std::uint64_t alerts) const;

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t labelled() const { return labelled_; }

 private:
  struct Scored {
    double score, delay;
    std::uint32_t span;  // from 1; 0: not labelled
  };
  struct Bin {
    double first = 0;  // score of its first row; NaN once there was another
    std::uint64_t labelled = 0, others = 0;
  };
  static std::size_t bin_of(double score);
  void count(const Scored& row);
  void prune();
  void exact_auc(Evaluation& out) const;
  void binned_auc(Evaluation& out) const;
  void judge_alerts(Evaluation& out) const;

  std::size_t exact_rows_, most_alerts_;
  std::vector<Scored> kept_;  // all rows, or the highest
  std::vector<Bin> bins_;     // empty while all rows are kept
  std::uint64_t rows_ = 0, labelled_ = 0;
  std::uint32_t spans_ = 0;
  double span_begin_ = 0;
  std::vector<Span> listed_;
};

}  // namespace dwell::stream
