// PHOLD's digests as recorded: a change of the draws, of the routing or of the order of events shows here.

#include <catch2/catch.hpp>

#include "bench/perf/phold.hpp"

TEST_CASE("PHOLD's digests are the recorded ones") {
  const auto executor = dwell::kernel::make_thread_executor(2);
  dwell::perf::PholdShape shape;
  shape.processes = 1000;
  shape.end_units = 50;
  const auto little = run_phold(shape, *dwell::kernel::make_windowed_engine(shape.engine_options(), *executor));
  CHECK(little.events == 24'584);
  CHECK(little.digest == 0x38e00a632c946d58);
  shape = {};
  const auto published = run_phold(shape, *dwell::kernel::make_windowed_engine(shape.engine_options(), *executor));
  CHECK(published.events == 4'962'615);
  CHECK(published.digest == 0x927253a48e498f30);
}
