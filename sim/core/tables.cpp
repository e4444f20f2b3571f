#include "sim/core/tables.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sim/core/check.hpp"

namespace dwell {
namespace {

constexpr std::uint64_t kAll = std::uint64_t{1} << 32;

/// Shares of all 2^32 draws, by largest remainder: each within one draw of its weight, none for a weight of zero.
std::vector<std::uint64_t> share_draws(std::span<const double> weights) {
  double sum = 0;
  for (const double weight : weights) {
    DWELL_DEMAND(weight >= 0 && weight < std::numeric_limits<double>::infinity(),
                 "alias weight is not finite or negative");
    sum += weight;
  }
  DWELL_DEMAND(sum > 0 && sum < std::numeric_limits<double>::infinity(), "alias weights do not have a positive sum");
  std::vector<std::uint64_t> share(weights.size());
  std::vector<double> remainder(weights.size());
  std::int64_t left = static_cast<std::int64_t>(kAll);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double exact = weights[i] / sum * 0x1p32;
    share[i] = static_cast<std::uint64_t>(exact);
    remainder[i] = exact - static_cast<double>(share[i]);
    left -= static_cast<std::int64_t>(share[i]);
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t at = 0; left > 0; at = (at + 1) % order.size(), --left) ++share[order[at]];
  // Rounding of the sum can hand out a few draws too many; the greatest share misses them least.
  if (left < 0) *std::max_element(share.begin(), share.end()) -= static_cast<std::uint64_t>(-left);
  return share;
}

/// Number of draws that fall into columns before `column`: draw b falls into column floor(b n / 2^32).
std::uint64_t draws_before(std::uint64_t column, std::uint64_t n) { return (column * kAll + n - 1) / n; }

std::int64_t to_microseconds(double us, Duration least, Duration most) {
  DWELL_DEMAND(us == us, "quantile of a duration is not a number");
  if (us <= static_cast<double>(least.us)) return least.us;
  if (us >= static_cast<double>(most.us)) return most.us;
  return std::clamp(static_cast<std::int64_t>(us < 0 ? us - 0.5 : us + 0.5), least.us, most.us);
}

}  // namespace

AliasTable::AliasTable(std::span<const double> weights) {
  DWELL_DEMAND(!weights.empty() && weights.size() <= 65'536, "an alias table has 1 to 65,536 weights");
  const std::uint64_t n = weights.size();
  size_ = static_cast<std::uint32_t>(n);
  cells_.resize(weights.size());
  std::vector<std::uint64_t> share = share_draws(weights);
  // Integers throughout: column i holds capacity(i) draws, and every item gets exactly its share of them.
  const auto capacity = [n](std::uint64_t i) { return draws_before(i + 1, n) - draws_before(i, n); };
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < size_; ++i) (share[i] < capacity(i) ? small : large).push_back(i);
  const auto close_column = [&](std::uint32_t column, std::uint64_t own, std::uint32_t alias) {
    // The draws of a column have low halves first, first + n, first + 2n, …; `own` of them lie below the threshold.
    const std::uint64_t first = draws_before(column, n) * n - column * kAll;
    const std::uint64_t threshold = own == 0 ? 0 : first + n * (own - 1) + 1;
    cells_[column] = {static_cast<std::uint32_t>(std::min(threshold, kAll - 1)), static_cast<std::uint16_t>(column),
                      static_cast<std::uint16_t>(alias)};
  };
  while (!small.empty()) {
    const std::uint32_t column = small.back();
    small.pop_back();
    const std::uint32_t donor = large.back();
    close_column(column, share[column], donor);
    share[donor] -= capacity(column) - share[column];
    if (share[donor] < capacity(donor)) {
      large.pop_back();
      small.push_back(donor);
    }
  }
  for (const std::uint32_t column : large) close_column(column, share[column], column);
}

DurationTable::DurationTable(const std::function<double(double)>& quantile_us, Duration least, Duration most) {
  DWELL_DEMAND(least <= most, "least duration exceeds the greatest");
  // The outermost knots stand in the middle of the last 2^-24, as a quantile at 0 or 1 may be infinite.
  const auto fill = [&](std::vector<std::int64_t>& knots, double start, double step) {
    knots.resize(kCells + 1);
    for (std::uint32_t i = 0; i <= kCells; ++i) {
      const double p = std::clamp(start + i * step, 0x1p-25, 1 - 0x1p-25);
      knots[i] = to_microseconds(quantile_us(p), least, most);
    }
    DWELL_DEMAND(std::is_sorted(knots.begin(), knots.end()), "quantiles of a duration decrease");
  };
  fill(body_, 0, 0x1p-12);
  fill(low_, 0, 0x1p-24);
  fill(high_, 1 - 0x1p-12, 0x1p-24);
  if (body_.front() < 0 || body_.back() > std::int64_t{UINT32_MAX}) return;
  narrow_.reserve(kCells);
  for (std::uint32_t i = 0; i < kCells; ++i)
    narrow_.push_back({static_cast<std::uint32_t>(body_[i]), static_cast<std::uint32_t>(body_[i + 1] - body_[i])});
  narrow_cells_ = kCells - 2;
  std::vector<std::int64_t>().swap(body_);
}

}  // namespace dwell
