#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "detectors/statistics/sample_entropy.hpp"

using dwell::detect::sample_entropy;

TEST_CASE("the entropy of k equal sources is log k") {
  for (const int k : {1, 2, 3, 10, 1000}) {
    for (const int each : {1, 7, 400}) {
      std::vector<std::int64_t> counts(static_cast<std::size_t>(k), each);
      const auto found = sample_entropy(counts);
      CHECK(found.entropy == Approx(std::log(k)).margin(1e-12));
      CHECK(found.observations == static_cast<double>(k) * each);
    }
  }
}

TEST_CASE("entropy of unequal counts equals its definition") {
  std::vector<std::int64_t> counts = {5, 1, 3, 1};
  double expected = 0;
  for (const double n : {5.0, 1.0, 3.0, 1.0}) expected -= n / 10 * std::log(n / 10);
  CHECK(sample_entropy(counts).entropy == Approx(expected).epsilon(1e-13));
}

TEST_CASE("singles count as sources seen once") {
  std::vector<std::int64_t> listed = {1, 1, 1, 4};
  std::vector<std::int64_t> short_list = {4};
  const auto a = sample_entropy(listed);
  const auto b = sample_entropy(short_list, 3);
  CHECK(a.entropy == b.entropy);
  CHECK(a.observations == b.observations);
}

TEST_CASE("normalised entropy is 1 when all differ and 0 for one source") {
  std::vector<std::int64_t> different(50, 1);
  CHECK(sample_entropy(different).normalised() == Approx(1));
  std::vector<std::int64_t> one = {50};
  CHECK(sample_entropy(one).normalised() == 0);
  std::vector<std::int64_t> none;
  CHECK(sample_entropy(none).entropy == 0);
  CHECK(sample_entropy(none).normalised() == 1);
}

TEST_CASE("entropy does not depend on the order of counts, to the bit") {
  std::vector<std::int64_t> forwards, backwards;
  for (std::int64_t i = 0; i < 500; ++i) forwards.push_back(1 + i * i % 37);
  backwards.assign(forwards.rbegin(), forwards.rend());
  CHECK(sample_entropy(forwards).entropy == sample_entropy(backwards).entropy);
}
