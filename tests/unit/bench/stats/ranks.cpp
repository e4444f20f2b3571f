#include "bench/stats/ranks.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/check.hpp"

using namespace dwell::stats;

namespace {

/// All 2^n signs of the kept ranks, counted one by one.
double enumerate_greater(const std::vector<double>& differences) {
  std::vector<double> magnitudes;
  for (const double d : differences) magnitudes.push_back(std::abs(d));
  const std::vector<double> all = ranks(magnitudes);
  std::vector<double> kept;
  double found = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (differences[i] == 0) continue;
    kept.push_back(all[i]);
    found += differences[i] > 0 ? all[i] : 0;
  }
  int at_least = 0;
  for (unsigned signs = 0; signs < 1U << kept.size(); ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) sum += (signs >> i & 1U) != 0 ? kept[i] : 0;
    at_least += sum >= found ? 1 : 0;
  }
  return at_least / std::pow(2.0, static_cast<double>(kept.size()));
}

}  // namespace

TEST_CASE("Wilcoxon's test gives the published p-value of the depression scores") {
  // Hollander and Wolfe (1973), nine patients before and after.
  const std::vector<double> before = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> after = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < before.size(); ++i) differences.push_back(before[i] - after[i]);
  const SignedRankTest test = wilcoxon_signed_rank(differences);
  CHECK(test.positive_sum == 40);
  CHECK(test.greater == Approx(0.01953).margin(0.000005));
  CHECK(test.two_sided == Approx(0.03906).margin(0.00001));
  CHECK(test.exact);
}

TEST_CASE("the exact test equals enumeration with ties and Pratt's zeros") {
  for (const std::vector<double>& differences :
       {std::vector<double>{1, -2, 3, 4, 5}, {1, 1, -1, 2, 2, -3}, {0, 0, 1, -2, 2, 3, 3}, {0, -1, -1, -1, 4}}) {
    CHECK(wilcoxon_signed_rank(differences).greater == Approx(enumerate_greater(differences)));
  }
  // Zeros take the lowest ranks, so what is left ranks 3, 4, 5.
  CHECK(wilcoxon_signed_rank(std::vector<double>{0, 0, 1, 2, -3}).positive_sum == 7);
}

TEST_CASE("five positive differences give one in thirty-two") {
  const SignedRankTest test = wilcoxon_signed_rank(std::vector<double>{1, 2, 3, 4, 5});
  CHECK(test.greater == 1.0 / 32);
  CHECK(test.two_sided == 1.0 / 16);
}

TEST_CASE("nothing but zeros says nothing") {
  const SignedRankTest test = wilcoxon_signed_rank(std::vector<double>(6, 0.0));
  CHECK(test.two_sided == 1);
  CHECK(test.not_zero == 0);
}

TEST_CASE("the normal approximation continues the exact test") {
  std::vector<double> differences;
  for (int i = 1; i <= 50; ++i) differences.push_back(i % 3 == 0 ? -i : i);
  const SignedRankTest exact = wilcoxon_signed_rank(differences);
  REQUIRE(exact.exact);
  differences.push_back(51);
  differences.push_back(-52);
  const SignedRankTest normal = wilcoxon_signed_rank(differences);
  REQUIRE_FALSE(normal.exact);
  // By hand: sum of ranks 689, sd sqrt(n (n + 1) (2n + 1) / 24) at n = 52.
  const double sd = std::sqrt(52.0 * 53 * 105 / 24);
  CHECK(normal.two_sided == Approx(std::erfc((std::abs(normal.positive_sum - 689) - 0.5) / sd / std::sqrt(2.0))));
  CHECK(normal.greater < 0.05);
  CHECK(exact.greater < 0.05);
}

TEST_CASE("Holm's correction") {
  const std::vector<double> adjusted = holm(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected = {0.03, 0.06, 0.06, 0.02};
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(holm(std::vector<double>{0.9, 0.8}) == std::vector<double>{1, 1});
  CHECK(holm({}).empty());
  CHECK_THROWS_AS(holm(std::vector<double>{1.5}), dwell::InvariantError);
}

TEST_CASE("ranks share ties") { CHECK(ranks(std::vector<double>{3, 1, 3, 2}) == std::vector<double>{3.5, 1, 3.5, 2}); }

TEST_CASE("Kendall's tau counts pairs that agree, ties on neither side") {
  const std::vector<double> up = {1, 2, 3, 4, 5}, down = {5, 4, 3, 2, 1}, same = {2, 2, 2, 2, 2};
  CHECK(kendall_tau(up, up).value() == Approx(1));
  CHECK(kendall_tau(up, down).value() == Approx(-1));
  CHECK_FALSE(kendall_tau(up, same).has_value());
  CHECK_FALSE(kendall_tau({}, {}).has_value());
  // One neighbouring swap: 9 of 10 pairs agree.
  CHECK(kendall_tau(up, std::vector<double>{1, 3, 2, 4, 5}).value() == Approx(0.8));
  // By hand: pairs (1,2) tied in the second, others agree: 5 of 6, over sqrt(6 * 5).
  CHECK(kendall_tau(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 1, 2, 3}).value() ==
        Approx(5 / std::sqrt(30.0)));
  CHECK_THROWS_AS(kendall_tau(up, std::vector<double>{1}), dwell::InvariantError);
}
