// No column, bit, order or gap tells a placebo row from an ordinary one: a tree that may use them all does hardly
// better than a coin on sessions it has not seen.

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <unordered_map>

#include "tests/differential/sim/world/worlds.hpp"
#include "tests/statistical/bench/run/decision_tree.hpp"

namespace dwell::run::test {
namespace {

constexpr double kMostAuc = 0.55;
constexpr double kPlantedAuc = 0.8;
constexpr std::uint8_t kCampaign = 1, kPlacebo = 2;

/// Fills a table, naming each feature by the order in which a row's are given.
class Filler {
 public:
  explicit Filler(Table& table) : table_(table) {}
  void feature(const std::string& name, double value) {
    if (at_ == table_.columns.size()) {
      table_.names.push_back(name);
      table_.columns.emplace_back();
    }
    table_.columns[at_++].push_back(value);
  }
  void end(bool positive, bool held_out) {
    table_.positive.push_back(positive ? 1 : 0);
    table_.held_out.push_back(held_out ? 1 : 0);
    at_ = 0;
  }

 private:
  Table& table_;
  std::size_t at_ = 0;
};

template <class T>
double number(T value) {
  return static_cast<double>(value);
}

void bits(Filler& out, const std::string& name, std::uint64_t value, unsigned count) {
  for (unsigned b = 0; b < count; ++b) out.feature(name + " bit " + std::to_string(b), number(value >> b & 1U));
  out.feature(name + " mod 3", number(value % 3));
  out.feature(name + " mod 10", number(value % 10));
}

/// Where a row lies among those of its window and shard.
struct Place {
  std::size_t in_window = 0, rows = 0;
  std::int64_t since_previous_us = 0;
  std::int64_t window_begin_us = 0;
};

struct TokenState {
  std::int64_t last_us = 0;
  double uses = 0;
};

class AccessFeatures {
 public:
  explicit AccessFeatures(Table& table) : out_(table) {}

  void row(const telemetry::AccessRow& row, const Place& place, bool positive) {
#define DWELL_PLAIN(kind, type, name, unit, sentinel, meaning) \
  if (telemetry::ColumnKind::kind == telemetry::ColumnKind::plain) out_.feature(#name, number(row.name));
    DWELL_ACCESS_COLUMNS(DWELL_PLAIN)
#undef DWELL_PLAIN
    times(row, place);
    bits(out_, "token", row.token, 4);
    bits(out_, "token high", row.token >> 60U, 4);
    out_.feature("token population", std::popcount(row.token));
    bits(out_, "member", row.member, 4);
    bits(out_, "source", row.source, 2);
    out_.feature("place in window", number(place.in_window));
    out_.feature("place in window, share", number(place.in_window) / number(place.rows));
    out_.feature("place parity", number(place.in_window % 2));
    out_.feature("rows in window", number(place.rows));
    out_.feature("gap to previous row", number(place.since_previous_us));
    TokenState& token = tokens_[row.token];
    out_.feature("uses of token", token.uses);
    out_.feature("gap of token", token.uses == 0 ? -1 : number(row.time_us - token.last_us));
    token.uses += 1;
    token.last_us = row.time_us;
    // Whole sessions are learnt from or held out, so that none can be recognised.
    out_.end(positive, (mix64(row.token) & 1U) != 0);
  }

 private:
  void times(const telemetry::AccessRow& row, const Place& place) {
    constexpr std::int64_t kDay = Duration::days(1).us;
    out_.feature("hour of day", number(row.time_us % kDay / Duration::hours(1).us));
    out_.feature("minute of day", number(row.time_us % kDay / Duration::minutes(1).us));
    out_.feature("second of minute", number(row.time_us % 60'000'000 / 1'000'000));
    out_.feature("microsecond of second", number(row.time_us % 1'000'000));
    bits(out_, "time", static_cast<std::uint64_t>(row.time_us), 3);
    out_.feature("position in window", number(row.ingest_us - place.window_begin_us));
    out_.feature("lateness", number(row.ingest_us - row.time_us));
    out_.feature("token age", number(row.time_us - row.token_issued_us));
    bits(out_, "token issued", static_cast<std::uint64_t>(row.token_issued_us), 3);
  }

  Filler out_;
  std::unordered_map<std::uint64_t, TokenState> tokens_;
};

/// What the case says nothing about: a campaign's rows may differ from phones' in source and network, page, pace, the
/// ids named and the age of tokens, and in these features they may not. Of address lists with something on them alone,
/// so that page and misses tell nothing.
class SilentFeatures {
 public:
  explicit SilentFeatures(Table& table) : out_(table) {}

  static bool comparable(const telemetry::AccessRow& row) {
    return row.client <= static_cast<std::uint8_t>(Client::ios) && row.records > 0 &&
           static_cast<Page>(row.page) == Page::address;
  }
  void row(const telemetry::AccessRow& row, const Place& place, bool positive) {
    out_.feature("client", number(row.client));
    out_.feature("status", number(row.status));
    out_.feature("records", number(row.records));
    out_.feature("log lines", number(row.log_lines));
    bits(out_, "token", row.token, 4);
    bits(out_, "token high", row.token >> 60U, 4);
    out_.feature("token population", std::popcount(row.token));
    bits(out_, "token issued", static_cast<std::uint64_t>(row.token_issued_us), 3);
    bits(out_, "member", row.member, 4);
    bits(out_, "time", static_cast<std::uint64_t>(row.time_us), 3);
    out_.feature("second of minute", number(row.time_us % 60'000'000 / 1'000'000));
    out_.feature("microsecond of second", number(row.time_us % 1'000'000));
    out_.feature("lateness", number(row.ingest_us - row.time_us));
    out_.feature("position in window", number(row.ingest_us - place.window_begin_us));
    out_.feature("place in window, share", number(place.in_window) / number(place.rows));
    out_.feature("place parity", number(place.in_window % 2));
    out_.feature("gap to previous row, in mean gaps", number(place.since_previous_us) * number(place.rows) / 60e6);
    out_.end(positive, (mix64(row.token) & 1U) != 0);
  }

 private:
  Filler out_;
};

/// Rows of members' own devices and those made to look like them, from two hours after the onset: by then the placebo's
/// sessions are of every age. `use` is told the label.
template <class Use>
void each_placed_row(const world::Scenario& scenario, const world::RunOptions& options, Use use) {
  const auto world = world::test::make_world(options, scenario);
  const Time from = world->plan().onset + Duration::hours(2);
  while (world->step()) {
    if (world->window().begin < from) continue;
    for (const telemetry::PartitionRows& partition : world->partitions()) {
      for (const telemetry::ShardRange& shard : partition.shards) {
        Place place{.rows = shard.access_end - shard.access_begin, .window_begin_us = world->window().begin.us};
        for (std::uint32_t i = shard.access_begin; i < shard.access_end; ++i, ++place.in_window) {
          const telemetry::AccessRow row = partition.access.rows.row(i);
          place.since_previous_us =
              i == shard.access_begin ? -1 : row.ingest_us - partition.access.rows.ingest_us[i - 1];
          const std::uint8_t label = world->label(partition.access.origins[i]);
          if (row.client < static_cast<std::uint8_t>(Client::service)) use(row, place, label);
        }
      }
    }
  }
}

world::RunOptions with_placebo(std::uint64_t seed, std::uint64_t one_in) {
  return {.scale = {1, one_in}, .seed = {seed}, .days = 3, .campaign = true, .placebo = true, .jitter = true};
}

/// The case, whose campaign is as thin among other rows as it was; begun at once.
world::Scenario case_at_once() {
  world::Scenario scenario =
      world::read_scenario(std::string(DWELL_SOURCE_DIR) + "/scenarios/coupang-2025.json").value();
  scenario.warm_up = Duration::days(1);
  return scenario;
}

TEST_CASE("a decision tree cannot tell placebo rows from ordinary ones", "[leak]") {
  Table table;
  AccessFeatures features(table);
  each_placed_row(world::test::tiny(), with_placebo(11, 4000),
                  [&](const auto& row, const Place& place, std::uint8_t label) {
                    if (label != kCampaign) features.row(row, place, label == kPlacebo);
                  });
  const double placebo = std::accumulate(table.positive.begin(), table.positive.end(), 0.0);
  REQUIRE(placebo > 20'000);
  REQUIRE(number(table.rows()) - placebo > 20'000);
  const DecisionTree tree(table);
  INFO(tree.splits());
  CHECK(tree.auc() <= kMostAuc);
}

TEST_CASE("the same tree finds a leak that was planted", "[leak]") {
  struct Leak {
    const char* name;
    void (*plant)(telemetry::AccessRow&, Place&);
  };
  const Leak leak = GENERATE(
      Leak{"tokens of placebo sessions are even", [](telemetry::AccessRow& row, Place&) { row.token &= ~1ULL; }},
      Leak{"placebo rows come on whole milliseconds",
           [](telemetry::AccessRow& row, Place&) { row.time_us -= row.time_us % 1000; }},
      Leak{"placebo rows fan out to one line more", [](telemetry::AccessRow& row, Place&) { row.log_lines += 10; }},
      Leak{"placebo rows lie first in their window", [](telemetry::AccessRow&, Place& place) { place.in_window = 0; }});
  INFO(leak.name);
  Table table;
  AccessFeatures features(table);
  each_placed_row(world::test::tiny(), with_placebo(12, 12'000),
                  [&](telemetry::AccessRow row, Place place, std::uint8_t label) {
                    if (label == kCampaign) return;
                    if (label == kPlacebo) leak.plant(row, place);
                    features.row(row, place, label == kPlacebo);
                  });
  CHECK(DecisionTree(table).auc() > kPlantedAuc);
}

TEST_CASE("nor can it tell the campaign's rows from phones' by what the case says nothing about", "[leak]") {
  const bool planted = GENERATE(false, true);
  INFO((planted ? "with a leak planted: the campaign's tokens are even" : "as it is"));
  Table table;
  SilentFeatures features(table);
  const world::RunOptions options{.scale = {1, planted ? 1000U : 400U}, .seed = {13}, .days = 4, .campaign = true};
  each_placed_row(case_at_once(), options, [&](telemetry::AccessRow row, const Place& place, std::uint8_t label) {
    if (!SilentFeatures::comparable(row)) return;
    if (planted && label == kCampaign) row.token &= ~1ULL;
    features.row(row, place, label == kCampaign);
  });
  const double campaign = std::accumulate(table.positive.begin(), table.positive.end(), 0.0);
  REQUIRE(campaign > 2'000);
  REQUIRE(number(table.rows()) - campaign > 2'000);
  const DecisionTree tree(table);
  INFO(tree.splits());
  if (planted) {
    CHECK(tree.auc() > kPlantedAuc);
  } else {
    CHECK(tree.auc() <= kMostAuc);
  }
}

}  // namespace
}  // namespace dwell::run::test
