// count-min-changers against its definition with exact counts, where its sketches are wide enough to be exact.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <map>
#include <numeric>

#include "detectors/common/count_min.hpp"
#include "detectors/sketches/count_min_changers.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

using Volumes = std::map<Entity, double>;

double plain_score(double x, double past, double now, double all_past, double hours) {
  const double mu = now * (.5 + past) / (.5 * 1e4 + all_past);
  const double shape = std::min(50., .5 + past / hours);
  if (x <= mu) return 0;
  return x * std::log(x / mu) - (x + shape) * std::log((x + shape) / (mu + shape));
}

/// Sources of very different volume, of which some come and go.
Stream uneven(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{4}, 0, purpose("test.changers"));
  for (std::size_t w = 0; w < stream.size(); w += 5) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      const std::uint32_t source = random.below(1 + random.below(40));
      if ((source + w / 700) % 5 == 0) continue;
      stream[w].access.push(access_row(w, 1 + random.below(100), 1000 + source, 11));
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("count-min-changers equals its definition where sketches are exact", "[detectors][count-min-changers]") {
  const Stream stream = uneven(4);
  const Run found = run(count_min_changers_entry, stream);
  std::deque<Volumes> past;
  Volumes hour;
  double requests = 0;
  std::deque<double> totals;
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (std::size_t i = 0; i < stream[w].access.size(); ++i, ++requests) {
      hour[{EntityKind::source, stream[w].access.source[i]}] += 1;
      hour[{EntityKind::network, stream[w].access.network[i]}] += 1;
    }
    if ((w + 1) % 60 != 0) {
      REQUIRE(found.scores[w].empty());
      continue;
    }
    const double all_past = std::accumulate(totals.begin(), totals.end(), 0.);
    std::size_t expected = 0;
    for (const auto& [entity, x] : hour) {
      double before = 0;
      for (const Volumes& volumes : past) before += volumes.contains(entity) ? volumes.at(entity) : 0;
      const double score =
          past.empty() || x < 8 ? 0 : plain_score(x, before, requests, all_past, static_cast<double>(past.size()));
      if (score <= 0) continue;
      REQUIRE(score_of(found.scores, w, entity) == Approx(score).epsilon(1e-9).margin(1e-9));
      ++expected;
    }
    REQUIRE(found.scores[w].size() == expected);
    compared += expected;
    past.push_back(hour);
    totals.push_back(requests);
    if (past.size() > 24) {
      past.pop_front();
      totals.pop_front();
    }
    hour.clear();
    requests = 0;
  }
  CHECK(compared > 300);
}

TEST_CASE("count-min-changers goes on the same from a state saved within an hour", "[detectors][count-min-changers]") {
  Stream stream(5 * 60);
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (std::uint32_t i = 0; i < 10; ++i) stream[w].access.push(access_row(w, 1 + i, 1000 + i, 11));
  }
  // A source and its network that are seen before the saving alone.
  for (std::uint32_t i = 0; i < 40; ++i) stream[250].access.push(access_row(250, 1 + i, 77, 11));
  const Run straight = run(count_min_changers_entry, stream);
  const Run restored = run(count_min_changers_entry, stream, Handling{.save_at = 270});
  CHECK(score_of(straight.scores, 299, {EntityKind::source, 77}) > 10);
  CHECK(score_of(straight.scores, 299, {EntityKind::network, 0}) > 10);
  for (const EntityKind kind : {EntityKind::source, EntityKind::network})
    CHECK(score_of(restored.scores, 299, {kind, kind == EntityKind::source ? 77U : 0U}) ==
          score_of(straight.scores, 299, {kind, kind == EntityKind::source ? 77U : 0U}));
}

TEST_CASE("a Count-Min sketch less one that was merged is the sketch of what remains", "[detectors][count-min]") {
  CountMin both(3, 200, 9);
  CountMin first(3, 200, 9);
  CountMin second(3, 200, 9);
  RandomStream random(Seed{5}, 0, purpose("test.count-min"));
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t key = random.below(1000);
    (i % 3 == 0 ? first : second).add(key);
  }
  both.merge(first);
  both.merge(second);
  both.subtract(first);
  for (std::uint64_t key = 0; key < 1000; ++key) REQUIRE(both.estimate(key) == second.estimate(key));
  both.clear();
  for (std::uint64_t key = 0; key < 1000; ++key) REQUIRE(both.estimate(key) == 0);
}

}  // namespace dwell::detect::test
