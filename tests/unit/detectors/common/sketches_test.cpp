#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/common/bloom.hpp"
#include "detectors/common/count_min.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/common/hyperloglog.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {

TEST_CASE("a Bloom filter never forgets, merges to the union and survives saving", "[detectors][bloom]") {
  Bloom low(2000, 10, 7);
  Bloom high(2000, 10, 7);
  Bloom both(2000, 10, 7);
  for (std::uint64_t key = 0; key < 2000; ++key) {
    (key < 1000 ? low : high).add(key);
    both.add(key);
  }
  low.merge(high);
  CHECK(low.fill() == both.fill());
  ByteWriter writer;
  low.save(writer);
  Bloom again(2000, 10, 7);
  ByteReader reader(writer.bytes());
  again.restore(reader);
  REQUIRE_FALSE(reader.failed());
  for (std::uint64_t key = 0; key < 2000; ++key) REQUIRE(again.contains(key));
  again.clear();
  CHECK_FALSE(again.contains(1));
  CHECK_THROWS_AS(low.merge(Bloom(10, 10, 7)), InvariantError);
  CHECK_FALSE(Bloom().contains(1));
  for (Bloom other : {Bloom(2000, 10, 6), Bloom(200, 10, 7)}) {
    ByteReader bytes(writer.bytes());
    other.restore(bytes);
    CHECK(bytes.failed());
  }
}

TEST_CASE("Count-Min never underestimates and merges to the sketch of both streams", "[detectors][count-min]") {
  CountMin a = CountMin::with_error(.01, .01, 3);
  CHECK(a.columns() == 272);  // ⌈e / .01⌉
  CHECK(a.rows() == 5);       // ⌈ln 100⌉
  CountMin b = CountMin::with_error(.01, .01, 3);
  CountMin both = CountMin::with_error(.01, .01, 3);
  for (std::uint64_t key = 0; key < 500; ++key) {
    (key % 2 == 0 ? a : b).add(key, key);
    both.add(key, key);
  }
  a.merge(b);
  for (std::uint64_t key = 0; key < 500; ++key) {
    REQUIRE(a.estimate(key) == both.estimate(key));
    REQUIRE(a.estimate(key) >= key);
  }
}

TEST_CASE("HyperLogLog: duplicates do not count, merging is the union, both precisions agree",
          "[detectors][hyperloglog]") {
  HyperLogLog a(14);
  HyperLogLog b(14);
  HyperLogLog both(14);
  CHECK(a.estimate() == 0);
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    a.add(mix64(i));
    b.add(mix64(i + 25'000));
    both.add(mix64(i));
    both.add(mix64(i + 25'000));
    b.add(mix64(i + 25'000));
  }
  a.merge(b);
  CHECK(a.estimate() == both.estimate());
  CHECK(a.estimate() == Approx(75'000).epsilon(.03));
  // The register and rank of a hash, straight from its bits.
  const std::uint64_t hash = 0b1010'1010'1010'10'00000000000'0001ULL << 35;
  const SparseHash sparse = SparseHash::of(hash);
  CHECK(sparse.index == (0b1010'1010'1010'10U << 11));
  CHECK(sparse.rank == 4);
}

TEST_CASE("linear counting tells how many there were from how many places they took", "[detectors][hyperloglog]") {
  CHECK(linear_count(0, 64) == 0);
  CHECK(linear_count(1, 64) == Approx(1.008).epsilon(1e-3));
  CHECK(linear_count(1000, 1U << 25) == Approx(1000).epsilon(1e-4));
  CHECK(linear_count(32, 64) == Approx(64 * std::log(2.)));
  CHECK(linear_count(64, 64) == linear_count(63, 64));
}

TEST_CASE("HyperLogLog holds for every precision, saved or not", "[detectors][hyperloglog]") {
  for (unsigned precision = 4; precision <= 18; ++precision) {
    HyperLogLog sketch(precision);
    const std::uint64_t m = std::uint64_t{1} << precision;
    for (std::uint64_t i = 0; i < 3 * m; ++i) sketch.add(mix64(i, 5));
    INFO(precision);
    CHECK(sketch.estimate() == Approx(3.0 * static_cast<double>(m)).epsilon(4 / std::sqrt(static_cast<double>(m))));
    ByteWriter writer;
    sketch.save(writer);
    HyperLogLog restored;
    ByteReader reader(writer.bytes());
    restored.restore(reader);
    REQUIRE_FALSE(reader.failed());
    CHECK(restored.estimate() == sketch.estimate());
  }
}

TEST_CASE("HyperLogLog refuses registers of no precision", "[detectors][hyperloglog]") {
  for (const auto& [precision, registers] :
       {std::pair<std::uint32_t, std::size_t>{3, 8}, {4, 8}, {4, 32}, {14, 0}, {19, 1 << 19}, {64, 16}}) {
    ByteWriter writer;
    writer.put(precision);
    writer.put_vector(std::vector<std::uint8_t>(registers));
    HyperLogLog sketch(4);
    ByteReader reader(writer.bytes());
    sketch.restore(reader);
    INFO(precision << ", " << registers);
    CHECK(reader.failed());
  }
}

TEST_CASE("small sets are counted by HyperLogLog almost exactly", "[detectors][hyperloglog]") {
  HyperLogLog sketch(14);
  for (std::uint64_t i = 1; i <= 100; ++i) {
    sketch.add(mix64(i, 9));
    REQUIRE(std::abs(sketch.estimate() - static_cast<double>(i)) < 3);
  }
}

TEST_CASE("excess in nats is Poisson's for a large shape, less for a small one, and 0 below the mean", "[detectors]") {
  CHECK(excess_nats(5, 10, 100) == 0);
  CHECK(excess_nats(20, 10, 1e12) == Approx(20 * std::log(2.0) - 10).epsilon(1e-4));
  CHECK(excess_nats(20, 10, 5) < excess_nats(20, 10, 50));
  CHECK(excess_nats(1, 5e-9, 1) == Approx(std::log(1 / 5e-9) - 2 * std::log(2.0)));
}

TEST_CASE("forgetting composes, ends in zero and never in a denormal number", "[detectors]") {
  const Forgetting forgetting(100);
  CHECK(forgetting.keep(0) == 1);
  CHECK(forgetting.keep(2) == Approx(forgetting.keep(1) * forgetting.keep(1)));
  CHECK(forgetting.keep(100) == Approx(std::exp(-1.0)));
  CHECK(forgetting.keep(1'000'000) == 0);
}

TEST_CASE("a flat map agrees with std::map, saves the same bytes whatever its history, and prunes by rank",
          "[detectors]") {
  FlatMap<double> map;
  FlatMap<double> backwards;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    map.at(i * 37) = static_cast<double>(i);
    backwards.at((999 - i) * 37) = static_cast<double>(999 - i);
  }
  ByteWriter a;
  ByteWriter b;
  map.save(a);
  backwards.save(b);
  CHECK(std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end()));
  map.prune(500, [](double v) { return v; });
  CHECK(map.size() == 250);
  CHECK(map.find(749 * 37) == nullptr);
  REQUIRE(map.find(750 * 37) != nullptr);
  CHECK(*map.find(750 * 37) == 750);
  map.keep_if([](const auto& entry) { return entry.value >= 990; });
  CHECK(map.size() == 10);
  FlatMap<double> again;
  ByteReader reader(a.bytes());
  again.restore(reader);
  CHECK(*again.find(500 * 37) == 500);
  CHECK(again.find(1) == nullptr);
}

}  // namespace dwell::detect
