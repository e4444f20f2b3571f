#include "detectors/statistics/run_length_posterior.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kLeastProbability = 1e-290;  // far from denormals, and from 0, whose logarithm is no score
}

RunLengthPosterior::RunLengthPosterior(const RunLengthOptions& options)
    : options_(options), precision_(1 / (options.prior_sd * options.prior_sd)), born_{0}, probability_{1}, sum_{0} {
  DWELL_DEMAND(options.most_runs >= 8, "neighbours on both sides of what is recent are held");
  for (auto* column : {&probability_, &sum_}) column->reserve(options.most_runs + 1);
  born_.reserve(options.most_runs + 1);
}

void RunLengthPosterior::step(double x) {
  const std::size_t runs = born_.size();
  fit_.resize(runs);
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < runs; ++i) {
    const double q = precision_ + static_cast<double>(seen_ - born_[i]);
    const double distance = x - sum_[i] / q;
    const double inverse_variance = q / (q + 1);
    fit_[i] = -0.5 * distance * distance * inverse_variance;
    best = std::max(best, fit_[i]);
    probability_[i] *= det_sqrt(inverse_variance);
    sum_[i] += x;
  }
  // Densities relative to the best exponent: a point far from everything still leaves something of each.
  double total = 0;
  for (std::size_t i = 0; i < runs; ++i) total += probability_[i] *= det_exp(fit_[i] - best);
  const double grown = (1 - options_.hazard) / total;
  for (double& probability : probability_) probability = std::max(kLeastProbability, probability * grown);
  ++seen_;
  born_.push_back(seen_);
  probability_.push_back(options_.hazard);
  sum_.push_back(0);
  if (born_.size() > options_.most_runs) merge_least();
}

void RunLengthPosterior::merge_least() {
  std::size_t first = 0;  // of the pair
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 2 < born_.size(); ++i) {
    const double smaller = std::min(probability_[i], probability_[i + 1]);
    if (smaller >= least || is_recent(i) != is_recent(i + 1)) continue;
    least = smaller;
    first = i;
  }
  const bool keeps_first = probability_[first] >= probability_[first + 1];
  probability_[keeps_first ? first : first + 1] += least;
  const auto at = static_cast<std::ptrdiff_t>(keeps_first ? first + 1 : first);
  probability_.erase(probability_.begin() + at);
  born_.erase(born_.begin() + at);
  sum_.erase(sum_.begin() + at);
}

std::vector<RunLengthPosterior::Run> RunLengthPosterior::posterior() const {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < born_.size(); ++i) runs.push_back({seen_ - born_[i], probability_[i]});
  return runs;
}

double RunLengthPosterior::evidence_of_change() const {
  if (seen_ < options_.recent) return 0;
  double unchanged = 0;
  for (std::size_t i = 0; i < born_.size() && !is_recent(i); ++i) unchanged += probability_[i];
  return std::max(0.0, -det_log(unchanged));
}

double RunLengthPosterior::mean() const {
  double mean = 0;
  for (std::size_t i = 0; i < born_.size(); ++i) {
    mean += probability_[i] * sum_[i] / (precision_ + static_cast<double>(seen_ - born_[i]));
  }
  return mean;
}

void RunLengthPosterior::save(ByteWriter& writer) const {
  writer.put(seen_);
  writer.put_vector(born_);
  writer.put_vector(probability_);
  writer.put_vector(sum_);
}

void RunLengthPosterior::restore(ByteReader& reader) {
  const auto seen = reader.get<std::uint64_t>();
  std::vector<std::uint64_t> born = reader.get_vector<std::uint64_t>();
  std::vector<double> probability = reader.get_vector<double>();
  std::vector<double> sum = reader.get_vector<double>();
  const std::size_t runs = born.size();
  if (runs == 0 || runs > options_.most_runs || probability.size() != runs || sum.size() != runs) return reader.fail();
  seen_ = seen;
  born_ = std::move(born);
  probability_ = std::move(probability);
  sum_ = std::move(sum);
}

}  // namespace dwell::detect
