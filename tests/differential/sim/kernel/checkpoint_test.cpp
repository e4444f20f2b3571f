// Storms that stop at some window, are saved, and go on in another engine.

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/differential/sim/kernel/storm.hpp"

namespace dwell::kernel::test {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kSeeds = 3;
#else
constexpr std::uint64_t kSeeds = 15;
#endif

/// An engine by what it runs on; ranks 0: the serial one.
struct Kind {
  unsigned ranks = 1;
  std::size_t threads = 1;
};
constexpr Kind kKinds[] = {{0, 1}, {1, 1}, {1, 3}, {2, 1}, {3, 2}, {4, 1}};

/// Calls body(engine) with a fresh engine of the kind, on each rank; what it returned, by rank.
template <class Slot>
std::vector<Slot> with_engine(const StormShape& shape, Kind kind, const std::function<Slot(Engine&)>& body) {
  const auto executor = make_barrier_executor(kind.threads);
  if (kind.ranks == 0) return {body(*make_serial_engine(options_of(shape)))};
  if (kind.ranks == 1) return {body(*make_windowed_engine(options_of(shape), *executor))};
  return on_ranks<Slot>(kind.ranks, [&](Transport& transport) {
    const auto own = make_barrier_executor(kind.threads);
    return body(*make_distributed_engine(options_of(shape), *own, transport));
  });
}

void demand(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message());
}

/// Where a run stands after some windows: one part a rank.
using Parts = std::vector<std::string>;
std::string save_part(Engine& engine) {
  std::ostringstream out;
  demand(engine.save(out));
  return out.str();
}
void restore_parts(Engine& engine, const Parts& parts, bool joined) {
  std::vector<std::istringstream> streams;
  std::string all;
  for (const std::string& part : parts) {
    all += part;
    if (!joined) streams.emplace_back(part);
  }
  if (joined) streams.emplace_back(all);
  std::vector<std::istream*> list;
  for (std::istringstream& stream : streams) list.push_back(&stream);
  demand(engine.restore(list));
}

Parts run_and_save(const StormShape& shape, Kind kind, std::int64_t windows) {
  return with_engine<std::string>(shape, kind, [&](Engine& engine) {
    add_storm(shape, engine);
    for (std::int64_t w = 0; w < windows; ++w) engine.step();
    return save_part(engine);
  });
}
Parts go_on_and_save(const StormShape& shape, Kind kind, const Parts& from, std::int64_t windows) {
  return with_engine<std::string>(shape, kind, [&](Engine& engine) {
    add_storm(shape, engine);
    restore_parts(engine, from, true);
    for (std::int64_t w = 0; w < windows; ++w) engine.step();
    return save_part(engine);
  });
}
StormResult finish(const StormShape& shape, Kind kind, const Parts& from, bool joined) {
  return with_engine<StormResult>(shape, kind, [&](Engine& engine) {
    add_storm(shape, engine);
    restore_parts(engine, from, joined);
    while (engine.step()) continue;
    return result_of(engine);
  })[0];
}

TEST_CASE("a storm stopped at any window goes on in any engine to the same digest") {
  for (std::uint64_t seed = 401; seed <= 400 + kSeeds; ++seed) {
    const StormShape shape(seed);
    const StormResult expected = run_storm(shape, *make_serial_engine(options_of(shape)));
    for (std::size_t i = 0; i < std::size(kKinds); ++i) {
      const auto windows = static_cast<std::int64_t>(mix64(seed, i) % static_cast<std::uint64_t>(shape.windows + 1));
      const Parts parts = run_and_save(shape, kKinds[i], windows);
      for (const Kind to : kKinds) {
        INFO("seed " << seed << ", " << windows << " windows on " << kKinds[i].ranks << " ranks of "
                     << kKinds[i].threads << ", then " << to.ranks << " of " << to.threads);
        REQUIRE(finish(shape, to, parts, (seed & 1) != 0) == expected);
      }
    }
  }
}

TEST_CASE("a storm saved twice in a row, or before its first window, goes on to the same digest") {
  for (std::uint64_t seed = 501; seed <= 500 + kSeeds; ++seed) {
    INFO("seed " << seed);
    const StormShape shape(seed);
    const StormResult expected = run_storm(shape, *make_serial_engine(options_of(shape)));
    for (const Kind kind : kKinds) {
      const auto both = with_engine<std::pair<std::string, std::string>>(shape, kind, [&](Engine& engine) {
        add_storm(shape, engine);
        engine.step();
        auto first = save_part(engine);
        return std::pair(first, save_part(engine));
      });
      for (const auto& [first, second] : both) CHECK(first == second);
      CHECK(finish(shape, kind, run_and_save(shape, kind, 0), true) == expected);
    }
  }
}

TEST_CASE("saving changes nothing, and a restored engine saves what it was restored from") {
  for (std::uint64_t seed = 601; seed <= 600 + kSeeds; ++seed) {
    INFO("seed " << seed);
    const StormShape shape(seed);
    const StormResult expected = run_storm(shape, *make_serial_engine(options_of(shape)));
    for (const Kind kind : kKinds) {
      const StormResult saving = with_engine<StormResult>(shape, kind, [&](Engine& engine) {
        add_storm(shape, engine);
        do {
          (void)save_part(engine);
        } while (engine.step());
        return result_of(engine);
      })[0];
      CHECK(saving == expected);
    }
    // By way of ranks and back: the bytes do not depend on who wrote them.
    const Parts serial = run_and_save(shape, kKinds[0], 7);
    CHECK(run_and_save(shape, {1, 3}, 7) == serial);
    const Parts ranks = run_and_save(shape, {3, 1}, 7);
    CHECK(go_on_and_save(shape, {3, 2}, run_and_save(shape, {1, 1}, 4), 3).size() == ranks.size());
    CHECK(go_on_and_save(shape, {1, 1}, ranks, 0) == serial);
    CHECK(go_on_and_save(shape, {1, 1}, go_on_and_save(shape, {4, 1}, run_and_save(shape, {2, 2}, 3), 2), 2) == serial);
  }
}

}  // namespace
}  // namespace dwell::kernel::test
