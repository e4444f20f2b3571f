#pragma once
// Comparisons by ranks, and p-values of many comparisons at once.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dwell::stats {

struct SignedRankTest {
  double positive_sum = 0;   ///< sum of the ranks of positive differences
  std::size_t not_zero = 0;  ///< differences that are not zero
  double two_sided = 1;      ///< p-value against "no shift"
  double greater = 1;        ///< p-value against "differences tend to be positive"
  bool exact = false;        ///< by enumeration rather than by the normal approximation
};

/// Wilcoxon (1945) signed-rank test of paired differences. Zeros are ranked with the others and then dropped (Pratt
/// 1959); tied magnitudes share their mean rank. Up to 50 differences that are not zero: the exact distribution over
/// all signs, given the ranks, ties and zeros included. Beyond: normal with continuity correction, the mean and
/// variance of the ranks kept. Differences must not be NaN. Without any that is not zero, p-values are 1.
SignedRankTest wilcoxon_signed_rank(std::span<const double> differences);

/// Step-down adjusted p-values (Holm 1979), in the order given: the i-th least of m is multiplied by m - i + 1, made
/// monotone and capped at 1. p-values must lie in [0, 1].
std::vector<double> holm(std::span<const double> p_values);

/// Ranks from 1, ties sharing their mean rank. Values must not be NaN.
std::vector<double> ranks(std::span<const double> values);

/// Kendall's tau-b (Kendall 1945) of two scores of the same things: concordant minus discordant pairs over the
/// geometric mean of the pairs that are not tied in each; 1 the same order, -1 the reverse. Nothing when either ties
/// all. Both of equal length, without NaN (demanded). O(n^2).
std::optional<double> kendall_tau(std::span<const double> first, std::span<const double> second);

}  // namespace dwell::stats
