// The assembled platform, with campaign and placebo, is the same to the bit on every engine and number of threads.

#include <catch2/catch.hpp>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

RunOptions busy(std::uint64_t seed) {
  return {.scale = {1, 8000}, .seed = {seed}, .days = 2, .campaign = true, .placebo = true, .jitter = true};
}

Trace run(const RunOptions& options) { return trace_of(*make_world(options)); }

TEST_CASE("every engine and number of threads emits the rows of the serial reference") {
  RunOptions options = busy(71);
  options.engine = EngineKind::serial;
  const Trace reference = run(options);
  REQUIRE(reference.rows > 50'000);
  REQUIRE(reference.foreign_rows > 10'000);

  options.engine = EngineKind::windowed;
  CHECK((run(options) == reference));
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    INFO(threads << " threads");
    const auto pool = kernel::make_thread_executor(threads);
    options.executor = pool.get();
    CHECK((run(options) == reference));
    const auto barrier = kernel::make_barrier_executor(threads);
    options.executor = barrier.get();
    CHECK((run(options) == reference));
  }
}

TEST_CASE("another seed is another world") {
  const Trace a = run(busy(71));
  const Trace b = run(busy(72));
  CHECK(a.background_digest != b.background_digest);
  CHECK(a.foreign_digest != b.foreign_digest);
  std::size_t same = 0;
  for (std::size_t w = 0; w < std::min(a.windows.size(), b.windows.size()); ++w) same += a.windows[w] == b.windows[w];
  CHECK(same < a.windows.size() / 20);  // windows without a row are alike
}

}  // namespace
}  // namespace dwell::world::test
