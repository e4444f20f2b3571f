#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/core/random.hpp"

using dwell::KeyedPermutation;
using dwell::Seed;

namespace {

constexpr dwell::Purpose kWhat = dwell::purpose("test.permutation");

std::vector<std::uint64_t> images(std::uint64_t seed, std::uint64_t n) {
  const KeyedPermutation permutation(Seed{seed}, kWhat, n);
  std::vector<std::uint64_t> out(n);
  for (std::uint64_t i = 0; i < n; ++i) out[i] = permutation(i);
  return out;
}

}  // namespace

TEST_CASE("a keyed permutation takes every value once") {
  for (const std::uint64_t n : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 63U, 64U, 65U, 1000U, 4097U, 77'700U, 262'145U}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      std::vector<bool> seen(n, false);
      for (const std::uint64_t image : images(seed, n)) {
        REQUIRE(image < n);
        REQUIRE_FALSE(seen[image]);
        seen[image] = true;
      }
    }
  }
}

TEST_CASE("seeds and purposes give different permutations, and the same ones again") {
  CHECK(images(1, 1000) == images(1, 1000));
  CHECK(images(1, 1000) != images(2, 1000));
  const KeyedPermutation other(Seed{1}, dwell::purpose("test.other"), 1000);
  std::uint32_t equal = 0;
  const auto base = images(1, 1000);
  for (std::uint64_t i = 0; i < 1000; ++i) equal += other(i) == base[i];
  CHECK(equal < 12);  // Poisson with mean 1: P(>= 12) < 1e-9
}

TEST_CASE("a keyed permutation of three elements takes all six orders about equally often") {
  std::uint32_t count[27] = {};
  constexpr std::uint32_t kSeeds = 12'000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto order = images(seed, 3);
    ++count[order[0] * 9 + order[1] * 3 + order[2]];
  }
  double chi_square = 0;
  for (const std::uint32_t index : {5U, 7U, 11U, 15U, 19U, 21U}) {
    chi_square += (count[index] - kSeeds / 6.0) * (count[index] - kSeeds / 6.0) / (kSeeds / 6.0);
  }
  CHECK(chi_square < 36.0);  // 5 degrees of freedom: p = 1e-6 at 35.9
}

TEST_CASE("neighbours are scattered: successive images show no trend") {
  constexpr std::uint64_t kSize = 77'700;
  const auto image = images(9, kSize);
  // Differences of neighbours rise as often as they fall, and the lag-one correlation is that of chance.
  double sum = 0;
  for (std::uint64_t i = 0; i + 1 < kSize; ++i) {
    const double a = static_cast<double>(image[i]) / kSize - 0.5;
    const double b = static_cast<double>(image[i + 1]) / kSize - 0.5;
    sum += 12 * a * b;
  }
  CHECK(std::abs(sum / std::sqrt(static_cast<double>(kSize))) < 5.0);
}
