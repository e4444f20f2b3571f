// The MIDAS family against its equations written out plainly: dense work at every tick, counts in ordinary arrays.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "detectors/catalogue.hpp"
#include "detectors/sketches/filtering_midas.hpp"
#include "detectors/sketches/plain_midas.hpp"
#include "detectors/sketches/relational_midas.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

/// Adds an edge to a core and returns its score.
template <class Core>
double add(Core& core, std::uint64_t u, std::uint64_t v) {
  typename Core::template Edge<0> edge{};
  core.template find<0>(u, v, edge);
  const typename Core::Tick tick = core.now();
  return tick.score(core.template add<0>(edge, tick));
}

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

/// MIDAS-F's cells: current count, total and score of each, all of them merged and decayed at the end of every tick.
struct PlainFiltering {
  PlainFiltering(std::uint32_t rows, std::uint32_t columns, std::uint64_t salt)
      : rows_(rows),
        columns_(columns),
        salt_(salt),
        current(rows * columns),
        total(rows * columns),
        score(rows * columns) {}
  void end_tick(double alpha, double threshold, double t) {
    for (std::size_t i = 0; i < current.size(); ++i) {
      if (score[i] < threshold) {
        total[i] += current[i];
      } else {
        filtered += 1;
        total[i] += total[i] / (t - 1);
      }
      current[i] *= alpha;
    }
  }
  double add_and_score(std::uint64_t key, double t) {
    std::vector<std::size_t> cells;
    CellWalk walk(key, salt_);
    for (std::uint32_t r = 0; r < rows_; ++r) cells.push_back(r * columns_ + walk.next(columns_));
    double a = INFINITY;
    double s = INFINITY;
    for (const std::size_t cell : cells) {
      current[cell] += 1;
      a = std::min(a, current[cell]);
      s = std::min(s, total[cell]);
    }
    const double c = s == 0 || t == 1 ? 0 : std::pow(a + s - a * t, 2) / (s * (t - 1));
    for (const std::size_t cell : cells) score[cell] = c;
    return c;
  }
  std::uint32_t rows_, columns_;
  std::uint64_t salt_;
  std::vector<double> current, total, score;
  std::uint64_t filtered = 0;  // cells merged by their mean
};

/// Edges among `nodes`, in whose stream now and then a burst repeats one edge; ticks of uneven length, some left out.
template <class Edge, class EndTick>
void drive(std::uint32_t nodes, std::uint64_t name, const Edge& edge, const EndTick& end_tick) {
  RandomStream random(Seed{7}, static_cast<std::uint32_t>(name), purpose("test.midas.stream"));
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t ended = random.below(10) == 0 ? (random.below(20) == 0 ? 40 : 1) : 0;
    for (std::uint32_t n = 0; n < ended; ++n) end_tick();
    const std::uint64_t u = random.below(nodes);
    const std::uint64_t v = random.below(nodes);
    const std::uint32_t repeats = random.below(500) == 0 ? 200 : 1;
    for (std::uint32_t n = 0; n < repeats; ++n) edge(u, v);
  }
}

void compare_plain(std::uint32_t rows, std::uint32_t columns, std::uint32_t nodes) {
  constexpr std::uint64_t kSalt = 42;
  PlainMidas midas(rows, columns, kSalt);
  PlainSketch edges(rows, columns, kSalt);
  double t = 1;
  drive(
      nodes, columns,
      [&](std::uint64_t u, std::uint64_t v) {
        REQUIRE(add(midas, u, v) == Approx(edges.add_and_score(u ^ (v << 32), t)).epsilon(1e-9).margin(1e-9));
      },
      [&] {
        midas.tick();
        t += 1;
        edges.decay(0);
      });
}

void compare_filtering(std::uint32_t rows, std::uint32_t columns, std::uint32_t nodes, double alpha, double threshold) {
  constexpr std::uint64_t kSalt = 42;
  FilteringMidas midas(rows, columns, alpha, threshold, kSalt);
  PlainFiltering edges(rows, columns, mix64(kSalt, 1));
  PlainFiltering sources(rows, columns, mix64(kSalt, 2));
  PlainFiltering destinations(rows, columns, mix64(kSalt, 3));
  double t = 1;
  drive(
      nodes, columns,
      [&](std::uint64_t u, std::uint64_t v) {
        const double plain = std::max(
            {edges.add_and_score(u ^ (v << 32), t), sources.add_and_score(u, t), destinations.add_and_score(v, t)});
        REQUIRE(add(midas, u, v) == Approx(plain).epsilon(1e-9).margin(1e-9));
      },
      [&] {
        midas.tick();
        for (PlainFiltering* sketch : {&edges, &sources, &destinations}) sketch->end_tick(alpha, threshold, t);
        t += 1;
      });
  CHECK(edges.filtered + sources.filtered + destinations.filtered > 0);  // both ways to merge were taken
}

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
    REQUIRE(add(midas, u, v) == Approx(plain).epsilon(1e-9).margin(1e-9));
  }
}

}  // namespace

TEST_CASE("MIDAS-R equals its equations on random edge streams", "[detectors][midas-r]") {
  compare(1024, 300, .5);
  compare(64, 1000, .5);  // many collisions
  compare(1024, 50, .9);
  compare(256, 100, 0);
  compare(64, 100, .999);
}

TEST_CASE("MIDAS equals its equations on random edge streams", "[detectors][midas]") {
  compare_plain(2, 1024, 300);
  compare_plain(2, 64, 1000);  // many collisions
  compare_plain(5, 256, 20);
}

TEST_CASE("MIDAS-F equals its equations on random edge streams", "[detectors][midas-f]") {
  compare_filtering(2, 1024, 300, .5, 1e3);
  compare_filtering(2, 64, 1000, .5, 100);  // many collisions, much filtered
  compare_filtering(3, 256, 50, .9, 1e3);
  compare_filtering(2, 256, 100, 0, 50);
  compare_filtering(2, 64, 100, .999, 1e3);
}

TEST_CASE("MIDAS and MIDAS-F by hand", "[detectors][midas]") {
  PlainMidas midas(2, 1024, 1);
  CHECK(add(midas, 1, 2) == 0);  // the first tick has no past
  for (int i = 0; i < 9; ++i) midas.tick();
  // t = 10, a new edge: a = s = 1, (1 - 1/10)² · 100 / (1 · 9) = 9.
  CHECK(add(midas, 5, 6) == Approx(9));
  // The edge of the first tick: a = 1, s = 2, (1 - .2)² · 100 / (2 · 9).
  CHECK(add(midas, 1, 2) == Approx(64. / 18));

  FilteringMidas filtering(2, 1024, .5, 10, 1);
  CHECK(add(filtering, 1, 2) == 0);
  filtering.tick();
  // t = 2, s = 1 and a = .5 + 1 for edge, source and destination: (1.5 + 1 - 3)² / (1 · 1).
  CHECK(add(filtering, 1, 2) == Approx(.25));
  double score = 0;
  for (int i = 0; i < 4; ++i) score = add(filtering, 1, 2);
  CHECK(score == Approx(4.5 * 4.5));  // a = 5.5: (5.5 + 1 - 11)²; above the threshold
  filtering.tick();
  // So s became 1 + 1/1 and not 1 + 5.5: t = 3, a = 2.75 + 1, (3.75 + 2 - 11.25)² / (2 · 2).
  CHECK(add(filtering, 1, 2) == Approx(5.5 * 5.5 / 4));
}

TEST_CASE("the MIDAS detectors score somebody's edges as their cores do", "[detectors][midas]") {
  for (const char* name : {"midas", "midas-r", "midas-f"}) {
    INFO(name);
    const CatalogueEntry& entry = *find_detector(name).value();
    REQUIRE(entry.make_edges != nullptr);
    Descriptor d = entry.describe();
    const auto usual = entry.make_edges(d);
    REQUIRE(d.set("rows", 3).ok());
    const auto three = entry.make_edges(d);
    PlainMidas plain(2, 1024, 1);
    RelationalMidas relational(2, 1024, .5, 1);
    FilteringMidas filtering(2, 1024, .5, 1e3, 1);
    const auto core = [&](std::int64_t tick, std::uint64_t u, std::uint64_t v) {
      const auto t = static_cast<std::uint64_t>(tick);
      if (d.name == "midas") return plain.tick_to(t), add(plain, u, v);
      if (d.name == "midas-r") return relational.tick_to(t), add(relational, u, v);
      return filtering.tick_to(t), add(filtering, u, v);
    };
    double burst = 0;
    double most = 0;
    for (std::int64_t tick = 1; tick <= 300; ++tick) {
      for (std::uint64_t i = 0; i < 10; ++i) {
        const double score = usual->edge(i, i % 3, tick);
        REQUIRE(score == core(tick, i, i % 3));
        most = std::max(most, score);
      }
      REQUIRE(usual->edge(1ULL << 40, 7, tick) == core(tick, mix64(1ULL << 40), 7));  // an id beyond 32 bits
      CHECK(three->edge(1ULL << 40, 7, tick) == three->edge(1ULL << 41, 8, tick));
    }
    for (int i = 0; i < 100; ++i) burst = usual->edge(1ULL << 40, 7, 300);
    CHECK(burst > 100 * most);
    CHECK_THROWS(usual->edge(1, 2, 299));
  }
}

TEST_CASE("a floor takes nothing from the MIDAS detectors but what is at it or below", "[detectors][midas]") {
  RandomStream random(Seed{4}, 0, purpose("test.midas-floor"));
  for (const char* name : {"midas", "midas-r", "midas-f"}) {
    INFO(name);
    const CatalogueEntry& entry = *find_detector(name).value();
    const auto of = [&] { return entry.make(entry.describe(), Setting{}); };
    const auto all = of(), some = of();
    std::size_t kept = 0, dropped = 0;
    double floor = 0;
    for (std::int64_t w = 0; w < 300; ++w) {
      telemetry::AccessBatch batch;
      for (std::uint32_t i = 0; i < 60; ++i) {
        telemetry::AccessRow row;
        row.source = random.below(1 + random.below(40));
        row.key = random.below(3);
        row.member = random.below(50);
        row.page = static_cast<std::uint8_t>(Page::address);
        row.ingest_us = row.time_us = w * 60'000'000;
        batch.push(row);
      }
      WindowRows rows;
      rows.access = {batch, {}};
      Scores scores, above;
      scores.begin(-1);
      above.begin(floor);
      for (const auto& [detector, out] : {std::pair{all.get(), &scores}, {some.get(), &above}}) {
        auto& sequential = dynamic_cast<SequentialDetector&>(*detector);
        sequential.observe(rows);
        sequential.close({w, w * 60'000'000, (w + 1) * 60'000'000}, *out);
      }
      std::map<Entity, double> expected, found;
      for (const Scores::Item& item : scores.items()) {
        if (item.value > floor) expected[item.entity] = item.value;
      }
      for (const Scores::Item& item : above.items()) found[item.entity] = item.value;
      REQUIRE(found == expected);
      kept += found.size();
      dropped += scores.items().size() - found.size();
      // The next floor is a score of this window, which may come again.
      if (!scores.items().empty())
        floor = scores.items()[random.below(static_cast<std::uint32_t>(scores.items().size()))].value;
    }
    CHECK(kept > 100);
    CHECK(dropped > 100);
  }
}

TEST_CASE("MIDAS-R by hand: a new edge after quiet ticks", "[detectors][midas-r]") {
  RelationalMidas midas(2, 1024, .5, 1);
  CHECK(add(midas, 1, 2) == 0);  // the first tick has no past
  for (int i = 0; i < 9; ++i) midas.tick();
  // t = 10; the node pair (5, 6) is new: a = s = 1, (1 - 1/10)² · 100 / (1 · 9) = 9.
  CHECK(add(midas, 5, 6) == Approx(9));
  // Again in the same tick: a = s = 2, (2 - .2)² · 100 / (2 · 9) = 18.
  CHECK(add(midas, 5, 6) == Approx(18));
}

}  // namespace dwell::detect
