#include "detectors/statistics/peaks_over_threshold.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr std::size_t kFitEvery = 8;  // a share of the peaks known
}

PeaksOverThreshold::PeaksOverThreshold(const PeaksOptions& options) : options_(options), log_q_(det_log(options.q)) {
  DWELL_DEMAND(options.init >= 2 && options.most_peaks >= 8, "a tail is fitted to some values");
  first_.reserve(options.init);
}

PeaksOverThreshold::Judgement PeaksOverThreshold::step(double x) {
  if (!calibrated()) {
    first_.push_back(x);
    if (++seen_ == options_.init) calibrate();
    return {};
  }
  if (x <= threshold_) {
    ++seen_;
    return {};
  }
  const double excess = x - threshold_;
  const double share = static_cast<double>(std::max<std::uint64_t>(1, above_)) / static_cast<double>(seen_);
  const double log_p = det_log(share) + tail_.log_survival(excess);
  if (log_p < log_q_) return {-log_p, true};
  ++seen_;
  add_peak(excess);
  if (--until_fit_ == 0) fit();
  return {-log_p, false};
}

void PeaksOverThreshold::calibrate() {
  std::vector<double> values = std::exchange(first_, {});
  const auto at = static_cast<std::ptrdiff_t>(options_.level * static_cast<double>(values.size()));
  std::vector<double> sorted = values;
  std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
  threshold_ = sorted[static_cast<std::size_t>(at)];
  peaks_.reserve(options_.most_peaks);
  for (const double x : values) {
    if (x > threshold_) add_peak(x - threshold_);
  }
  fit();
}

void PeaksOverThreshold::add_peak(double excess) {
  if (peaks_.size() < options_.most_peaks) {
    peaks_.push_back(excess);
  } else {
    peaks_[above_ % options_.most_peaks] = excess;
  }
  ++above_;
}

void PeaksOverThreshold::fit() {
  tail_ = fit_pareto_tail(peaks_);
  until_fit_ = std::max<std::uint64_t>(1, peaks_.size() / kFitEvery);
}

void PeaksOverThreshold::save(ByteWriter& writer) const {
  writer.put(seen_);
  writer.put(above_);
  writer.put(until_fit_);
  writer.put(threshold_);
  writer.put(tail_.gamma);
  writer.put(tail_.sigma);
  writer.put_vector(first_);
  writer.put_vector(peaks_);
}

void PeaksOverThreshold::restore(ByteReader& reader) {
  seen_ = reader.get<std::uint64_t>();
  above_ = reader.get<std::uint64_t>();
  until_fit_ = reader.get<std::uint64_t>();
  threshold_ = reader.get<double>();
  tail_.gamma = reader.get<double>();
  tail_.sigma = reader.get<double>();
  first_ = reader.get_vector<double>();
  peaks_ = reader.get_vector<double>();
  if (first_.size() > options_.init || peaks_.size() > options_.most_peaks) reader.fail();
}

}  // namespace dwell::detect
