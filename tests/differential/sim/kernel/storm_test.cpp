// The parallel engine is held against the serial reference, on every kind of executor and number of threads.

#include <catch2/catch.hpp>

#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/differential/sim/kernel/storm.hpp"

namespace dwell::kernel::test {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kSeeds = 10;  // sanitizers slow a storm down tenfold
#else
constexpr std::uint64_t kSeeds = 60;
#endif

StormResult reference(const StormShape& shape) { return run_storm(shape, *make_serial_engine(options_of(shape))); }

StormResult parallel(const StormShape& shape, Executor& executor) {
  return run_storm(shape, *make_windowed_engine(options_of(shape), executor));
}

TEST_CASE("storms: serial and windowed engines agree on any executor and number of threads") {
  std::vector<std::unique_ptr<Executor>> executors;
  executors.push_back(make_inline_executor());
  for (const std::size_t threads : {1, 2, 3, 8}) {
    executors.push_back(make_barrier_executor(threads));
  }
  std::uint64_t events = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    INFO("seed " << seed);
    const StormShape shape(seed);
    const StormResult expected = reference(shape);
    events += expected.events;
    for (const auto& executor : executors) {
      INFO(executor->threads() << " threads");
      REQUIRE(parallel(shape, *executor) == expected);
    }
  }
  CHECK(events > 1000 * kSeeds);
}

// oneTBB's executors are made one at a time: its limit on threads is the least of all that are alive.
TEST_CASE("storms: serial and windowed engines agree on the default executor") {
  const std::size_t threads = GENERATE(1, 2, 3, 8);
  const auto executor = make_thread_executor(threads);
  for (std::uint64_t seed = 101; seed <= 100 + kSeeds / 2; ++seed) {
    INFO("seed " << seed);
    const StormShape shape(seed);
    REQUIRE(parallel(shape, *executor) == reference(shape));
  }
}

TEST_CASE("storms: the distributed engine agrees on any number of ranks and threads") {
  const unsigned ranks = GENERATE(1U, 2U, 3U, 4U);
  const std::size_t threads = GENERATE(1, 2);
  for (std::uint64_t seed = 201; seed <= 200 + kSeeds / 2; ++seed) {
    INFO("seed " << seed << ", " << ranks << " ranks of " << threads << " threads");
    const StormShape shape(seed);
    const std::vector<StormResult> results = on_ranks<StormResult>(ranks, [&](Transport& transport) {
      const auto executor = make_barrier_executor(threads);
      return run_storm(shape, *make_distributed_engine(options_of(shape), *executor, transport));
    });
    const StormResult expected = reference(shape);
    for (const StormResult& result : results) REQUIRE(result == expected);
  }
}

TEST_CASE("storms: the horizon changes nothing, the seed changes the digest") {
  StormShape shape(5);
  const auto executor = make_inline_executor();
  const StormResult expected = reference(shape);
  for (const std::size_t horizon : {1, 2, 3, 64, 1024}) {
    shape.horizon = horizon;
    CHECK(parallel(shape, *executor) == expected);
  }
  shape.seed ^= 1;
  CHECK_FALSE(parallel(shape, *executor) == expected);
}

TEST_CASE("several engines may share an executor and be stepped in turn") {
  const auto executor = make_barrier_executor(2);
  const StormShape shape(9);
  const auto build = [&] {
    auto engine = make_windowed_engine(options_of(shape), *executor);
    add_storm(shape, *engine);
    return engine;
  };
  const auto a = build();
  const auto b = build();
  while (a->step()) REQUIRE(b->step());
  CHECK(a->events() == b->events());
  CHECK(a->events() == reference(shape).events);
  for (std::uint32_t id = 0; id < shape.processes; ++id) {
    CHECK(static_cast<StormProcess&>(a->process({id})).digest() ==
          static_cast<StormProcess&>(b->process({id})).digest());
  }
}

}  // namespace
}  // namespace dwell::kernel::test
