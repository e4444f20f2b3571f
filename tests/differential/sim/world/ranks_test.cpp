// The assembled platform on ranks: every row is emitted on one of them, and what is the run's is the same on all.

#include <catch2/catch.hpp>
#include <map>

#include "tests/differential/sim/world/rank_groups.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

RunOptions busy(std::uint64_t seed) {
  return {.scale = {1, 8000}, .seed = {seed}, .days = 2, .campaign = true, .placebo = true, .jitter = true};
}

/// A window as one rank saw it: the words of its shards' rows, and a digest of the platform's.
struct SeenWindow {
  std::map<std::uint32_t, std::vector<Words>> access, auth;  // by shard
  std::vector<Words> platform;
};

struct Seen {
  std::vector<SeenWindow> windows;
  Trace totals;
  std::uint64_t exposed = 0, touched = 0;
};

template <class Batch>
void add_words(const Simulation& world, const telemetry::Labelled<Batch>& rows, std::size_t begin, std::size_t end,
               std::vector<Words>& to) {
  for (std::size_t i = begin; i < end; ++i) {
    Words words = words_of(rows.rows.row(i));
    words.push_back(world.label(rows.origins[i]));
    to.push_back(words);
  }
}

SeenWindow look_at(const Simulation& world) {
  SeenWindow seen;
  for (const telemetry::PartitionRows& rows : world.partitions()) {
    for (const telemetry::ShardRange& range : rows.shards) {
      add_words(world, rows.access, range.access_begin, range.access_end, seen.access[range.shard.value]);
      add_words(world, rows.auth, range.auth_begin, range.auth_end, seen.auth[range.shard.value]);
    }
  }
  const telemetry::PlatformRows& platform = world.platform();
  const auto all = [&](const auto& rows) { add_words(world, rows, 0, rows.rows.size(), seen.platform); };
  all(platform.keys);
  all(platform.workforce);
  all(platform.audit);
  all(platform.complaints);
  all(platform.deception);
  return seen;
}

Seen watch(Simulation& world) {
  Seen seen;
  while (world.step()) seen.windows.push_back(look_at(world));
  seen.totals = {{}, world.rows(), world.foreign_rows(), world.background_digest(), world.foreign_digest()};
  seen.exposed = world.campaign().exposed();
  seen.touched = world.campaign().entities(truth::Kind::source) + world.placebo().requests();
  return seen;
}

/// The rows of all ranks together.
std::vector<SeenWindow> join(const std::vector<Seen>& ranks) {
  std::vector<SeenWindow> all = ranks[0].windows;
  for (std::size_t r = 1; r < ranks.size(); ++r) {
    for (std::size_t w = 0; w < all.size(); ++w) {
      all[w].access.insert(ranks[r].windows[w].access.begin(), ranks[r].windows[w].access.end());
      all[w].auth.insert(ranks[r].windows[w].auth.begin(), ranks[r].windows[w].auth.end());
    }
  }
  return all;
}

bool same(const std::vector<SeenWindow>& a, const std::vector<SeenWindow>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t w = 0; w < a.size(); ++w) {
    if (a[w].access != b[w].access || a[w].auth != b[w].auth || a[w].platform != b[w].platform) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("the platform on 1 to 4 ranks of one and two threads emits the rows of the platform alone") {
  const Seen alone = watch(*make_world(busy(73)));
  REQUIRE(alone.totals.rows > 50'000);
  REQUIRE(alone.totals.foreign_rows > 10'000);
  for (unsigned ranks = 1; ranks <= 4; ++ranks) {
    for (const std::size_t threads : {1U, 2U}) {
      INFO(ranks << " ranks of " << threads << " threads");
      const std::vector<Seen> seen = on_rank_groups<Seen>(ranks, [&](RankGroup& group) {
        const auto pool = kernel::make_thread_executor(threads);
        RunOptions options = busy(73);
        options.executor = pool.get();
        options.ranks = &group;
        return watch(*make_world(options));
      });
      for (const Seen& rank : seen) {
        CHECK((rank.totals == alone.totals));
        CHECK(rank.exposed == alone.exposed);
        CHECK(rank.touched == alone.touched);
        for (std::size_t w = 0; w < alone.windows.size(); ++w) {
          REQUIRE((rank.windows[w].platform == alone.windows[w].platform));
        }
      }
      CHECK(same(join(seen), alone.windows));
    }
  }
}

TEST_CASE("a run saved on ranks goes on alone, and one saved alone goes on on ranks") {
  const Seen whole = watch(*make_world(busy(74)));
  const auto half = static_cast<std::size_t>(whole.windows.size() / 2);
  const auto save_half_way = [&](Simulation& world) {
    for (std::size_t w = 0; w < half; ++w) world.step();
    ByteWriter writer;
    world.save(writer);
    return std::vector<std::byte>(writer.bytes().begin(), writer.bytes().end());
  };
  const auto go_on = [&](Simulation& world, const std::vector<std::byte>& saved) {
    ByteReader reader(saved);
    REQUIRE(world.restore(reader).ok());
    return watch(world);
  };
  const auto saved_on_ranks = on_rank_groups<std::vector<std::byte>>(3, [&](RankGroup& group) {
    RunOptions options = busy(74);
    options.ranks = &group;
    return save_half_way(*make_world(options));
  });
  CHECK(saved_on_ranks[1].empty());
  CHECK((go_on(*make_world(busy(74)), saved_on_ranks[0]).totals == whole.totals));

  const std::vector<std::byte> saved_alone = save_half_way(*make_world(busy(74)));
  const auto seen = on_rank_groups<Seen>(2, [&](RankGroup& group) {
    RunOptions options = busy(74);
    options.ranks = &group;
    return go_on(*make_world(options), saved_alone);
  });
  CHECK((seen[0].totals == whole.totals));
  CHECK((seen[1].totals == whole.totals));
  const std::vector<SeenWindow> rest(whole.windows.begin() + static_cast<std::ptrdiff_t>(half), whole.windows.end());
  CHECK(same(join(seen), rest));
}

}  // namespace dwell::world::test
