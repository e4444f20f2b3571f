#include "bench/stream/evaluation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "sim/core/check.hpp"

namespace dwell::stream {
namespace {

// Sign, exponent and nine bits of the mantissa: bins are 2^-9 of their score wide at most.
constexpr unsigned kBinBits = 21;

template <class Rows>
void sort_by_score(Rows& rows) {
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.score < b.score; });
}

}  // namespace

std::size_t Evaluator::bin_of(double score) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(score);
  // Bits that order as the numbers do.
  const std::uint64_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return ordered >> (64 - kBinBits);
}

void Evaluator::count(const Scored& row) {
  Bin& bin = bins_[bin_of(row.score)];
  if (bin.labelled + bin.others == 0) {
    bin.first = row.score;
  } else if (bin.first != row.score) {
    bin.first = std::numeric_limits<double>::quiet_NaN();
  }
  ++(row.span != 0 ? bin.labelled : bin.others);
}

void Evaluator::prune() {
  // One more than may alert: its score is the threshold.
  const auto keep = static_cast<std::ptrdiff_t>(most_alerts_ + 1);
  std::nth_element(kept_.begin(), kept_.begin() + keep - 1, kept_.end(), [](const Scored& a, const Scored& b) {
    if (a.score != b.score) return a.score > b.score;
    return a.span != b.span ? a.span < b.span : a.delay < b.delay;
  });
  kept_.resize(most_alerts_ + 1);
}

void Evaluator::add(double score, bool labelled, double at, bool joins) {
  DWELL_DEMAND(score == score, "a detector scored a row with NaN");
  ++rows_;
  Scored row{score + 0.0, 0, 0};  // -0 and 0 are the same score
  if (labelled) {
    ++labelled_;
    if (!joins || spans_ == 0) {
      ++spans_;
      span_begin_ = at;
      if (listed_.size() < kListedSpans) listed_.push_back({at, at});
    } else if (spans_ == listed_.size()) {
      listed_.back().end = at;
    }
    row.span = spans_;
    row.delay = at - span_begin_;
  }
  if (kept_.size() == exact_rows_) {
    if (bins_.empty()) {
      bins_.resize(std::size_t{1} << kBinBits);
      for (const Scored& earlier : kept_) count(earlier);
    }
    prune();
  }
  if (!bins_.empty()) count(row);
  kept_.push_back(row);
}

void Evaluator::exact_auc(Evaluation& out) const {
  std::vector<Scored> rows = kept_;
  sort_by_score(rows);
  std::uint64_t twice = 0, others_below = 0;
  for (std::size_t i = 0; i < rows.size();) {
    std::uint64_t tied = 0, labelled = 0;
    const double score = rows[i].score;
    for (; i < rows.size() && rows[i].score == score; ++i) ++(rows[i].span != 0 ? labelled : tied);
    twice += labelled * (2 * others_below + tied);
    others_below += tied;
  }
  out.auc = static_cast<double>(twice) / 2 / static_cast<double>(labelled_) / static_cast<double>(others_below);
}

void Evaluator::binned_auc(Evaluation& out) const {
  double pairs = 0, unsure = 0, others_below = 0;
  for (const Bin& bin : bins_) {
    const auto labelled = static_cast<double>(bin.labelled), others = static_cast<double>(bin.others);
    pairs += labelled * (others_below + others / 2);
    if (bin.first != bin.first) unsure += labelled * others / 2;
    others_below += others;
  }
  const double all = static_cast<double>(labelled_) * others_below;
  out.auc = pairs / all;
  out.auc_error = unsure / all;
}

void Evaluator::judge_alerts(Evaluation& out) const {
  std::vector<Scored> rows = kept_;
  std::size_t end = rows.size();
  if (out.budget < rows.size()) {
    const auto at = static_cast<std::ptrdiff_t>(out.budget);
    std::nth_element(rows.begin(), rows.begin() + at, rows.end(),
                     [](const Scored& a, const Scored& b) { return a.score > b.score; });
    out.threshold = rows[out.budget].score;
    end = out.budget;
  }
  std::vector<Scored> hits;
  for (std::size_t i = 0; i < end; ++i) {
    if (out.threshold && rows[i].score <= *out.threshold) continue;
    ++out.alerts;
    if (rows[i].span != 0) hits.push_back(rows[i]);
  }
  if (out.alerts != 0) out.precision = static_cast<double>(hits.size()) / static_cast<double>(out.alerts);
  std::sort(hits.begin(), hits.end(),
            [](const Scored& a, const Scored& b) { return a.span != b.span ? a.span < b.span : a.delay < b.delay; });
  double sum = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (i > 0 && hits[i].span == hits[i - 1].span) continue;
    ++out.spans_alerted;
    sum += hits[i].delay;
    if (hits[i].span <= out.listed.size()) out.listed[hits[i].span - 1].delay = hits[i].delay;
  }
  if (out.spans_alerted != 0) out.delay = sum / static_cast<double>(out.spans_alerted);
}

Evaluation Evaluator::finish(std::uint64_t alerts) const {
  Evaluation out;
  out.rows = rows_;
  out.labelled = labelled_;
  out.budget = std::min<std::uint64_t>(alerts, most_alerts_);
  out.spans = spans_;
  out.listed = listed_;
  if (labelled_ != 0 && labelled_ != rows_) {
    if (bins_.empty()) {
      exact_auc(out);
    } else {
      binned_auc(out);
    }
  }
  judge_alerts(out);
  return out;
}

}  // namespace dwell::stream
