// Ranks that run a seed together find what one program finds: every score of every contender, and the study's lines.

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <new>
#include <set>
#include <thread>

#include <unistd.h>

#include "bench/run/pulse.hpp"
#include "bench/run/run_state.hpp"
#include "tests/differential/bench/run/everybody.hpp"
#include "tests/differential/bench/run/study_lines.hpp"
#include "tests/differential/sim/world/rank_groups.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {
namespace {

using world::test::on_rank_groups;

/// Those that say nothing in a world of a few days: they learn for a week first, or by their nature.
const std::set<std::string> kSilent = {"first-seen",
                                       "page-hinkley",
                                       "shiryaev-roberts",
                                       "glr-window",
                                       "bocpd",
                                       "spot",
                                       "dspot",
                                       "relative-entropy",
                                       "never-alert",
                                       "ewma",
                                       "cusum-gaussian",
                                       "cusum-poisson",
                                       "mahalanobis",
                                       "source-entropy",
                                       "half-space-trees",
                                       "ensemble-rank-mean",
                                       "ensemble-holm",
                                       "pca-subspace",
                                       "isolation-forest",
                                       "rrcf",
                                       "loda",
                                       "xstream",
                                       "too large together",
                                       "closing",
                                       "one shard",
                                       "several shards",
                                       "closing before a shard",
                                       "a shard before closing"};

StudyOptions study_options() {
  StudyOptions asked;
  asked.scale = {1, 16'000};
  asked.seed = 5;
  asked.calibration_seeds = 3;
  asked.evaluation_seeds = 2;
  asked.threads = 1;
  asked.detectors = {"ewma", "honey-accounts", "midas-r", "random-walk", "source-entropy", "token-issuance"};
  return asked;
}

const std::map<std::string, std::string>& alone() {
  static const auto lines = lines_of(run_study(world::test::tiny(), study_options()).value());
  return lines;
}

/// The lines that each rank has.
std::vector<std::map<std::string, std::string>> on_ranks(unsigned ranks, const StudyOptions& asked) {
  return on_rank_groups<std::map<std::string, std::string>>(ranks, [&](world::RankGroup& group) {
    StudyOptions mine = asked;
    mine.ranks = &group;
    return lines_of(run_study(world::test::tiny(), mine).value());
  });
}

}  // namespace

TEST_CASE("every contender scores, and fails, on ranks as it does alone") {
  const auto list = everybody();
  const auto whole = run_world(world::test::tiny(), list, options(list.size()));
  const WorldRecord& expected = *whole.value();
  std::map<std::string, std::string> crashes;
  for (std::size_t c = 0; c < list.size(); ++c) {
    const ContenderRun& run = expected.contenders[c];
    INFO(list[c].descriptor.name);
    CHECK(run.logs[1].entries().empty() == kSilent.contains(list[c].descriptor.name));
    if (!run.crash.empty()) crashes[list[c].descriptor.name] = run.crash;
  }
  CHECK(crashes == std::map<std::string, std::string>{
                       {"one shard", "shard 3 broke"},
                       {"several shards", "shard 2 broke"},
                       {"closing", "closing broke"},
                       {"closing before a shard", "closing broke"},
                       {"a shard before closing", "shard 5 broke"},
                       {"late", "shard 1 broke"},
                       {"too large together", "its state exceeds the declared bound of 700 bytes"}});
  for (unsigned ranks = 1; ranks <= 4; ++ranks) {
    const auto seen = on_rank_groups<WorldRecord>(ranks, [&](world::RankGroup& group) {
      const auto pool = kernel::make_thread_executor(ranks == 3 ? 2 : 1);
      WorldOptions asked = options(list.size());
      asked.ranks = &group;
      asked.executor = pool.get();
      return *run_world(world::test::tiny(), list, asked).value();
    });
    CHECK(seen[0].rows == expected.rows);
    CHECK(seen[0].clean_rows == expected.clean_rows);
    CHECK(seen[0].background_digest == expected.background_digest);
    for (std::size_t c = 0; c < list.size(); ++c) {
      INFO(ranks << " ranks, " << list[c].descriptor.name);
      const bool same = findings(seen[0].contenders[c]) == findings(expected.contenders[c]);
      CHECK(same);
      CHECK(seen[0].contenders[c].crash == expected.contenders[c].crash);
      if (list[c].descriptor.name == "honey-accounts" || list[c].descriptor.name == "just small enough") {
        CHECK(seen[0].contenders[c].state_bytes == expected.contenders[c].state_bytes);
      }
    }
  }
}

TEST_CASE("a study whose ranks share shards finds what it finds alone, on every rank") {
  for (const unsigned ranks : {2U, 3U}) {
    StudyOptions asked = study_options();
    asked.spread = Spread::shards;
    asked.threads = ranks == 2 ? 2 : 1;
    for (const auto& lines : on_ranks(ranks, asked)) CHECK(lines == alone());
  }
}

TEST_CASE("more ranks than seeds share shards by themselves") {
  StudyOptions asked = study_options();
  std::uint64_t runs_of_each = 0;
  asked.progress = [&](const Progress& progress) { runs_of_each = progress.runs; };
  const auto lines = on_rank_groups<std::map<std::string, std::string>>(3, [&](world::RankGroup& group) {
    StudyOptions mine = asked;
    mine.ranks = &group;
    if (group.rank() != 0) mine.progress = {};
    return lines_of(run_study(world::test::tiny(), mine).value());
  });
  CHECK(runs_of_each == 5);
  for (const auto& each : lines) CHECK(each == alone());
}

TEST_CASE("ranks with seeds of their own wait for each other as long as they go on") {
  // Rank 0 has a seed more, and dallies for longer than the other's patience before it is done with all.
  constexpr auto kPatience = std::chrono::milliseconds(1500);
  const auto lines = on_rank_groups<std::map<std::string, std::string>>(
      2,
      [&](world::RankGroup& group) {
        StudyOptions mine = study_options();
        mine.spread = Spread::seeds;
        mine.ranks = &group;
        auto dallied = std::chrono::milliseconds(0);
        mine.progress = [&](const Progress&) {
          if (group.rank() != 0 || dallied > 2 * kPatience) return;
          std::this_thread::sleep_for(kPatience / 3);
          dallied += kPatience / 3;
        };
        auto found = lines_of(run_study(world::test::tiny(), mine).value());
        if (group.rank() == 0) CHECK(dallied > kPatience);
        return found;
      },
      kPatience);
  for (const auto& each : lines) CHECK(each == alone());
}

TEST_CASE("a rank tells of its threads' progress, and of nothing when they hang") {
  using namespace std::chrono_literals;
  const bool hangs = GENERATE(false, true);
  const auto run = [&] {
    return on_rank_groups<std::uint64_t>(
        2,
        [&](world::RankGroup& group) {
          if (group.rank() == 1) {
            Pulse pulse(&group);
            std::jthread helper([&] {
              for (int i = 0; i < 120; ++i) {
                std::this_thread::sleep_for(10ms);
                if (!hangs) pulse.beat();
              }
              pulse.leave();
            });
            pulse.wait_for(1);
          }
          return group.exchange().sum(1);
        },
        500ms);
  };
  if (hangs) {
    CHECK_THROWS_WITH(run(), Catch::Matchers::Contains("rank 0 waited 500 ms for a block of rank 1"));
  } else {
    CHECK(run() == std::vector<std::uint64_t>{2, 2});
  }
}

TEST_CASE("a rank whose memory runs out says what would help") {
  for (const Spread spread : {Spread::seeds, Spread::shards}) {
    std::vector<std::string> words(2);
    on_rank_groups<int>(2, [&](world::RankGroup& group) {
      StudyOptions mine = study_options();
      mine.spread = spread;
      mine.ranks = &group;
      if (group.rank() == 1) mine.progress = [](const Progress&) { throw std::bad_alloc(); };
      try {
        (void)run_study(world::test::tiny(), mine);
      } catch (const std::exception& error) {
        words[group.rank()] = error.what();
      }
      return 0;
    });
    CHECK(words[0] ==
          "rank 1: out of memory; --scale 1/16000 is too large here: a smaller one, or fewer --threads, needs less");
  }
}

TEST_CASE("a study that shared shards and was stopped goes on alone, and the other way round") {
  const std::filesystem::path place = std::filesystem::temp_directory_path() / fmt::format("dwell-ranks-{}", getpid());
  for (const bool ranks_first : {true, false}) {
    std::filesystem::remove_all(place);
    CheckpointFolder folder = CheckpointFolder::create(place.string()).value();
    StudyOptions asked = study_options();
    asked.spread = Spread::shards;
    asked.checkpoint = &folder;
    asked.checkpoint_every = Duration::hours(6);
    std::atomic<bool> stop = false;
    double least_done = 1;  // when somebody first reported
    const auto run_once = [&](bool on_ranks_now, bool stops) {
      const auto stop_in_the_second = [&](const Progress& progress) {
        least_done = std::min(least_done, progress.done_before);
        if (stops && progress.done > 0.3) stop = true;
      };
      stop = false;
      asked.stop = &stop;
      if (!on_ranks_now) {
        StudyOptions mine = asked;
        mine.progress = stop_in_the_second;
        const auto result = run_study(world::test::tiny(), mine);
        return result ? lines_of(result.value()) : std::map<std::string, std::string>{};
      }
      return on_rank_groups<std::map<std::string, std::string>>(2, [&](world::RankGroup& group) {
        StudyOptions mine = asked;
        mine.ranks = &group;
        if (group.rank() == 0) mine.progress = stop_in_the_second;
        const auto result = run_study(world::test::tiny(), mine);
        return result ? lines_of(result.value()) : std::map<std::string, std::string>{};
      })[1];
    };
    CHECK(run_once(ranks_first, true).empty());
    CHECK(folder.get("run-0000-done").value().has_value());
    CHECK(least_done == 0);
    least_done = 1;
    CHECK(run_once(!ranks_first, false) == alone());
    CHECK(least_done > 0.15);
  }
  std::filesystem::remove_all(place);
}

}  // namespace dwell::run::test
