// The exponent of items by rank: intervals on Poisson counts of rates whose law is known.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <vector>

#include "bench/validate/figures.hpp"
#include "bench/validate/items.hpp"
#include "sim/core/random.hpp"

using namespace dwell;
using namespace dwell::validate;

namespace {

/// Exact: uniform numbers multiplied until below exp(-rate), in parts of 30 so that none underflows.
double poisson(double rate, std::uint32_t item, std::uint32_t stream) {
  double count = 0;
  std::uint32_t word = 0;
  for (double left = rate; left > 0; left -= 30) {
    const double limit = std::exp(-std::min(left, 30.0));
    for (double product = 1;; count += 1) {
      product *= to_open_uniform(random_block(Seed{9}, item, purpose("test.poisson"), stream, word++).low());
      if (product <= limit) break;
    }
  }
  return count;
}

/// What a log shows of items whose rates go as rank^-exponent: `clicks` for the mean item, those never seen left out.
Observed counted(std::uint32_t items, double exponent, double clicks, std::uint32_t stream) {
  std::vector<double> rates(items);
  double sum = 0;
  for (std::uint32_t i = 0; i < items; ++i) sum += rates[i] = std::pow(i + 1.0, -exponent);
  Observed seen;
  for (std::uint32_t i = 0; i < items; ++i) {
    const double count = poisson(rates[i] * clicks * items / sum, i, stream);
    if (count > 0) seen.item_counts.push_back(count);
  }
  std::sort(seen.item_counts.begin(), seen.item_counts.end(), std::greater<>());
  return seen;
}

/// How many of 20 logs have an interval with the truth in it.
int held(std::uint32_t items, double exponent, double clicks) {
  int out = 0;
  for (std::uint32_t stream = 0; stream < 20; ++stream) {
    const Estimate found = item_exponent(counted(items, exponent, clicks, stream));
    CHECK(found.low <= found.value);
    CHECK(found.value <= found.high);
    out += found.low <= exponent && exponent <= found.high ? 1 : 0;
  }
  return out;
}

}  // namespace

TEST_CASE("intervals of the items' exponent hold the truth about as often as they say", "[validate]") {
  struct Case {
    std::uint32_t items;
    double exponent, clicks;
  };
  // Few clicks and many; items all alike; and more alike than their counts.
  for (const Case c : {Case{1000, .9, 15}, Case{1000, .9, 100}, Case{1000, .6, 12}, Case{1000, .3, 20},
                       Case{1000, 0, 20}, Case{1000, 0, 100}, Case{1000, .05, 30}}) {
    INFO(c.items << " items, exponent " << c.exponent << ", " << c.clicks << " clicks for each");
    CHECK(held(c.items, c.exponent, c.clicks) >= 16);  // 1 in 400 of a true 95 % falls below
  }
}

TEST_CASE("items that are all alike show an exponent that is none", "[validate]") {
  const Observed seen = counted(5000, 0, 20, 1);
  const double naive = rank_exponent(seen.item_counts, 1);
  CHECK(naive > .1);
  const Estimate found = item_exponent(seen);
  CHECK(found.value < naive / 2);
  CHECK(found.low == 0);
}

TEST_CASE("an interval of the items' exponent is narrow with many clicks, and so is what is taken off", "[validate]") {
  const Observed seen = counted(3000, .9, 300, 2);
  const Estimate found = item_exponent(seen);
  CHECK(found.value == Approx(rank_exponent(seen.item_counts, 1)).margin(.01));
  CHECK(found.high - found.low < .02);
}
