// Twin worlds: campaign and placebo are added to a background that they do not touch, nor each other.

#include <catch2/catch.hpp>
#include <optional>

#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::world::test {
namespace {

std::unique_ptr<Simulation> world(bool campaign, bool placebo, std::uint64_t seed) {
  return make_world(
      {.scale = {1, 8000}, .seed = {seed}, .days = 3, .campaign = campaign, .placebo = placebo, .jitter = true});
}

/// The rows of one label in the last window, in order.
std::vector<Words> rows_of(const Simulation& world, std::uint8_t label) {
  std::vector<Words> rows;
  each_row(world, [&](const auto& row, std::uint8_t of) {
    if (of == label) rows.push_back(words_of(row));
  });
  return rows;
}

struct Comparison {
  std::uint64_t rows = 0;
  std::optional<std::int64_t> differs;  ///< the first window that differs
};

/// Steps both worlds together and compares their rows of one label.
Comparison compare(Simulation& a, Simulation& b, std::uint8_t label) {
  Comparison result;
  for (std::int64_t w = 0;; ++w) {
    const bool more = a.step();
    if (b.step() != more) result.differs = w;
    if (!more) return result;
    const auto rows = rows_of(a, label);
    result.rows += rows.size();
    if (rows != rows_of(b, label) && !result.differs) result.differs = w;
  }
}

TEST_CASE("the background of a run with campaign, placebo or both is the clean run's, row by row") {
  for (const auto& [campaign, placebo] : {std::pair{true, false}, {false, true}, {true, true}}) {
    INFO("campaign " << campaign << ", placebo " << placebo);
    const auto clean = world(false, false, 5);
    const auto other = world(campaign, placebo, 5);
    const Comparison twin = compare(*clean, *other, 0);
    CHECK_FALSE(twin.differs.has_value());
    CHECK(twin.rows > 50'000);
    CHECK(clean->foreign_rows() == 0);
    CHECK(other->foreign_rows() > 5'000);
    CHECK(clean->background_digest() == other->background_digest());
    CHECK(clean->rows() == other->rows());
  }
}

TEST_CASE("campaign and placebo do not depend on whether the other is there") {
  for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{2}}) {
    INFO("label " << int{label});
    const auto alone = world(label == 1, label == 2, 6);
    const auto both = world(true, true, 6);
    const Comparison twin = compare(*alone, *both, label);
    CHECK_FALSE(twin.differs.has_value());
    CHECK(twin.rows > 5'000);
  }
}

TEST_CASE("the comparison of twins tells a world of another seed") {
  CHECK(compare(*world(false, false, 5), *world(false, false, 6), 0).differs.has_value());
}

TEST_CASE("a placebo is as large as its campaign") {
  const auto both = world(true, true, 7);
  while (both->step()) {
  }
  const auto campaign = static_cast<double>(both->campaign().requests());
  const auto placebo = static_cast<double>(both->placebo().requests());
  CHECK(placebo / campaign == Approx(1).margin(.05));
  CHECK(both->campaign().first() >= both->plan().onset - tiny().campaign.probes_before);
  CHECK(both->placebo().first() >= both->plan().onset);
}

}  // namespace
}  // namespace dwell::world::test
