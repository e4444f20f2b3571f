// dormant-access and its four bits a member against a table of times and plain sums.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "detectors/rules/dormant_access.hpp"
#include "detectors/rules/last_seen.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::int64_t kEpochWindows = 2 * 1440;

struct Counts {
  double dormant = 0, accesses = 0;
};
struct Past {
  double dormant = 0, expected = 0;
};

/// The definition with a table of epochs and hourly sums decayed hour by hour.
class Plain {
 public:
  void window(std::int64_t w, const telemetry::AccessBatch& rows) {
    std::vector<bool> dormant(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.status[i] != telemetry::kStatusOk) continue;
      const std::int64_t epoch = w / kEpochWindows;
      const auto seen = seen_.find(rows.member[i]);
      dormant[i] = seen == seen_.end() || epoch - seen->second >= 15;
      seen_[rows.member[i]] = epoch;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (dormant[i] && counts(rows, i)) sources_[rows.source[i]];
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!counts(rows, i)) continue;
      all_.accesses += 1;
      all_.dormant += dormant[i];
      for (const Entity entity : {Entity{EntityKind::source, rows.source[i]}, Entity{EntityKind::key, rows.key[i]},
                                  Entity{EntityKind::page, rows.page[i]}}) {
        if (entity.kind == EntityKind::source && !sources_.contains(entity.id)) continue;
        hour_[entity].accesses += 1;
        hour_[entity].dormant += dormant[i];
      }
    }
  }
  std::map<Entity, double> end_hour() {
    std::map<Entity, double> scores;
    for (auto& [entity, past] : pasts_) {
      past.dormant *= std::exp(-1. / (28 * 24));
      past.expected *= std::exp(-1. / (28 * 24));
    }
    if (level_.accesses > 0) {
      const double share = level_.dormant / level_.accesses;
      for (const auto& [entity, counted] : hour_) {
        if (counted.dormant == 0 && !pasts_.contains(entity)) continue;
        Past& past = pasts_[entity];
        const double mu = counted.accesses * share * (1 + past.dormant) / (1 + past.expected);
        const double shape = std::min(50., 1 + past.dormant);
        const double x = counted.dormant;
        if (x > mu) scores[entity] = x * std::log(x / mu) - (x + shape) * std::log((x + shape) / (mu + shape));
        past.dormant += counted.dormant;
        past.expected += counted.accesses * share;
      }
    }
    const double keep = std::exp(-1. / (3 * 24));
    level_ = {level_.dormant * keep + all_.dormant + .005, level_.accesses * keep + all_.accesses + 1};
    all_ = {};
    hour_.clear();
    sources_.clear();
    return scores;
  }

 private:
  static bool counts(const telemetry::AccessBatch& rows, std::size_t i) {
    return rows.status[i] == telemetry::kStatusOk && is_member_data(static_cast<Page>(rows.page[i])) &&
           rows.records[i] != 0;
  }
  std::map<std::uint32_t, std::int64_t> seen_;
  std::map<std::uint64_t, int> sources_;
  std::map<Entity, Counts> hour_;
  std::map<Entity, Past> pasts_;
  Counts all_, level_;
};

/// Members who come rarely, so that some are dormant all the time.
Stream rare(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{6}, 0, purpose("test.dormant"));
  for (std::size_t w = 0; w < stream.size(); w += 10) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      const std::uint32_t member = 1 + random.below(1 + random.below(1200));
      telemetry::AccessRow row = access_row(w, member, 1000 + member % 7, 11 + member % 2);
      row.page = static_cast<std::uint8_t>(random.below(kPages));
      row.records = random.below(20) == 0 ? 0 : 1;
      row.status = random.below(20) == 0 ? telemetry::kStatusForbidden : telemetry::kStatusOk;
      row.ingest_us += i;
      stream[w].access.push(row);
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("four bits a member say what a table of times says", "[detectors][dormant-access]") {
  constexpr std::uint32_t kShard = 3;
  LastSeen seen(kShards);
  std::map<std::uint32_t, std::int64_t> times;
  RandomStream random(Seed{8}, 0, purpose("test.last-seen"));
  std::int64_t epoch = 100;
  std::size_t dormant = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    // Sometimes no row comes for many epochs.
    if (random.below(40) == 0) epoch += random.below(50) == 0 ? 10 + random.below(10) : 1;
    const std::uint32_t member = random.below(2000) * kShards + kShard;
    const bool expected = !times.contains(member) || epoch - times[member] >= LastSeen::kEpochs;
    seen.begin(epoch);
    REQUIRE(seen.see(member) == expected);
    times[member] = epoch;
    dormant += expected ? 1 : 0;
  }
  CHECK(dormant > kDraws / 100);
  CHECK(dormant < kDraws * 9 / 10);
  CHECK(seen.state_bytes() < 2000);  // half a byte each, and room to grow
}

TEST_CASE("ids beyond the bound take no memory and are never dormant", "[detectors][dormant-access]") {
  LastSeen seen(1);
  seen.begin(0);
  CHECK_FALSE(seen.see(UINT32_MAX));
  CHECK(seen.see(LastSeen::kMostMembers - 1));
  CHECK(seen.state_bytes() <= LastSeen::kMostMembers / 2 + 256);
}

TEST_CASE("dormant-access equals its definition", "[detectors][dormant-access]") {
  const Stream stream = rare(70);
  const Run found = run(dormant_access_entry, stream);
  Plain plain;
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    plain.window(static_cast<std::int64_t>(w), stream[w].access);
    if ((w + 1) % 60 != 0) {
      REQUIRE(found.scores[w].empty());
      continue;
    }
    for (const auto& [entity, score] : plain.end_hour()) {
      if (score < 1e-6) continue;
      REQUIRE(score_of(found.scores, w, entity) == Approx(score).epsilon(1e-9).margin(1e-9));
      ++compared;
    }
  }
  CHECK(compared > 1000);
}

TEST_CASE("what an hour of too many sources drops does not depend on saving", "[detectors][dormant-access]") {
  constexpr std::uint32_t kMost = 1 << 17;  // of an hour's entities
  Stream stream(120);
  for (std::uint32_t i = 0; i < 100; ++i) stream[0].access.push(access_row(0, 1, 1, 11));
  for (std::uint32_t i = 0; i < kMost; ++i) {
    const std::size_t w = 60 + i / (kMost / 2);
    stream[w].access.push(access_row(w, 2 + i, 2 + i, 11));
  }
  const Run straight = run(dormant_access_entry, stream);
  Handling saved;
  saved.save_at = 61;
  CHECK(straight.scores[119].size() > kMost / 4);
  CHECK(same(straight.scores, run(dormant_access_entry, stream, saved).scores));
}

}  // namespace dwell::detect::test
