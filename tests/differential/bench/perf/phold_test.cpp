// PHOLD gives the same events and digest on every engine and any number of threads.

#include "bench/perf/phold.hpp"

#include <catch2/catch.hpp>

using dwell::perf::PholdResult;
using dwell::perf::PholdShape;

namespace {

PholdResult serial(const PholdShape& shape) {
  return run_phold(shape, *dwell::kernel::make_serial_engine(shape.engine_options()));
}
PholdResult threaded(const PholdShape& shape, std::size_t threads) {
  const auto executor = dwell::kernel::make_thread_executor(threads);
  return run_phold(shape, *dwell::kernel::make_windowed_engine(shape.engine_options(), *executor));
}

PholdShape shape_of(std::uint64_t processes, std::uint32_t start_events, double lookahead_units, double remote) {
  PholdShape shape;
  shape.processes = processes;
  shape.start_events = start_events;
  shape.lookahead_units = lookahead_units;
  shape.remote = remote;
  shape.end_units = 30;
  return shape;
}

}  // namespace

TEST_CASE("PHOLD is identical on the serial engine and on 1, 2, 3 and 8 threads") {
  for (const PholdShape& shape :
       {shape_of(1, 1, 1, 0.25), shape_of(1, 40, 0.1, 1), shape_of(63, 2, 1, 0.25), shape_of(1000, 1, 2, 0.5),
        shape_of(5000, 3, 0.01, 0.9), shape_of(70'000, 1, 1, 0.25)}) {
    const PholdResult expected = serial(shape);
    INFO(shape.processes << " processes, lookahead " << shape.lookahead_units);
    CHECK(expected.events > 0);
    for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
      const PholdResult found = threaded(shape, threads);
      CHECK(found.events == expected.events);
      CHECK(found.digest == expected.digest);
    }
  }
}

TEST_CASE("another seed makes another PHOLD") {
  PholdShape shape = shape_of(500, 1, 1, 0.25);
  const PholdResult one = serial(shape);
  shape.seed = dwell::Seed{2};
  CHECK(serial(shape).digest != one.digest);
}

TEST_CASE("PHOLD without a random delay ticks like a clock") {
  PholdShape shape = shape_of(10, 2, 2, 0.25);  // mean = lookahead = 2
  CHECK(serial(shape).events == 10 * 2 * 14);   // at 2, 4, ... 28
}

TEST_CASE("PHOLD that ends before its first event handles none") {
  PholdShape shape = shape_of(10, 2, 1, 0.25);
  shape.end_units = 0.5;
  CHECK(serial(shape).events == 0);
  CHECK(threaded(shape, 2).events == 0);
}

TEST_CASE("a stopped PHOLD says so") {
  const PholdShape shape = shape_of(10, 2, 1, 0.25);
  const auto engine = dwell::kernel::make_serial_engine(shape.engine_options());
  int windows = 0;
  const PholdResult result = run_phold(shape, *engine, [&](double, std::uint64_t, double) { return ++windows < 5; });
  CHECK_FALSE(result.finished);
  CHECK(windows >= 5);
  CHECK(windows <= 16);  // ranks agree on it that often
  CHECK(result.events > 0);
}
