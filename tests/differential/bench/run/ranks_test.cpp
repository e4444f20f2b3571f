// Ranks that run a seed together find what one program finds: every score of every contender, and the study's lines.

#include <catch2/catch.hpp>
#include <filesystem>

#include <unistd.h>

#include "bench/run/run_state.hpp"
#include "tests/differential/bench/run/study_lines.hpp"
#include "tests/differential/sim/world/rank_groups.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {
namespace {

using world::test::on_rank_groups;
using Bytes = std::vector<std::byte>;

/// What does not depend on time and memory taken.
Bytes findings(const ContenderRun& found) {
  ContenderRun run = found;
  run.clean_ns = 0;
  run.state_bytes = 0;
  ByteWriter writer;
  save(writer, run);
  return {writer.bytes().begin(), writer.bytes().end()};
}

WorldOptions options(std::size_t contenders) {
  return {
      .scale = {1, 8000}, .seed = {9}, .days = 2, .evaluation = true, .floors = std::vector<double>(contenders, 0.5)};
}

/// Fails on shard 3 in the tenth window, or when the window closes.
class Fragile final : public detect::ShardedDetector {
 public:
  explicit Fragile(bool at_close) : at_close_(at_close) { descriptor_.name = "fragile"; }
  [[nodiscard]] const detect::Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override { return std::make_unique<Fragile>(*this); }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader&) override { return success(); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }

  struct Shard final : detect::ShardState {
    explicit Shard(ShardId id) : shard(id) {}
    [[nodiscard]] std::unique_ptr<ShardState> clone() const override { return std::make_unique<Shard>(*this); }
    void save(ByteWriter&) const override {}
    Status restore(ByteReader&) override { return success(); }
    [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }
    ShardId shard;
    int windows = 0;
  };
  [[nodiscard]] std::unique_ptr<detect::ShardState> make_shard_state(ShardId shard) const override {
    return std::make_unique<Shard>(shard);
  }
  void observe(const detect::WindowRows&, detect::ShardState* state, SparseTable&) const override {
    auto& shard = static_cast<Shard&>(*state);
    if (!at_close_ && shard.shard.value == 3 && ++shard.windows == 10) throw std::runtime_error("shard 3 broke");
  }
  void close(const detect::WindowInfo& window, const detect::WindowRows&, const SparseTable&,
             detect::Scores&) override {
    if (at_close_ && window.index == 10) throw std::runtime_error("closing broke");
  }

 private:
  bool at_close_;
  detect::Descriptor descriptor_;
};

Contender fragile(bool at_close) {
  return {Fragile(at_close).descriptor(), "detector",
          [at_close](const detect::Setting&) { return std::make_unique<Fragile>(at_close); }};
}

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

TEST_CASE("every contender scores on ranks as it does alone") {
  auto list = contenders({}).value();
  list.push_back(fragile(false));
  list.push_back(fragile(true));
  const auto whole = run_world(world::test::tiny(), list, options(list.size()));
  const WorldRecord& expected = *whole.value();
  REQUIRE(expected.contenders[list.size() - 2].crash == "shard 3 broke");
  REQUIRE(expected.contenders[list.size() - 1].crash == "closing broke");
  std::size_t scores = 0;
  for (const ContenderRun& run : expected.contenders) scores += run.logs[1].entries().size();
  REQUIRE(scores > 10'000);
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
    const auto run_once = [&](bool on_ranks_now, bool stops) {
      const auto stop_in_the_second = [&](const Progress& progress) {
        if (stops && progress.done > 0.5) stop = true;
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
    CHECK(run_once(ranks_first, true) != alone());
    CHECK(run_once(!ranks_first, false) == alone());
  }
  std::filesystem::remove_all(place);
}

}  // namespace dwell::run::test
