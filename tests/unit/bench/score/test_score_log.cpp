#include <catch2/catch.hpp>

#include <limits>

#include "bench/score/episodes.hpp"
#include "bench/score/score_log.hpp"
#include "bench/score/threshold.hpp"

using namespace dwell;
using namespace dwell::score;
using detect::EntityKind;

namespace {
constexpr detect::Entity kPlatform{EntityKind::platform, 0};
using Item = detect::Scores::Item;
using Policy = ScoreLog::Policy;
}  // namespace

TEST_CASE("equal scores in consecutive windows share an entry") {
  ScoreLog log(Policy::keep_first, 0, 100);
  for (std::int32_t w = 0; w < 10; ++w) {
    const Item items[] = {{kPlatform, 2.5}, {{EntityKind::source, 7}, 1.0 + w}};
    log.add(w, items);
  }
  REQUIRE(log.entries().size() == 11);
  REQUIRE(log.entries()[0].first == 0);
  REQUIRE(log.entries()[0].last == 9);
}

TEST_CASE("a gap or another score opens a new entry") {
  ScoreLog log(Policy::keep_first, 0, 100);
  const Item two[] = {{kPlatform, 2.0}};
  const Item three[] = {{kPlatform, 3.0}};
  log.add(0, two);
  log.add(1, two);
  log.add(3, two);
  log.add(4, three);
  REQUIRE(log.entries().size() == 3);
  REQUIRE(log.entries()[0].last == 1);
  REQUIRE(log.entries()[1].first == 3);
}

TEST_CASE("scores at the floor are not kept") {
  ScoreLog log(Policy::keep_first, 2.0, 100);
  const Item items[] = {{kPlatform, 2.0}, {{EntityKind::page, 8}, 2.0000001}};
  log.add(0, items);
  REQUIRE(log.entries().size() == 1);
  REQUIRE(log.entries()[0].entity.kind == EntityKind::page);
}

TEST_CASE("with thresholds known a log keeps which of them are exceeded, and compares with them as before") {
  const std::vector<double> thresholds = {4, 1, std::numeric_limits<double>::max(), 2};
  ScoreLog whole(Policy::keep_first, 1, 10'000);
  ScoreLog levels(Policy::keep_first, 1, 10'000);
  levels.set_thresholds(thresholds);
  for (std::int32_t w = 0; w < 3000; ++w) {
    // Whole numbers among them lie on thresholds.
    const double score = 3 + (w / 700 % 2 == 0 ? .5 : 2.) * ((w * 7919) % 5 - 2);
    const Item items[] = {{{EntityKind::source, 7}, score}};
    whole.add(w, items);
    levels.add(w, items);
  }
  for (const double threshold : thresholds) {
    INFO("threshold " << threshold);
    REQUIRE(count_episodes(levels.entries(), threshold, 0, 3000) ==
            count_episodes(whole.entries(), threshold, 0, 3000));
  }
  REQUIRE(levels.entries().size() < whole.entries().size() * 3 / 4);

  ByteWriter writer;
  levels.save(writer);
  ScoreLog restored(Policy::keep_first, 0, 1);
  ByteReader reader(writer.bytes());
  restored.restore(reader);
  REQUIRE_FALSE(reader.failed());
  const Item next[] = {{{EntityKind::source, 7}, 3.75}};
  levels.add(3000, next);
  restored.add(3000, next);
  REQUIRE(restored.entries().size() == levels.entries().size());
  REQUIRE(restored.entries().back().score == levels.entries().back().score);
  REQUIRE(restored.entries().back().last == levels.entries().back().last);
}

TEST_CASE("keep_highest loses the lowest scores only, and raises its floor above them") {
  constexpr std::size_t kCapacity = 64;
  ScoreLog log(Policy::keep_highest, 0, kCapacity);
  for (std::int32_t w = 0; w < 5000; ++w) {
    const Item items[] = {{kPlatform, 1.0 + (w * 7919) % 5000}};
    log.add(w, items);
  }
  REQUIRE(log.dropped() > 0);
  REQUIRE(log.entries().size() >= kCapacity);
  REQUIRE(log.entries().size() < 2 * kCapacity);
  std::size_t above = 0;
  for (const Exceedance& entry : log.entries()) {
    REQUIRE(entry.score > log.floor());
    ++above;
  }
  REQUIRE(above == static_cast<std::size_t>(5000 - log.floor()));  // every score above the floor is still there
}

TEST_CASE("keep_first keeps the earliest and counts the rest") {
  ScoreLog log(Policy::keep_first, 0, 10);
  for (std::int32_t w = 0; w < 30; ++w) {
    const Item items[] = {{kPlatform, 1.0 + w}};
    log.add(w, items);
  }
  REQUIRE(log.entries().size() == 10);
  REQUIRE(log.entries().back().first == 9);
  REQUIRE(log.dropped() == 20);
}

TEST_CASE("an episode lasts exactly six hours from its first exceedance") {
  EpisodeSet set;
  set.add(100, 100);
  set.add(100 + kEpisodeWindows - 1, 100 + kEpisodeWindows - 1);
  REQUIRE(set.count() == 1);
  set.add(100 + kEpisodeWindows, 100 + kEpisodeWindows);
  REQUIRE(set.count() == 2);
  set.add(0, 0);  // an earlier start covers 100 and lets the chain begin anew at 459
  REQUIRE(set.starts() == std::set<std::int32_t>{0, 100 + kEpisodeWindows - 1});
}

TEST_CASE("an alarm without end opens four episodes a day") {
  EpisodeSet set;
  set.add(0, 1440 * 10 - 1);
  REQUIRE(set.count() == 40);
}

TEST_CASE("too few days for a budget: not calibratable") {
  const std::vector<Exceedance> entries = {{kPlatform, 5.0, 10, 10}};
  const CleanRun run{entries, 0, 0, 1440 * 9};
  const double budgets[] = {1.0};
  REQUIRE(find_thresholds({&run, 1}, budgets, 1440)[0].state == Threshold::State::not_calibratable);
  const CleanRun longer{entries, 0, 0, 1440 * 10};
  REQUIRE(find_thresholds({&longer, 1}, budgets, 1440)[0].state == Threshold::State::found);
}

TEST_CASE("an alarm at infinity keeps no budget") {
  const std::vector<Exceedance> entries = {{kPlatform, std::numeric_limits<double>::infinity(), 0, 1440 * 100 - 1}};
  const CleanRun run{entries, 0, 0, 1440 * 100};
  const double budgets[] = {1.0, 1.0 / 7};
  for (const Threshold& threshold : find_thresholds({&run, 1}, budgets, 1440)) {
    REQUIRE(threshold.state == Threshold::State::over_budget);
    REQUIRE(threshold.episodes == 400);
    REQUIRE(count_episodes(entries, threshold.value, 0, 1440 * 100) == 400);
  }
}

TEST_CASE("a threshold below what was kept is not one") {
  const std::vector<Exceedance> entries = {{kPlatform, 5.0, 10, 10}};
  const CleanRun run{entries, 4.0, 0, 1440 * 100};
  const double budgets[] = {1.0};
  REQUIRE(find_thresholds({&run, 1}, budgets, 1440)[0].state == Threshold::State::not_calibratable);
}

TEST_CASE("a silent detector needs no threshold") {
  const CleanRun run{{}, 0, 0, 1440 * 100};
  const double budgets[] = {1.0};
  const auto found = find_thresholds({&run, 1}, budgets, 1440);
  REQUIRE(found[0].state == Threshold::State::found);
  REQUIRE(found[0].value == 0);
  REQUIRE(found[0].episodes == 0);
}
