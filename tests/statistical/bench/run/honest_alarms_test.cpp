// Without any attack keys are orphaned and stay in use, so a rule that watches them raises alarms that are honest.

#include <catch2/catch.hpp>
#include <set>

#include "sim/workforce/workforce.hpp"
#include "tests/differential/bench/run/plain_run.hpp"

namespace dwell::run::test {
namespace {

TEST_CASE("orphaned keys raise alarms on clean runs, and not the insider's alone") {
  auto list = contenders({"orphaned-key"}).value();
  std::erase_if(list, [](const Contender& contender) { return contender.kind == "oracle"; });
  REQUIRE(list.size() == 1);
  std::size_t alarms = 0;
  std::set<std::uint64_t> keys;
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto& scenario = world::test::tiny();
    const protocol::KeyRing ring = workforce::make_key_ring(scenario.workforce, scenario.key_use, true, {seed});
    const std::uint64_t insider = ring.keys.at(ring.insider()).id.value;
    const auto scores = plain_run(list, {.scale = {1, 2000}, .seed = {seed}, .days = 26});
    for (const Scored& score : scores.at(0)) {
      if (score.window < 7 * 1440 || score.value < 5 || score.entity.id == insider) continue;
      ++alarms;
      keys.insert(score.entity.id);
    }
  }
  INFO(alarms << " windows, " << keys.size() << " keys");
  CHECK(alarms > 30);  // of 57 days in all
  CHECK(keys.size() >= 3);
}

}  // namespace
}  // namespace dwell::run::test
