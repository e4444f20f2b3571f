// What a seed redraws, so that no date, number or moment can be learnt from one run for another.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

constexpr std::uint64_t kSeeds = 400;

const Scenario& the_case() {
  static const Scenario scenario =
      read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json").value();
  return scenario;
}

RunPlan plan_of(std::uint64_t seed, bool jitter) {
  return plan_run(the_case(), {.scale = {1, 1000}, .seed = {seed}, .jitter = jitter}).value();
}

TEST_CASE("the onset is shifted by U(0, 28 d), and the run is longer by as much") {
  const Scenario& scenario = the_case();
  REQUIRE(scenario.onset_jitter == Duration::days(28));
  std::vector<double> shares;
  std::set<std::int64_t> distinct;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const RunPlan plan = plan_of(seed, true);
    const Duration jitter = plan.onset - (Time{} + scenario.warm_up);
    CHECK(jitter >= Duration{});
    CHECK(jitter < scenario.onset_jitter);
    CHECK(plan.windows == (plan.onset + Duration::days(147) - Time{}) / kWindow);
    CHECK(plan.warm_up_windows == 28 * 1440);
    CHECK(plan.first_day.days == scenario.reading().start.days - 28);
    shares.push_back(jitter.as_days() / 28);
    distinct.insert(jitter.us);
  }
  CHECK(distinct.size() == kSeeds);
  std::sort(shares.begin(), shares.end());
  double distance = 0;  // Kolmogorov's, to the uniform distribution
  for (std::size_t i = 0; i < kSeeds; ++i)
    distance = std::max(distance, std::abs(shares[i] - static_cast<double>(2 * i + 1) / (2 * kSeeds)));
  CHECK(distance < 2.7 / 20);  // exceeded once in a million samples
}

TEST_CASE("without a shift the run is warm-up and horizon") {
  const RunPlan plan = plan_of(3, false);
  CHECK(plan.onset == Time{} + Duration::days(28));
  CHECK(plan.windows == (28 + 147) * 1440);
}

TEST_CASE("detectors' calendar is shifted by whole weeks, another number for most seeds") {
  std::set<std::int64_t> weeks;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::int64_t us = plan_of(seed, true).shift.us;
    CHECK(us >= 0);
    CHECK(us % Duration::days(7).us == 0);
    CHECK(us == plan_of(seed, false).shift.us);
    weeks.insert(us);
  }
  CHECK(weeks.size() > 200);  // 400 draws of 520 leave 279 distinct ones on average
}

TEST_CASE("a later onset lengthens the background and changes none of it") {
  RunOptions options{.scale = {1, 16'000}, .seed = {4}, .days = 1};
  const Trace plain = trace_of(*make_world(options));
  options.jitter = true;
  const Trace longer = trace_of(*make_world(options));
  REQUIRE(longer.windows.size() > plain.windows.size());
  CHECK(std::equal(plain.windows.begin(), plain.windows.end(), longer.windows.begin()));
}

/// The numbers in the access rows of a run's first twelve hours, and how often each network comes.
struct Numbers {
  std::set<std::uint64_t> keys, tokens;
  std::map<std::uint64_t, std::uint64_t> networks, countries;
};

std::uint64_t most_frequent(const std::map<std::uint64_t, std::uint64_t>& counts) {
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Numbers numbers_of(std::uint64_t seed) {
  const auto world = make_world({.scale = {1, 16'000}, .seed = {seed}, .days = 1});
  Numbers numbers;
  for (int w = 0; w < 720 && world->step(); ++w) {
    for (const auto& partition : world->partitions()) {
      const telemetry::AccessBatch& rows = partition.access.rows;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows.key[i] != 0) numbers.keys.insert(rows.key[i]);
        if (rows.token[i] != 0) numbers.tokens.insert(rows.token[i]);
        ++numbers.networks[rows.network[i]];
        ++numbers.countries[rows.country[i]];
      }
    }
  }
  return numbers;
}

TEST_CASE("keys, tokens, networks and countries have other numbers in another run") {
  std::set<std::uint64_t> keys, tokens, home_networks, home_countries;
  std::size_t all_keys = 0;
  std::size_t all_tokens = 0;
  constexpr std::uint64_t kRuns = 12;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const Numbers numbers = numbers_of(seed);
    REQUIRE(numbers.keys.size() > 1);
    REQUIRE(numbers.tokens.size() > 50);
    all_keys += numbers.keys.size();
    all_tokens += numbers.tokens.size();
    keys.insert(numbers.keys.begin(), numbers.keys.end());
    tokens.insert(numbers.tokens.begin(), numbers.tokens.end());
    home_networks.insert(most_frequent(numbers.networks));
    home_countries.insert(most_frequent(numbers.countries));
  }
  CHECK(keys.size() == all_keys);
  CHECK(tokens.size() == all_tokens);
  CHECK(home_networks.size() > 3);
  CHECK(home_countries.size() > 2);
}

TEST_CASE("countries have other numbers in another run, and the codes of the same countries") {
  std::set<std::size_t> home_numbers;
  std::multiset<std::string> expected;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto world = make_world({.scale = {1, 16'000}, .seed = {seed}, .days = 1});
    const std::vector<std::string> codes = world->country_codes();
    const std::multiset<std::string> sorted(codes.begin(), codes.end());
    if (seed == 1) expected = sorted;
    CHECK(sorted == expected);
    CHECK(sorted.count("KR") == 1);
    home_numbers.insert(static_cast<std::size_t>(std::find(codes.begin(), codes.end(), "KR") - codes.begin()));
    if (seed > 3) continue;
    CHECK(codes.at(most_frequent(numbers_of(seed).countries)) == "KR");
  }
  CHECK(home_numbers.size() > 2);
}

}  // namespace
}  // namespace dwell::world::test
