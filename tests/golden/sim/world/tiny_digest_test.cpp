// The digest of a small run of the tiny scenario with campaign and placebo. It changes only when what is simulated
// does; when that is meant, run this test with DWELL_UPDATE_GOLDEN=1.

#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

const std::string kFile = std::string(DWELL_SOURCE_DIR) + "/tests/golden/sim/world/tiny_digest.txt";

std::string digests() {
  const auto world =
      make_world({.scale = {1, 4000}, .seed = {2025}, .days = 2, .campaign = true, .placebo = true, .jitter = true});
  const Trace trace = trace_of(*world);
  Digest all;
  for (const std::uint64_t window : trace.windows) all.add(window);
  return fmt::format("windows {}\nrows {}\nforeign_rows {}\nbackground {:016x}\nforeign {:016x}\nall {:016x}\n",
                     trace.windows.size(), trace.rows, trace.foreign_rows, trace.background_digest,
                     trace.foreign_digest, all.value);
}

TEST_CASE("the digest of the tiny scenario is the recorded one") {
  const std::string now = digests();
  if (const char* update = std::getenv("DWELL_UPDATE_GOLDEN"); update != nullptr && *update == '1') {
    std::ofstream(kFile) << now;
  }
  std::ifstream file(kFile);
  std::stringstream recorded;
  recorded << file.rdbuf();
  CHECK(now == recorded.str());
}

}  // namespace
}  // namespace dwell::world::test
