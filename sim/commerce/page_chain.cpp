#include "sim/commerce/page_chain.hpp"

#include <algorithm>

namespace dwell::commerce {
namespace {

using Weights = std::array<double, kPages>;

constexpr std::size_t at(Page page) { return static_cast<std::size_t>(page); }

struct Way {
  Page to;
  double probability;
};
template <std::size_t n>
constexpr Weights weights(const Way (&ways)[n]) {
  Weights result{};
  for (const Way& way : ways) result[at(way.to)] = way.probability;
  return result;
}

using enum Page;
constexpr Weights kEntry = weights({{home, .55}, {pdp, .20}, {mypage, .12}, {search, .10}, {cart, .03}});
constexpr std::array<Weights, kChainPages> kWays = {
    weights({{search, .38}, {pdp, .30}, {mypage, .17}, {cart, .08}, {home, .05}, {address, .015}, {profile, .005}}),
    weights({{pdp, .62}, {search, .28}, {home, .06}, {cart, .04}}),
    weights({{pdp, .36}, {search, .36}, {cart, .13}, {home, .115}, {mypage, .02}, {checkout, .015}}),
    weights({{pdp, .34}, {checkout, .26}, {home, .19}, {search, .18}, {mypage, .02}, {address, .01}}),
    weights({{done, .66}, {cart, .18}, {pdp, .10}, {address, .06}}),
    weights({{home, .50}, {mypage, .35}, {search, .15}}),
    weights({{mypage, .45}, {home, .33}, {pdp, .12}, {search, .06}, {address, .02}, {profile, .02}}),
    weights({{mypage, .60}, {home, .30}, {address, .10}}),
    weights({{checkout, .45}, {mypage, .25}, {home, .15}, {address, .15}}),
};
constexpr double kWidestCheckout = 0.9;

Weights reweight(Weights ways, const PageWeights& factors) {
  double total = 0;
  for (std::size_t to = 0; to < kPages; ++to) total += ways[to] *= factors[to];
  for (double& way : ways) way /= total;
  return ways;
}

Weights widen_checkout(Page from, std::uint32_t level) {
  Weights result = kWays[at(from)];
  if (from != pdp && from != cart) return result;
  const double usual = result[at(checkout)];
  const double wide = std::min(usual * PageChain::kLevelStep * level, kWidestCheckout);
  for (double& way : result) way *= (1 - wide) / (1 - usual);
  result[at(checkout)] = wide;
  return result;
}

Weights ways_from(Page from, std::uint32_t level, const PageWeights& factors) {
  // The card's own weights stay what they are to the last bit.
  const Weights ways = widen_checkout(from, level);
  return factors == kCardWeights ? ways : reweight(ways, factors);
}

Weights entry_weights(const PageWeights& factors) {
  return factors == kCardWeights ? kEntry : reweight(kEntry, factors);
}

}  // namespace

PageChain::PageChain(const PageWeights& factors) : factors_(factors), entry_(build(entry_weights(factors))) {
  for (std::uint32_t level = 0; level < kLevels; ++level) {
    for (std::uint32_t page = 0; page < kChainPages; ++page)
      levels_[level].rows_[page] = build(ways_from(static_cast<Page>(page), level, factors));
  }
}

PageChain::Row PageChain::build(const Weights& probability) {
  Row row{};
  std::array<double, kColumns> left{};
  for (std::size_t i = 0; i < kPages; ++i) left[i] = probability[i] * kColumns;
  std::array<bool, kColumns> closed{};
  for (std::uint32_t round = 0; round < kColumns; ++round) {
    std::size_t small = 0, large = 0;
    double least = 2 * kColumns, most = -1;
    for (std::size_t i = 0; i < kColumns; ++i) {
      if (closed[i]) continue;
      if (left[i] < least) least = left[i], small = i;
      if (left[i] > most) most = left[i], large = i;
    }
    const double own = std::clamp(least, 0.0, 1.0);
    closed[small] = true;
    left[large] -= small == large ? 0 : 1 - own;
    // A column beyond the pages has weight zero and always gives its alias. A full column is its own alias, as its
    // threshold of 2^32 does not fit.
    const bool full = own >= 1 || small == large;
    const auto threshold = full ? 0U : static_cast<std::uint32_t>(own * 0x1p24);
    row.cells[small] = threshold << 8 | static_cast<std::uint32_t>((full ? small : large) << 4 | small);
  }
  return row;
}

std::array<double, kPages> PageChain::expected_pages(std::span<const double> survival,
                                                     std::span<const double> level_weights) const {
  std::array<double, kPages> total{};
  for (std::uint32_t level = 0; level < level_weights.size(); ++level) {
    if (level_weights[level] <= 0) continue;
    std::array<Weights, kChainPages> ways;
    for (std::uint32_t page = 0; page < kChainPages; ++page)
      ways[page] = ways_from(static_cast<Page>(page), level, factors_);
    Weights now = entry_weights(factors_);
    for (const double alive : survival) {
      Weights then{};
      for (std::size_t from = 0; from < kChainPages; ++from) {
        total[from] += level_weights[level] * alive * now[from];
        for (std::size_t to = 0; to < kChainPages; ++to) then[to] += now[from] * ways[from][to];
      }
      now = then;
    }
  }
  return total;
}

}  // namespace dwell::commerce
