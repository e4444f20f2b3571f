// One pass with three views gives every detector the scores that three separate simulations would.

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/differential/bench/run/plain_run.hpp"

namespace dwell::run::test {
namespace {

constexpr std::size_t kKept = 20'000;  // scores kept of a detector in the clean view, so that no log overflows

world::RunOptions options(bool campaign, bool placebo) {
  return {.scale = {1, 8000}, .seed = {9}, .days = 2, .campaign = campaign, .placebo = placebo, .jitter = true};
}

/// The score that about `kKept` of the scores exceed; 0 when there are fewer.
double floor_of(const std::vector<Scored>& scores) {
  if (scores.size() <= kKept) return 0;
  std::vector<double> values;
  for (const Scored& s : scores) values.push_back(s.value);
  std::nth_element(values.begin(), values.end() - kKept, values.end());
  return values[values.size() - kKept];
}

std::string first_difference(const std::vector<Scored>& a, const std::vector<Scored>& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  const auto text = [&](const std::vector<Scored>& scores) {
    if (i == scores.size()) return std::string("nothing");
    return std::to_string(scores[i].window) + " " + detect::to_string(scores[i].entity) + " " +
           Catch::StringMaker<double>::convert(scores[i].value);
  };
  return text(a) + " against " + text(b) + ", place " + std::to_string(i) + " of " + std::to_string(a.size()) +
         " and " + std::to_string(b.size());
}

/// From here on all three views are kept: the first foreign row has come, and the warm-up has passed.
std::int32_t forked(const WorldRecord& run) {
  const Time first = std::min(run.campaign->first(), run.placebo->first());
  return static_cast<std::int32_t>(std::max(run.plan.warm_up_windows, first.us / world::kWindow.us + 1));
}

TEST_CASE("the views of one pass score like separate simulations, for every contender") {
  const auto list = contenders({}).value();
  const std::array<std::vector<std::vector<Scored>>, kViews> apart = {plain_run(list, options(false, false)),
                                                                      plain_run(list, options(true, false)),
                                                                      plain_run(list, options(false, true))};
  std::vector<double> floors;
  for (const auto& scores : apart[0]) floors.push_back(floor_of(scores));
  const auto made =
      run_world(world::test::tiny(), list,
                {.scale = options(true, true).scale, .seed = {9}, .days = 2, .evaluation = true, .floors = floors});
  const WorldRecord& together = *made.value();
  REQUIRE(together.foreign_rows > 10'000);
  const auto after_warm_up = static_cast<std::int32_t>(together.plan.warm_up_windows);

  std::size_t compared = 0;
  std::size_t differ_from_clean = 0;
  for (std::size_t c = 0; c < list.size(); ++c) {
    INFO(list[c].descriptor.name);
    REQUIRE(together.contenders[c].crash.empty());
    for (std::size_t v = 0; v < kViews; ++v) {
      INFO("view " << v);
      const score::ScoreLog& log = together.contenders[c].logs[v];
      REQUIRE(log.dropped() == 0);
      const std::int32_t from = v == 0 ? after_warm_up : forked(together);
      const auto a = kept(expanded(log), log.floor(), from);
      const auto b = kept(apart[v][c], log.floor(), from);
      INFO(first_difference(a, b));
      CHECK((a == b));
      compared += a.size();
      if (v != 0) differ_from_clean += kept(apart[v][c], log.floor(), from) != kept(apart[0][c], log.floor(), from);
    }
  }
  // That the views differ at all is what the comparison lives from.
  CHECK(differ_from_clean > 10);
  CHECK(compared > 50'000);
}

}  // namespace
}  // namespace dwell::run::test
