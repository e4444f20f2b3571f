// PHOLD's number of events against renewal theory: each start event begins a chain whose n-th event comes at
// n L + Gamma(n, mean - L), so N S chains make N S sum over n of P(n L + Gamma(n, mean - L) < end) events.

#include "bench/perf/phold.hpp"

#include <boost/math/special_functions/gamma.hpp>
#include <catch2/catch.hpp>
#include <cmath>

using dwell::perf::PholdResult;
using dwell::perf::PholdShape;

namespace {

/// Mean and variance of the events of one chain.
struct Renewals {
  explicit Renewals(const PholdShape& shape) {
    const double tail = shape.mean_units - shape.lookahead_units;
    for (int n = 1; n * shape.lookahead_units < shape.end_units; ++n) {
      const double p = boost::math::gamma_p(n, (shape.end_units - n * shape.lookahead_units) / tail);
      mean += p;
      second += (2 * n - 1) * p;
    }
  }
  double mean = 0, second = 0;
  [[nodiscard]] double variance() const { return second - mean * mean; }
};

PholdResult run(const PholdShape& shape) {
  const auto executor = dwell::kernel::make_thread_executor(2);
  const auto engine = dwell::kernel::make_windowed_engine(shape.engine_options(), *executor);
  return run_phold(shape, *engine);
}

PholdShape shape_of(std::uint64_t processes, std::uint32_t start_events, double end_units) {
  PholdShape shape;
  shape.processes = processes;
  shape.start_events = start_events;
  shape.end_units = end_units;
  return shape;
}

}  // namespace

TEST_CASE("PHOLD makes the events that renewal theory and other engines count") {
  struct Case {
    PholdShape shape;
    double published;
  };
  for (const Case& c : {Case{shape_of(100'000, 1, 100), 4.960e6}, Case{shape_of(1'000'000, 1, 12), 5.625e6},
                        Case{shape_of(100'000, 16, 8), 5.798e6}}) {
    const Renewals chain(c.shape);
    const double chains = static_cast<double>(c.shape.processes) * c.shape.start_events;
    const double expected = chains * chain.mean;
    INFO("expected " << expected);
    CHECK(std::abs(expected - c.published) < 1.5e-3 * c.published);
    const auto events = static_cast<double>(run(c.shape).events);
    // Four standard deviations, and what the table of delays may be off.
    CHECK(std::abs(events - expected) < 4 * std::sqrt(chains * chain.variance()) + 1e-4 * expected);
  }
}
