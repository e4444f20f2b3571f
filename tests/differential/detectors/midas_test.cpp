// RelationalMidas against the equations written out plainly: dense decay at every tick, counts in ordinary arrays.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "detectors/sketches/relational_midas.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

/// One pair of counts per cell of a rows × columns sketch whose cells are those of CellWalk.
struct PlainSketch {
  PlainSketch(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt)
      : rows_(rows), columns_(columns), salt_(salt), current(rows * columns, 0), total(rows * columns, 0) {}
  void decay(double alpha) {
    for (double& c : current) c *= alpha;
  }
  double add_and_score(std::uint64_t key, double t) {
    double a = 0;
    double s = 0;
    CellWalk walk(key, salt_);
    for (std::uint32_t r = 0; r < rows_; ++r) {
      const std::size_t cell = r * columns_ + walk.next(columns_);
      current[cell] += 1;
      total[cell] += 1;
      a = r == 0 ? current[cell] : std::min(a, current[cell]);
      s = r == 0 ? total[cell] : std::min(s, total[cell]);
    }
    return t == 1 ? 0 : std::pow(a - s / t, 2) * t * t / (s * (t - 1));
  }
  std::uint32_t rows_, columns_;
  std::uint64_t salt_;
  std::vector<double> current, total;
};

void compare(std::uint32_t columns, std::uint32_t nodes, double alpha) {
  constexpr std::uint64_t kSalt = 42;
  RelationalMidas midas(2, columns, alpha, kSalt);
  PlainSketch edges(2, columns, mix64(kSalt, 1));
  PlainSketch sources(2, columns, mix64(kSalt, 2));
  PlainSketch destinations(2, columns, mix64(kSalt, 3));
  RandomStream random(Seed{7}, columns, purpose("test.midas"));
  double t = 1;
  for (int i = 0; i < 20'000; ++i) {
    if (random.below(10) == 0) {
      midas.tick();
      t += 1;
      for (PlainSketch* sketch : {&edges, &sources, &destinations}) sketch->decay(alpha);
    }
    const std::uint64_t u = random.below(nodes);
    const std::uint64_t v = random.below(nodes);
    const double plain = std::max(
        {edges.add_and_score(u ^ (v << 32), t), sources.add_and_score(u, t), destinations.add_and_score(v, t)});
    REQUIRE(midas.add(u, v) == Approx(plain).epsilon(1e-9).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("MIDAS-R equals its equations on random edge streams", "[detectors][midas-r]") {
  compare(1024, 300, .5);
  compare(64, 1000, .5);  // many collisions
  compare(1024, 50, .9);
  compare(256, 100, 0);
}

TEST_CASE("MIDAS-R by hand: a new edge after quiet ticks", "[detectors][midas-r]") {
  RelationalMidas midas(2, 1024, .5, 1);
  CHECK(midas.add(1, 2) == 0);  // the first tick has no past
  for (int i = 0; i < 9; ++i) midas.tick();
  // t = 10; the node pair (5, 6) is new: a = s = 1, (1 - 1/10)² · 100 / (1 · 9) = 9.
  CHECK(midas.add(5, 6) == Approx(9));
  // Again in the same tick: a = s = 2, (2 - .2)² · 100 / (2 · 9) = 18.
  CHECK(midas.add(5, 6) == Approx(18));
}

}  // namespace dwell::detect
