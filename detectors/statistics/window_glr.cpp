#include "detectors/statistics/window_glr.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/check.hpp"

namespace dwell::detect {

WindowGlr::WindowGlr(std::uint32_t window) : window_(window), half_inverse_(window + 1) {
  DWELL_DEMAND(window >= 1, "a window holds at least one step");
  // A group more than the window needs: what a new group overwrites has left the window.
  const std::uint32_t groups = (window + kGroup - 1) / kGroup + 1;
  sums_.resize(groups * kGroup);
  least_.resize(groups);
  for (std::uint32_t m = 1; m <= window; ++m) half_inverse_[m] = 0.5 / m;
}

double WindowGlr::step(double z) {
  remember();
  sum_ += z;
  ++steps_;
  const std::uint64_t oldest = steps_ > window_ ? steps_ - window_ : 0;
  double best = 0;
  // From the newest group back: a shift is rarely older than it takes to be seen.
  for (std::uint64_t last = steps_ - 1;;) {
    const std::uint64_t first = std::max(oldest, last / kGroup * kGroup);
    const double rise = sum_ - least_[first % sums_.size() / kGroup];
    if (rise > 0 && rise * rise * half_inverse_[steps_ - last] > best) best = best_in(first, last, best);
    if (first == oldest) return best;
    last = first - 1;
  }
}

/// S_k of the step that comes, k = steps_.
void WindowGlr::remember() {
  const std::size_t at = steps_ % sums_.size();
  if (at == 0) {
    // Sums of a long stream would lose the digits that their differences need.
    for (double& sum : sums_) sum -= sum_;
    for (double& least : least_) least -= sum_;
    sum_ = 0;
  }
  double& least = least_[at / kGroup];
  least = at % kGroup == 0 ? sum_ : std::min(least, sum_);
  sums_[at] = sum_;
}

double WindowGlr::best_in(std::uint64_t first, std::uint64_t last, double best) const {
  const double* const sums = sums_.data() + first % sums_.size();
  for (std::uint64_t k = first; k <= last; ++k) {
    const double rise = std::max(0.0, sum_ - sums[k - first]);
    best = std::max(best, rise * rise * half_inverse_[steps_ - k]);
  }
  return best;
}

void WindowGlr::save(ByteWriter& writer) const {
  writer.put(steps_);
  writer.put(sum_);
  writer.put_vector(sums_);
  writer.put_vector(least_);
}

void WindowGlr::restore(ByteReader& reader) {
  steps_ = reader.get<std::uint64_t>();
  sum_ = reader.get<double>();
  std::vector<double> sums = reader.get_vector<double>();
  std::vector<double> least = reader.get_vector<double>();
  if (sums.size() != sums_.size() || least.size() != least_.size()) return reader.fail();
  sums_ = std::move(sums);
  least_ = std::move(least);
}

}  // namespace dwell::detect
