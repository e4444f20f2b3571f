#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "detectors/rules/honey_accounts.hpp"
#include "detectors/rules/orphaned_key.hpp"
#include "detectors/rules/random_walk.hpp"
#include "detectors/rules/threshold_rules.hpp"
#include "detectors/rules/token_issuance.hpp"
#include "sim/core/samplers.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {
constexpr double kNothing = -std::numeric_limits<double>::infinity();
Entity source(std::uint32_t id) { return {EntityKind::source, id}; }
Entity key(std::uint32_t id) { return {EntityKind::key, id}; }
}  // namespace

TEST_CASE("random walk: four misses from the start pass ln 99, three do not", "[detectors][random-walk]") {
  Stream stream(6);
  for (std::size_t w = 0; w < 5; ++w) {
    telemetry::AccessRow miss = access_row(w, 100 + static_cast<std::uint32_t>(w), 9, 11);
    miss.records = 0;
    stream[w].access.push(miss);
  }
  stream[5].access.push(access_row(5, 1, 9, 11));
  const Run walk = run(random_walk_entry, stream);
  const double decided = std::log(99.0);
  CHECK(score_of(walk.scores, 0, source(9)) == kNothing);
  CHECK(score_of(walk.scores, 2, source(9)) < decided);
  CHECK(score_of(walk.scores, 3, source(9)) > decided);
  CHECK(score_of(walk.scores, 3, source(9)) == Approx(std::log(256.0)).epsilon(.01));
  CHECK(score_of(walk.scores, 4, source(9)) == Approx(std::log(1024.0)).epsilon(.01));
  CHECK(score_of(walk.scores, 5, source(9)) == kNothing);
}

TEST_CASE("random walk: restarts after it decided benign, and refusals say nothing", "[detectors][random-walk]") {
  Stream stream(2);
  for (int i = 0; i < 7; ++i) stream[0].access.push(access_row(0, 5, 9, 11));  // 4 hits decide benign, 3 more
  for (int i = 0; i < 6; ++i) {
    telemetry::AccessRow row = access_row(1, 5, 9, 11);
    row.records = 0;
    if (i == 0) row.status = telemetry::kStatusRefused;
    stream[1].access.push(row);
  }
  const Run walk = run(random_walk_entry, stream);
  CHECK(score_of(walk.scores, 1, source(9)) == Approx(2 * std::log(4.0)).epsilon(.01));  // -3 + 5 misses
}

TEST_CASE("threshold rules: observed over limit", "[detectors][threshold-rules]") {
  Stream stream(1);
  for (int i = 0; i < 90; ++i) stream[0].access.push(access_row(0, 5, 9, 11));
  for (int i = 0; i < 600; ++i) {
    telemetry::AccessRow row = access_row(0, 5, 10, 11);
    row.page = static_cast<std::uint8_t>(Page::home);
    stream[0].access.push(row);
  }
  for (int i = 0; i < 5; ++i) stream[0].access.push(access_row(0, 5, 11, 11));
  const Run rules = run(threshold_rules_entry, stream);
  CHECK(score_of(rules.scores, 0, source(9)) == Approx(1.5));   // 90 / 60 on member-data pages
  CHECK(score_of(rules.scores, 0, source(10)) == Approx(2.0));  // 600 / 300 on any page
  CHECK(score_of(rules.scores, 0, source(11)) == kNothing);     // below a tenth of its limit
}

TEST_CASE("threshold rules: a page's day over 1.5 times its trailing mean", "[detectors][threshold-rules]") {
  Stream stream(9 * 1440);
  const auto push = [&](std::size_t day, int n) {
    for (int i = 0; i < n; ++i)
      stream[day * 1440 + 30].access.push(access_row(day * 1440 + 30, 5, static_cast<std::uint32_t>(i), 11));
  };
  for (std::size_t day = 0; day < 8; ++day) push(day, 10);
  push(8, 45);
  const Run rules = run(threshold_rules_entry, stream);
  const Entity page{EntityKind::page, static_cast<std::uint64_t>(Page::mypage)};
  CHECK(score_of(rules.scores, 7 * 1440 + 59, page) == Approx(10 / 15.0));
  CHECK(score_of(rules.scores, 8 * 1440 + 59, page) == Approx(45 / 15.0));
  CHECK(score_of(rules.scores, 6 * 1440 + 59, page) == kNothing);  // not yet a week
}

TEST_CASE("orphaned key: fires at the first use after departure when the key has no legitimate use",
          "[detectors][orphaned-key]") {
  Stream stream = make_stream(6, {});
  const auto unused = [&](std::size_t w) { stream[w].access.push(access_row(w, 5, 9, 13)); };
  stream[0].keys.push({0, 0, 13, 4, 0, static_cast<std::uint8_t>(telemetry::KeyUse::token_signing)});
  stream[4000].workforce.push({4000 * kWindowUs, 0, 4, static_cast<std::uint8_t>(telemetry::StaffEvent::left)});
  unused(5 * 1440);
  const Run keys = run(orphaned_key_entry, stream);
  const double first = score_of(keys.scores, 5 * 1440, key(13));
  CHECK(first > 17);
  CHECK(first > greatest(keys.scores, 1440, 5 * 1440));  // the leaver's key in shared use says less
  CHECK(score_of(keys.scores, 4 * 1440, key(kLeaversKey)) < 17);
}

TEST_CASE("orphaned key: use before the departure, within grace, or after a return is nobody's business",
          "[detectors][orphaned-key]") {
  Stream stream(40);
  stream[0].keys.push({0, 0, 13, 4, 0, static_cast<std::uint8_t>(telemetry::KeyUse::token_signing)});
  stream[10].workforce.push({10 * kWindowUs, 0, 4, static_cast<std::uint8_t>(telemetry::StaffEvent::left)});
  stream[30].workforce.push({30 * kWindowUs, 0, 4, static_cast<std::uint8_t>(telemetry::StaffEvent::joined)});
  for (const std::size_t w : {5U, 20U, 35U}) stream[w].access.push(access_row(w, 5, 9, 13));
  const Run keys = run(orphaned_key_entry, stream);
  CHECK(keys.scores[5].empty());
  CHECK_FALSE(keys.scores[20].empty());
  CHECK(keys.scores[35].empty());
}

TEST_CASE("orphaned key: an excess over the legitimate share is seen, the share itself is not",
          "[detectors][orphaned-key]") {
  const Run with = run(orphaned_key_entry, make_stream(8, {.from = 7 * 1440, .windows = 720, .rows = 2}));
  const Run without = run(orphaned_key_entry, make_stream(8, {}));
  CHECK(greatest(with.scores, 7 * 1440) > 2 * greatest(without.scores, 3 * 1440));
}

TEST_CASE("orphaned key: recorded uses and leaks of signing keys move no shares", "[detectors][orphaned-key]") {
  const Stream plain = make_stream(8, {.from = 7 * 1440, .windows = 720, .rows = 2});
  Stream reported = make_stream(8, {.from = 7 * 1440, .windows = 720, .rows = 2});
  Stream rotated = make_stream(8, {.from = 7 * 1440, .windows = 720, .rows = 2});
  const auto add = [](Stream& stream, std::size_t w, telemetry::KeyEvent event) {
    stream[w].keys.push({static_cast<std::int64_t>(w) * kWindowUs, static_cast<std::int64_t>(w) * kWindowUs, 11, 1,
                         static_cast<std::uint8_t>(event),
                         static_cast<std::uint8_t>(telemetry::KeyUse::token_signing)});
  };
  for (std::size_t day = 1; day < 8; ++day) add(reported, day * 1440, telemetry::KeyEvent::used);
  add(reported, 6 * 1440, telemetry::KeyEvent::leaked);
  add(rotated, 7 * 1440, telemetry::KeyEvent::rotated);
  const double expected = greatest(run(orphaned_key_entry, plain).scores, 7 * 1440);
  CHECK(greatest(run(orphaned_key_entry, reported).scores, 7 * 1440) == expected);
  CHECK(greatest(run(orphaned_key_entry, rotated).scores, 7 * 1440) < expected);
}

TEST_CASE("token without issuance: late rows count as issued, forged ones do not", "[detectors][token-issuance]") {
  Stream stream = make_stream(3, {});
  const std::size_t w = 2 * 1440 + 700;
  telemetry::AccessRow late = access_row(w, 8, 4242, 11);
  late.token = 123456789;
  stream[w].access.push(late);
  stream[w + 4].auth.push({late.time_us, late.time_us + 4 * kWindowUs, late.token, 8, 4242, 11, 0, 0, 0, 0});
  telemetry::AccessRow forged = access_row(w, 8, 4243, 11);
  forged.token = 987654321;
  stream[w].access.push(forged);
  // Rows of the shard in later windows carry judgement forward.
  for (std::size_t later = w + 1; later < w + 10; ++later) {
    telemetry::AccessRow row = access_row(later, 8, 1, 11);
    row.token = late.token;
    stream[later].access.push(row);
  }
  const Run tokens = run(token_issuance_entry, stream);
  double late_score = kNothing;
  double forged_score = kNothing;
  for (std::size_t at = w; at < w + 10; ++at) {
    late_score = std::max(late_score, score_of(tokens.scores, at, source(4242)));
    forged_score = std::max(forged_score, score_of(tokens.scores, at, source(4243)));
  }
  CHECK(late_score == kNothing);
  CHECK(forged_score > 1);
  CHECK(score_of(tokens.scores, w + 5, source(4243)) == kNothing);  // still waiting
  CHECK(score_of(tokens.scores, w + 6, source(4243)) == forged_score);
}

TEST_CASE("token without issuance: a token is issued as long as some filter holds it", "[detectors][token-issuance]") {
  // Filters span twelve hours, and hold two days at most; nobody else's token takes this one's place meanwhile.
  Stream stream(4 * 1440);
  telemetry::AccessRow row = access_row(0, 8, 1, 11);
  row.token = 123456789;
  stream[0].auth.push({row.time_us, row.ingest_us, row.token, 8, 1, 11, 0, 0, 0, 0});
  const std::size_t young = 1500, old = 5000;
  for (const auto& [w, source] : {std::pair<std::size_t, std::uint32_t>{young, 4242}, {old, 4243}}) {
    for (const std::size_t at : {w, w + 6}) {  // the second carries judgement forward
      row = access_row(at, 8, source, 11);
      row.token = 123456789;
      stream[at].access.push(row);
    }
  }
  const Run tokens = run(token_issuance_entry, stream);
  CHECK(score_of(tokens.scores, young + 6, source(4242)) == kNothing);
  CHECK(score_of(tokens.scores, old + 6, source(4243)) > 1);
}

TEST_CASE("honey accounts: the chance of a hit is 1 - C(N-m, n) / C(N, n)", "[detectors][honey-accounts]") {
  CHECK(hit_probability(10, 3, 2) == Approx(1 - 7.0 * 6 / (10 * 9)));
  CHECK(hit_probability(100, 0, 50) == 0);
  CHECK(hit_probability(100, 60, 50) == 1);
  CHECK(hit_probability(33'700'000, 100, 337'000) == Approx(1 - std::pow(.99, 100)).epsilon(1e-3));
  // Drawn from the detector itself: n of N members without replacement, m planted.
  constexpr std::uint32_t kMembers = 200;
  constexpr std::uint32_t kRead = 30;
  int hits = 0;
  constexpr int kRuns = 2000;
  for (int r = 0; r < kRuns; ++r) {
    const KeyedPermutation order(Seed{static_cast<std::uint64_t>(r)}, purpose("test.honey"), kMembers);
    Stream stream(1);
    for (std::uint32_t i = 0; i < 5; ++i) stream[0].deception.push({0, 0, i});
    for (std::uint32_t i = 0; i < kRead; ++i) {
      stream[0].access.push(access_row(0, static_cast<std::uint32_t>(order(i)), 9, 11));
    }
    hits += run(honey_accounts_entry, stream).scores[0].empty() ? 0 : 1;
  }
  const double p = hit_probability(kMembers, 5, kRead);
  CHECK(std::abs(hits - kRuns * p) < 5 * std::sqrt(kRuns * p * (1 - p)));
}

TEST_CASE("honey accounts: a second hit says more, and a service that always hits says less",
          "[detectors][honey-accounts]") {
  Stream stream(20 * 1440);
  stream[0].deception.push({0, 0, kHoney});
  for (std::size_t w = 0; w < stream.size(); w += 60) stream[w].access.push(access_row(w, kHoney, 77, 20));
  const std::size_t w = 19 * 1440;
  for (int i = 0; i < 2; ++i) stream[w + 5 * static_cast<std::size_t>(i)].access.push(access_row(w, kHoney, 9, 12));
  const Run honey = run(honey_accounts_entry, stream);
  CHECK(score_of(honey.scores, w + 5, source(9)) > score_of(honey.scores, w, source(9)));
  CHECK(score_of(honey.scores, w + 5, key(12)) > 5);
  CHECK(std::max(0.0, score_of(honey.scores, w, source(77))) < 1);
}

}  // namespace dwell::detect::test
