#include <catch2/catch.hpp>
#include <limits>

#include "detectors/controls/coins.hpp"
#include "detectors/controls/constant.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {

TEST_CASE("never-alert is silent, always-alert is above everything in every window", "[detectors][controls]") {
  const Stream stream(100);
  for (const auto& scores : run(never_alert_entry, stream).scores) REQUIRE(scores.empty());
  for (const auto& scores : run(always_alert_entry, stream).scores) {
    REQUIRE(scores.size() == 1);
    REQUIRE(scores[0].value > std::numeric_limits<double>::max());
  }
}

TEST_CASE("coins are uniform, one a window, and random-hash alone tosses by the rows", "[detectors][controls]") {
  const Stream clean = make_stream(2, {});
  const Stream planted = make_stream(2, {.from = 1440, .windows = 1440, .rows = 1});
  for (const CatalogueEntry& entry : {random_entry, random_page_entry, random_hash_entry}) {
    INFO(entry.describe().name);
    const WindowScores coins = run(entry, clean).scores;
    int high = 0;
    for (const auto& scores : coins) {
      REQUIRE(scores.size() == 1);
      REQUIRE(scores[0].value < 1);
      high += scores[0].value > .9 ? 1 : 0;
    }
    CHECK(std::abs(high - 288) < 80);  // five standard deviations
    const WindowScores other = run(entry, planted).scores;
    CHECK(same(coins, other, 1440));
    CHECK(same(coins, other) == (entry.describe != random_hash_entry.describe));
  }
}

TEST_CASE("coins follow the seed", "[detectors][controls]") {
  const auto toss = [](std::uint64_t seed) {
    const auto made = make_random(describe_random(), setting(seed));
    Scores scores;
    scores.begin(0);
    static_cast<ShardedDetector&>(*made).close({3, 0, kWindowUs}, {}, {}, scores);
    return scores.items()[0].value;
  };
  CHECK(toss(1) == toss(1));
  CHECK(toss(1) != toss(2));
}

}  // namespace dwell::detect::test
