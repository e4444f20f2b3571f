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
  // The three shapes that bench/perf/README.md names.
  struct Published {
    std::uint64_t processes;
    std::uint32_t start_events;
    double end_units;
    std::uint64_t events, digest;
  };
  for (const Published& p : {Published{100'000, 1, 100, 4'962'615, 0x927253a48e498f30},
                             Published{1'000'000, 1, 12, 5'626'967, 0xad309e3161f532a6},
                             Published{100'000, 16, 8, 5'801'116, 0x923937caf2fde193}}) {
    shape = {};
    shape.processes = p.processes;
    shape.start_events = p.start_events;
    shape.end_units = p.end_units;
    const auto found = run_phold(shape, *dwell::kernel::make_windowed_engine(shape.engine_options(), *executor));
    CHECK(found.events == p.events);
    CHECK(found.digest == p.digest);
  }
}
