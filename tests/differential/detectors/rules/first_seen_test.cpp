// first-seen against its definition with exact sets, and the bound of its filters.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "detectors/rules/first_seen.hpp"
#include "detectors/rules/seen_pairs.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

/// Days on which pairs of an entity were counted, by (entity, attribute, value).
class Plain {
 public:
  std::map<Entity, double> window(std::int64_t day, const telemetry::AccessBatch& rows) {
    std::set<std::pair<Entity, int>> touched;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.status[i] != telemetry::kStatusOk) continue;
      for (const Entity entity : {Entity{EntityKind::key, rows.key[i]}, Entity{EntityKind::page, rows.page[i]}}) {
        if (first_day_.emplace(std::pair{entity, 0}, day).second) first_day_[{entity, 1}] = day;
        const std::uint16_t values[] = {rows.network[i], rows.country[i]};
        for (int attribute = 0; attribute < 2; ++attribute) {
          if (days_[{entity, attribute}][values[attribute]].insert(day).second) touched.insert({entity, attribute});
        }
      }
    }
    std::map<Entity, double> scores;
    for (const auto& subject : touched) {
      double past = 0, once = 0, today = 0, unseen = 0;
      for (const auto& [value, days] : days_[subject]) {
        const auto before = static_cast<double>(days.size()) - (days.contains(day) ? 1 : 0);
        past += before;
        once += before == 1 ? 1 : 0;
        today += days.contains(day) ? 1 : 0;
        unseen += before == 0 ? 1 : 0;
      }
      const double known = std::min(1.0, static_cast<double>(day - first_day_[subject]) / 30);
      const double mu = std::max(.01, today * (once + .5) / (past + 1));
      const double nats =
          unseen <= mu ? 0 : unseen * std::log(unseen / mu) - (unseen + 2) * std::log((unseen + 2) / (mu + 2));
      if (unseen > 0) scores[subject.first] = std::max(scores[subject.first], known * nats);
    }
    return scores;
  }

 private:
  std::map<std::pair<Entity, int>, std::map<std::uint16_t, std::set<std::int64_t>>> days_;
  std::map<std::pair<Entity, int>, std::int64_t> first_day_;
};

Stream wandering(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{3}, 0, purpose("test.first-seen"));
  for (std::size_t w = 0; w < stream.size(); w += 60) {
    for (std::uint32_t i = 0; i < 12; ++i) {
      telemetry::AccessRow row = access_row(w, 1 + random.below(100), 1000, 11 + random.below(2));
      row.network = static_cast<std::uint16_t>(random.below(4) == 0 ? random.below(400) : random.below(6));
      row.country = static_cast<std::uint16_t>(random.below(20) == 0 ? random.below(30) : 0);
      row.page = static_cast<std::uint8_t>(random.below(2) == 0 ? Page::address : Page::profile);
      if (random.below(10) == 0) row.status = telemetry::kStatusForbidden;
      stream[w].access.push(row);
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("first-seen equals its definition with exact sets", "[detectors][first-seen]") {
  const Stream stream = wandering(45);
  const Run found = run(first_seen_entry, stream);
  Plain plain;
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (const auto& [entity, score] : plain.window(static_cast<std::int64_t>(w / 1440), stream[w].access)) {
      if (score <= 0) continue;
      REQUIRE(score_of(found.scores, w, entity) == Approx(score).epsilon(1e-9).margin(1e-9));
      ++compared;
    }
    for (const Scores::Item& item : found.scores[w]) REQUIRE(item.value > 0);
  }
  CHECK(compared > 100);
}

TEST_CASE("pairs seen before are never missed, new ones by the Bloom bound of .82 %", "[detectors][first-seen]") {
  constexpr std::uint64_t kPairs = 1 << 16;
  SeenPairs pairs(kPairs, 10, 7);
  for (std::uint64_t i = 0; i < kPairs; ++i) pairs.note(mix64(i, 1), SeenPairs::Day::first);
  std::uint64_t missed = 0;
  for (std::uint64_t i = 0; i < kPairs; ++i) REQUIRE(pairs.day_of(mix64(i, 1)) != SeenPairs::Day::first);
  constexpr std::uint64_t kAsked = 1'000'000;
  for (std::uint64_t i = 0; i < kAsked; ++i) missed += pairs.day_of(mix64(i, 2)) != SeenPairs::Day::first ? 1 : 0;
  const double bound = std::pow(1 - std::exp(-.7), 7);
  CHECK(bound == Approx(.0082).epsilon(.005));
  // Five standard deviations: those of the draws, and a relative 1 % of what is set.
  CHECK(static_cast<double>(missed) < kAsked * bound + 5 * std::sqrt(kAsked * bound) + .01 * kAsked * bound);
}

TEST_CASE("seen pairs save what two Bloom filters would, and refuse filters of another size",
          "[detectors][first-seen]") {
  constexpr std::uint64_t kPairs = 300;
  SeenPairs pairs(kPairs, 10, 3);
  Bloom seen(kPairs, 10, 3), again(kPairs, 10, 3);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const std::uint64_t pair = mix64(i % kPairs, i % 7);
    const SeenPairs::Day day = pairs.day_of(pair);
    const bool known = seen.contains(pair), later = again.contains(pair);
    REQUIRE(day == (!known ? SeenPairs::Day::first : later ? SeenPairs::Day::later : SeenPairs::Day::second));
    pairs.note(pair, day);
    if (!known) seen.add(pair);
    if (known && !later) again.add(pair);
  }
  ByteWriter writer, filters;
  pairs.save(writer);
  seen.save(filters);
  again.save(filters);
  REQUIRE(std::ranges::equal(writer.bytes(), filters.bytes()));
  const auto restores = [&](const ByteWriter& from) {
    SeenPairs restored(kPairs, 10, 3);
    ByteReader reader(from.bytes());
    restored.restore(reader);
    return !reader.failed();
  };
  CHECK(restores(writer));
  ByteWriter other, none;
  seen.save(other);
  Bloom(kPairs / 2, 10, 3).save(other);
  Bloom().save(none);
  Bloom().save(none);
  CHECK_FALSE(restores(other));
  CHECK_FALSE(restores(none));
}

}  // namespace dwell::detect::test
