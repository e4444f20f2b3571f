#include "bench/run/summary.hpp"

#include <catch2/catch.hpp>

using namespace dwell::run;

namespace {

constexpr double kHorizonDays = 147;

struct Seen {
  bool detected;
  double days;
  std::uint64_t windows;
};

Row row(const Seen& campaign, const Seen& placebo) {
  Row r;
  r.detector = "made-up";
  r.budget_per_day = 1;
  r.detected = campaign.detected;
  r.ttd_days = campaign.days;
  r.windows_touched = campaign.windows;
  r.placebo_detected = placebo.detected;
  r.placebo_ttd_days = placebo.days;
  r.placebo_windows_touched = placebo.windows;
  return r;
}

bool marked(const std::vector<Row>& rows) {
  std::vector<WorldRecord> runs(rows.size());
  for (WorldRecord& run : runs) run.plan.windows = 1440;
  ScoringInput input;
  input.horizon_days = kHorizonDays;
  SummaryKey key;
  key.kind = "detector";
  return summarise(key, rows, runs, input).placebo_mark;
}

std::vector<Row> eight(const Seen& campaign, const Seen& placebo) {
  std::vector<Row> rows;
  for (std::uint64_t i = 0; i < 8; ++i) {
    rows.push_back(row(campaign, placebo));
    rows.back().windows_touched += i;  // no ties
    if (campaign.detected && placebo.detected && i % 2 == 1)
      std::swap(rows.back().windows_touched, rows.back().placebo_windows_touched);
  }
  return rows;
}

}  // namespace

TEST_CASE("what finds a placebo in as many of its windows is marked, though the placebo takes twice the days") {
  CHECK(marked(eight({true, 1, 900}, {true, 2, 910})));
}

TEST_CASE("what finds the campaign in a few windows and the placebo in many, or never, is not marked") {
  std::vector<Row> rows(8, row({true, 1, 900}, {true, 90, 50'000}));
  CHECK_FALSE(marked(rows));
  CHECK_FALSE(marked(eight({true, 1, 900}, {false, kHorizonDays, 90'000})));
}

TEST_CASE("what finds neither, or the campaign in more windows than the placebo has, is marked") {
  CHECK(marked(eight({false, kHorizonDays, 140'000}, {false, kHorizonDays, 90'000})));
  CHECK(marked(eight({false, kHorizonDays, 90'000}, {false, kHorizonDays, 140'000})));
  CHECK(marked(eight({true, 140, 130'000}, {false, kHorizonDays, 90'000})));
}

TEST_CASE("what finds the placebo alone is marked") {
  CHECK(marked(eight({false, kHorizonDays, 140'000}, {true, 3, 900})));
}

TEST_CASE("what finds the placebo as often as the campaign is marked, however soon a seed or two had it") {
  CHECK(marked({row({true, 0.1, 100}, {true, 2, 900})}));
  CHECK(marked(std::vector<Row>(8, row({true, 0.1, 100}, {true, 6, 9000}))));
  CHECK_FALSE(marked({row({true, 0.1, 100}, {false, kHorizonDays, 9000})}));
  // Nothing within a week: the month decides.
  CHECK(marked({row({true, 12, 100}, {true, 20, 9000})}));
  CHECK_FALSE(marked({row({true, 12, 100}, {true, 40, 90'000})}));
}
