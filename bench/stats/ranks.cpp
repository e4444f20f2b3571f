#include "bench/stats/ranks.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "sim/core/check.hpp"

namespace dwell::stats {
namespace {

constexpr std::size_t kMostExact = 50;

/// Adds P(sum <= w) and P(sum >= w) over all 2^n signs of the ranks. Doubled ranks are integers, as mean ranks of ties
/// are halves at most.
void exact_tails(std::span<const double> kept_ranks, SignedRankTest& test) {
  std::vector<std::size_t> doubled;
  for (const double rank : kept_ranks) doubled.push_back(static_cast<std::size_t>(std::lround(2 * rank)));
  const std::size_t total = std::accumulate(doubled.begin(), doubled.end(), std::size_t{0});
  std::vector<double> probability(total + 1, 0.0);
  probability[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : doubled) {
    reached += rank;
    for (std::size_t sum = reached + 1; sum-- > 0;) {
      probability[sum] = 0.5 * (probability[sum] + (sum >= rank ? probability[sum - rank] : 0.0));
    }
  }
  const auto found = static_cast<std::size_t>(std::lround(2 * test.positive_sum));
  double at_most = 0;
  double at_least = 0;
  for (std::size_t sum = 0; sum <= total; ++sum) {
    if (sum <= found) at_most += probability[sum];
    if (sum >= found) at_least += probability[sum];
  }
  test.greater = std::min(1.0, at_least);
  test.two_sided = std::min(1.0, 2 * std::min(at_most, at_least));
  test.exact = true;
}

void normal_tails(std::span<const double> kept_ranks, SignedRankTest& test) {
  double sum = 0;
  double squares = 0;
  for (const double rank : kept_ranks) {
    sum += rank;
    squares += rank * rank;
  }
  const double distance = test.positive_sum - sum / 2;
  const double sd = std::sqrt(squares) / 2;
  const boost::math::normal normal;
  const auto above = [&](double d) { return boost::math::cdf(boost::math::complement(normal, d / sd)); };
  test.greater = above(distance - 0.5);
  test.two_sided = std::min(1.0, 2 * above(std::max(0.0, std::abs(distance) - 0.5)));
}

}  // namespace

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = static_cast<double>(begin + end + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = shared;
    begin = end;
  }
  return result;
}

SignedRankTest wilcoxon_signed_rank(std::span<const double> differences) {
  std::vector<double> magnitudes;
  for (const double d : differences) {
    DWELL_DEMAND(d == d, "a difference is not a number");
    magnitudes.push_back(std::abs(d));
  }
  const std::vector<double> all_ranks = ranks(magnitudes);
  SignedRankTest test;
  std::vector<double> kept;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (differences[i] == 0) continue;
    kept.push_back(all_ranks[i]);
    if (differences[i] > 0) test.positive_sum += all_ranks[i];
  }
  test.not_zero = kept.size();
  if (kept.empty()) return test;
  if (kept.size() <= kMostExact) {
    exact_tails(kept, test);
  } else {
    normal_tails(kept, test);
  }
  return test;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double least = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double p = p_values[order[i]];
    DWELL_DEMAND(p >= 0 && p <= 1, "a p-value lies in [0, 1]");
    least = std::max(least, std::min(1.0, p * static_cast<double>(order.size() - i)));
    adjusted[order[i]] = least;
  }
  return adjusted;
}

std::optional<double> kendall_tau(std::span<const double> first, std::span<const double> second) {
  DWELL_DEMAND(first.size() == second.size(), "scores of the same things are equally many");
  double agreement = 0, untied_first = 0, untied_second = 0;
  const auto sign = [](double a, double b) {
    DWELL_DEMAND(a == a && b == b, "a score is not a number");
    return static_cast<double>(a < b) - static_cast<double>(b < a);
  };
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = i + 1; j < first.size(); ++j) {
      const double one = sign(first[i], first[j]), other = sign(second[i], second[j]);
      agreement += one * other;
      untied_first += one * one;
      untied_second += other * other;
    }
  }
  if (untied_first == 0 || untied_second == 0) return std::nullopt;
  return agreement / std::sqrt(untied_first * untied_second);
}

}  // namespace dwell::stats
