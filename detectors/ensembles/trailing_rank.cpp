#include "detectors/ensembles/trailing_rank.hpp"

#include <algorithm>
#include <functional>

#include "sim/core/check.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

TrailingRank::TrailingRank(std::size_t capacity) : capacity_(capacity) {
  DWELL_DEMAND(capacity >= kLeast, "a past must have room for the fewest scores it needs");
}

std::optional<double> TrailingRank::step(double score) {
  std::optional<double> p;
  if (past_.size() >= kLeast) p = p_value(score);
  if (past_.size() < capacity_) {
    past_.push_back(score);
  } else {
    past_[next_ % capacity_] = score;
  }
  ++next_;
  return p;
}

double TrailingRank::p_value(double score) const {
  const auto above = std::count_if(past_.begin(), past_.end(), [&](double other) { return other >= score; });
  const double least = 1 / (static_cast<double>(past_.size()) + 1);
  if (above > 0) return (1 + static_cast<double>(above)) * least;
  std::vector<double> sorted(past_);
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const std::size_t upper = std::max<std::size_t>(5, sorted.size() / 20);
  double excess = 0;
  for (std::size_t i = 0; i < upper; ++i) excess += (sorted[i] - sorted[upper]) / static_cast<double>(upper);
  return excess > 0 ? least * det_exp(-(score - sorted[0]) / excess) : least;
}

void TrailingRank::save(ByteWriter& writer) const {
  writer.put_vector(past_);
  writer.put(next_);
}

void TrailingRank::restore(ByteReader& reader) {
  past_ = reader.get_vector<double>();
  next_ = reader.get<std::uint64_t>();
  if (past_.size() > capacity_) reader.fail();
}

}  // namespace dwell::detect
