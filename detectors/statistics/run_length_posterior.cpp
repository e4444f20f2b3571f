#include "detectors/statistics/run_length_posterior.hpp"

#include <algorithm>
#include <limits>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kLeastProbability = 1e-290;  // far from denormals, and from 0, whose logarithm is no score
}

RunLengthPosterior::RunLengthPosterior(const RunLengthOptions& options)
    : options_(options),
      prior_precision_(1 / (options.prior_sd * options.prior_sd)),
      recent_precision_(prior_precision_ + static_cast<double>(options.recent) - 0.5),
      probability_{1},
      precision_{prior_precision_},
      mean_{0} {
  DWELL_DEMAND(options.most_runs >= 8, "neighbours on both sides of what is recent are held");
  for (auto* column : {&probability_, &precision_, &mean_, &fit_}) column->reserve(options.most_runs + 1);
}

void RunLengthPosterior::step(double x) {
  const std::size_t runs = probability_.size();
  fit_.resize(runs);
  double* const probability = probability_.data();
  double* const precision = precision_.data();
  double* const mean = mean_.data();
  double* const fit = fit_.data();
  for (std::size_t i = 0; i < runs; ++i) {
    const double more = precision[i] + 1;
    const double weight = 1 / more;
    const double inverse_variance = precision[i] * weight;
    const double distance = x - mean[i];
    fit[i] = -0.5 * distance * distance * inverse_variance;
    probability[i] *= det_sqrt(inverse_variance);
    mean[i] += distance * weight;
    precision[i] = more;
  }
  const double best = *std::max_element(fit_.begin(), fit_.end());
  // Densities relative to the best exponent: a point far from everything still leaves something of each.
  double total = 0;
  for (std::size_t i = 0; i < runs; ++i) total += probability[i] *= det_exp(fit[i] - best);
  const double grown = (1 - options_.hazard) / total;
  for (std::size_t i = 0; i < runs; ++i) probability[i] = std::max(kLeastProbability, probability[i] * grown);
  ++seen_;
  probability_.push_back(options_.hazard);
  precision_.push_back(prior_precision_);
  mean_.push_back(0);
  if (probability_.size() > options_.most_runs) merge_least();
}

void RunLengthPosterior::merge_least() {
  std::size_t first = 0;  // of the pair
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 2 < probability_.size(); ++i) {
    const double smaller = std::min(probability_[i], probability_[i + 1]);
    if (smaller >= least || is_recent(i) != is_recent(i + 1)) continue;
    least = smaller;
    first = i;
  }
  const bool keeps_first = probability_[first] >= probability_[first + 1];
  probability_[keeps_first ? first : first + 1] += least;
  const auto at = static_cast<std::ptrdiff_t>(keeps_first ? first + 1 : first);
  for (auto* column : {&probability_, &precision_, &mean_}) column->erase(column->begin() + at);
}

std::vector<RunLengthPosterior::Run> RunLengthPosterior::posterior() const {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < probability_.size(); ++i) {
    runs.push_back({static_cast<std::uint64_t>(length(i) + 0.5), probability_[i]});
  }
  return runs;
}

double RunLengthPosterior::evidence_of_change() const {
  if (seen_ < options_.recent) return 0;
  double unchanged = 0;
  for (std::size_t i = 0; i < probability_.size() && !is_recent(i); ++i) unchanged += probability_[i];
  return std::max(0.0, -det_log(unchanged));
}

double RunLengthPosterior::mean() const {
  double mean = 0;
  for (std::size_t i = 0; i < probability_.size(); ++i) mean += probability_[i] * mean_[i];
  return mean;
}

void RunLengthPosterior::save(ByteWriter& writer) const {
  writer.put(seen_);
  writer.put_vector(probability_);
  writer.put_vector(precision_);
  writer.put_vector(mean_);
}

void RunLengthPosterior::restore(ByteReader& reader) {
  const auto seen = reader.get<std::uint64_t>();
  const std::vector<double> probability = reader.get_vector<double>();
  const std::vector<double> precision = reader.get_vector<double>();
  const std::vector<double> mean = reader.get_vector<double>();
  const std::size_t runs = probability.size();
  if (runs == 0 || runs > options_.most_runs || precision.size() != runs || mean.size() != runs) return reader.fail();
  seen_ = seen;
  // Not moved in: the room for one more run stays.
  probability_.assign(probability.begin(), probability.end());
  precision_.assign(precision.begin(), precision.end());
  mean_.assign(mean.begin(), mean.end());
}

}  // namespace dwell::detect
