#include "detectors/statistics/frequency_hypotheses.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kLeastShare = 1e-6;
}

FrequencyHypotheses::FrequencyHypotheses(const FrequencyOptions& options)
    : options_(options), log_share_(options.window + 1), counts_(options.bins) {
  DWELL_DEMAND(options.bins >= 2 && options.window >= 1 && options.range_values >= options.window,
               "a range is learnt from a window of values at least");
  DWELL_DEMAND(options.most_hypotheses >= 1, "a window is compared with something");
  for (std::uint32_t n = 0; n <= options.window; ++n) {
    log_share_[n] = det_log(n == 0 ? kLeastShare : n / static_cast<double>(options.window));
  }
}

double FrequencyHypotheses::step(double x) {
  if (seen_ >= options_.range_values) return judge(x);
  first_.push_back(x);
  if (++seen_ == options_.range_values) open_range();
  return 0;
}

void FrequencyHypotheses::open_range() {
  const std::vector<double> first = std::exchange(first_, {});
  low_ = *std::min_element(first.begin(), first.end());
  high_ = *std::max_element(first.begin(), first.end());
  if (!(high_ > low_)) high_ = low_ + 1;
  for (const double x : first) judge(x);
}

double FrequencyHypotheses::judge(double x) {
  const std::uint32_t bin = bin_of(x);
  ++counts_[bin];
  if (recent_.size() < options_.window) {
    recent_.push_back(bin);
    if (recent_.size() == options_.window) add_hypothesis();
    return 0;
  }
  --counts_[std::exchange(recent_[oldest_], bin)];
  oldest_ = oldest_ + 1 == options_.window ? 0 : oldest_ + 1;
  double own = 0;
  for (const std::uint32_t n : counts_) own += n * log_share_[n];
  double least = std::numeric_limits<double>::infinity();
  double least_established = least;
  std::size_t nearest = 0;
  const std::size_t bins = options_.bins;
  for (std::size_t i = 0; i < agreed_.size(); ++i) {
    double cross = 0;
    for (std::size_t b = 0; b < bins; ++b) cross += counts_[b] * log_share_[frequencies_[i * bins + b]];
    const double distance = std::max(0.0, 2 * (own - cross));
    if (agreed_[i] >= options_.established) least_established = std::min(least_established, distance);
    if (distance >= least) continue;
    least = distance;
    nearest = i;
  }
  if (least < options_.limit) {
    ++agreed_[nearest];
  } else {
    add_hypothesis();
  }
  return least_established < std::numeric_limits<double>::infinity() ? least_established : 0;
}

std::uint32_t FrequencyHypotheses::bin_of(double x) const {
  const double at = (x - low_) / ((high_ - low_) / options_.bins);
  const double most = options_.bins - 1;
  if (!(at > 0)) return 0;
  if (at > most) return options_.bins - 1;
  const auto below = static_cast<std::uint32_t>(at);
  return at > below ? below + 1 : below;
}

void FrequencyHypotheses::add_hypothesis() {
  const auto bins = static_cast<std::ptrdiff_t>(options_.bins);
  if (agreed_.size() == options_.most_hypotheses) {
    const auto rarest = std::min_element(agreed_.begin(), agreed_.end());
    const auto at = frequencies_.begin() + (rarest - agreed_.begin()) * bins;
    frequencies_.erase(at, at + bins);
    agreed_.erase(rarest);
  }
  agreed_.push_back(1);
  frequencies_.insert(frequencies_.end(), counts_.begin(), counts_.end());
}

void FrequencyHypotheses::save(ByteWriter& writer) const {
  writer.put(seen_);
  writer.put(oldest_);
  writer.put(low_);
  writer.put(high_);
  writer.put_vector(first_);
  writer.put_vector(recent_);
  writer.put_vector(agreed_);
  writer.put_vector(frequencies_);
}

void FrequencyHypotheses::restore(ByteReader& reader) {
  seen_ = reader.get<std::uint64_t>();
  oldest_ = reader.get<std::uint32_t>() % options_.window;
  low_ = reader.get<double>();
  high_ = reader.get<double>();
  first_ = reader.get_vector<double>();
  recent_ = reader.get_vector<std::uint32_t>();
  agreed_ = reader.get_vector<std::uint32_t>();
  frequencies_ = reader.get_vector<std::uint32_t>();
  const auto fits = [&] {
    const bool open = seen_ >= options_.range_values;
    const auto within = [](const std::vector<std::uint32_t>& of, std::uint32_t most) {
      return std::all_of(of.begin(), of.end(), [most](std::uint32_t value) { return value <= most; });
    };
    return recent_.size() == (open ? options_.window : 0) && within(recent_, options_.bins - 1) &&
           agreed_.size() <= options_.most_hypotheses && agreed_.empty() != open &&
           frequencies_.size() == agreed_.size() * options_.bins && within(frequencies_, options_.window);
  };
  if (!fits()) return reader.fail();
  std::fill(counts_.begin(), counts_.end(), 0U);
  for (const std::uint32_t bin : recent_) ++counts_[bin];
}

}  // namespace dwell::detect
