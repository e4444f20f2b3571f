// Counts that decay without being touched: sums of powers, over ends of epochs, leaps of ticks, and down to nothing.

#include <catch2/catch.hpp>
#include <cmath>

#include "detectors/sketches/decay.hpp"
#include "detectors/sketches/paired_cells.hpp"

namespace dwell::detect {
namespace {

/// One count that decays, and the same by its definition.
struct Counted {
  explicit Counted(double factor) : decay(factor), keep(factor) {}
  void add() {
    held += decay.weight();
    plain += 1;
  }
  void pass(std::uint64_t ticks) {
    decay.pass(ticks, [&](double factor) {
      held *= factor;
      ++epochs;
    });
    plain *= std::pow(keep, static_cast<double>(ticks));
  }
  [[nodiscard]] double current() const { return held * decay.value(); }
  Decay decay;
  double keep;
  double held = 0;
  double plain = 0;
  int epochs = 0;
};

}  // namespace

TEST_CASE("a decaying count is the sum of its powers", "[detectors][decay]") {
  for (const double keep : {.5, .999, .9, 1e-3, 1e-200, 1e-300, 0.}) {
    INFO(keep);
    Counted count(keep);
    for (int i = 0; i < 5000; ++i) {
      count.add();
      if (i % 3 == 0) count.add();
      REQUIRE(count.current() == Approx(count.plain).epsilon(1e-11));
      count.pass(i % 7 == 0 ? 4 : 1);
      REQUIRE(std::isfinite(count.decay.weight()));
    }
    CHECK(count.epochs > 0);
  }
}

TEST_CASE("a decaying count outlives leaps of ticks while anything is left of it", "[detectors][decay]") {
  Counted count(.999);
  for (const std::uint64_t leap : {899, 900, 901, 2000, 20'000}) {
    count.add();
    count.pass(leap);
    CHECK(count.current() == Approx(count.plain).epsilon(1e-10));
  }
  count.pass((1 << 28) - 30'000);
  CHECK(count.current() == 0);
}

TEST_CASE("what has decayed below 2^-64 is dropped, so that no denormal number appears", "[detectors][decay]") {
  PairedCells cells(2, 64, 1);
  PairedCells::Places<2> places;
  cells.find<2>(7, places);
  Decay decay(.5);
  decay.pass(800, [](double) { FAIL("no epoch ends yet"); });
  places[0]->store(_mm_set_pd(3, decay.weight()));
  places[1]->store(_mm_set_pd(4, decay.weight() * 0x1p60));
  int epochs = 0;
  const auto pass = [&](std::uint64_t ticks) {
    decay.pass(ticks, [&](double factor) {
      cells.rescale_first(factor);
      ++epochs;
    });
  };
  pass(120);
  CHECK(epochs == 1);
  CHECK(places[0]->first == 0);
  CHECK(places[1]->first == 0x1p-60);
  pass(901);
  CHECK(epochs == 2);
  CHECK(places[1]->first == 0);
  CHECK(places[0]->second == 3);
  CHECK(places[1]->second == 4);
}

TEST_CASE("a saved epoch goes on where it was, and one that cannot be is refused", "[detectors][decay]") {
  Decay decay(.9);
  decay.pass(77, [](double) {});
  ByteWriter writer;
  decay.save(writer);
  Decay again(.9);
  ByteReader reader(writer.bytes());
  again.restore(reader);
  CHECK_FALSE(reader.failed());
  CHECK(again.weight() == decay.weight());
  CHECK(again.value() == decay.value());
  ByteWriter wrong;
  wrong.put(std::uint64_t{901});
  ByteReader refused(wrong.bytes());
  again.restore(refused);
  CHECK(refused.failed());
}

}  // namespace dwell::detect
