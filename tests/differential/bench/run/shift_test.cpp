// Detectors see no dates: their calendar moved by more weeks gives the same scores.

#include <catch2/catch.hpp>

#include "tests/differential/bench/run/plain_run.hpp"

namespace dwell::run::test {
namespace {

TEST_CASE("no contender's score depends on the weeks its calendar is shifted by") {
  const auto list = contenders({}).value();
  const world::RunOptions options{.scale = {1, 16'000}, .seed = {21}, .days = 1, .campaign = true, .jitter = true};
  const auto here = plain_run(list, options);
  const auto later = plain_run(list, options, 37);
  std::size_t scores = 0;
  for (std::size_t c = 0; c < list.size(); ++c) {
    INFO(list[c].descriptor.name);
    if (list[c].descriptor.name == "random-hash") continue;  // its coins are a hash of the rows, times included
    CHECK((here[c] == later[c]));
    scores += here[c].size();
  }
  CHECK(scores > 10'000);
}

}  // namespace
}  // namespace dwell::run::test
