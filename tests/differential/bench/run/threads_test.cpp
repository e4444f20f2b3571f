// Contenders spread over threads find what they find one after the other on one.

#include <catch2/catch.hpp>

#include "sim/kernel/executor.hpp"
#include "tests/differential/bench/run/everybody.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {

TEST_CASE("every contender scores, and fails, on several threads as it does on one") {
  const auto list = everybody();
  const auto alone = run_world(world::test::tiny(), list, options(list.size()));
  const WorldRecord& expected = *alone.value();
  for (const std::size_t threads : {2, 3, 11}) {
    const auto pool = kernel::make_barrier_executor(threads);
    WorldOptions asked = options(list.size());
    asked.executor = pool.get();
    const auto run = run_world(world::test::tiny(), list, asked);
    const WorldRecord& seen = *run.value();
    CHECK(seen.clean_rows == expected.clean_rows);
    for (std::size_t c = 0; c < list.size(); ++c) {
      INFO(threads << " threads, " << list[c].descriptor.name);
      const bool same = findings(seen.contenders[c]) == findings(expected.contenders[c]);
      CHECK(same);
      CHECK(seen.contenders[c].crash == expected.contenders[c].crash);
      CHECK(seen.contenders[c].state_bytes == expected.contenders[c].state_bytes);
      CHECK((seen.contenders[c].clean_ns > 0) == (expected.contenders[c].clean_ns > 0));
    }
  }
}

}  // namespace dwell::run::test
