// One digest for all engines and all machines. A change here is a change of the total order or of the call sequence
// that models see, and belongs in the change log.

#include <catch2/catch.hpp>

#include "tests/differential/sim/kernel/storm.hpp"

namespace dwell::kernel::test {
namespace {

constexpr std::uint64_t kStormDigest = 0x49147b97961f73a5;
constexpr std::uint64_t kStormEvents = 216'675;

TEST_CASE("the digest of ten storms is the recorded one") {
  const auto executor = make_thread_executor(2);
  for (const bool plain : {true, false}) {
    StormResult total;
    for (std::uint64_t seed = 1001; seed <= 1010; ++seed) {
      const StormShape shape(seed);
      const auto engine =
          plain ? make_serial_engine(options_of(shape)) : make_windowed_engine(options_of(shape), *executor);
      const StormResult result = run_storm(shape, *engine);
      total.digest = mix64(total.digest, result.digest);
      total.events += result.events;
    }
    INFO((plain ? "serial" : "windowed") << " engine");
    CHECK(total.digest == kStormDigest);
    CHECK(total.events == kStormEvents);
  }
}

}  // namespace
}  // namespace dwell::kernel::test
