// peer-group: a planted outlier among its peers, and its equations with exact medians.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <map>

#include "detectors/learning/peer_group.hpp"
#include "detectors/learning/peer_profiles.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::uint32_t kPeers = 12;
constexpr std::uint32_t kOutlier = 1005;  // the key, and the number of the agent
constexpr std::int64_t kOnset = 12 * 24;  // hour

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

/// Hours of one group: counts of different means, a rhythm that all share; from the onset on one of them strays.
std::vector<PeerHour> group_hour(RandomStream& random, std::int64_t hour) {
  std::vector<PeerHour> entities;
  const double rhythm = 1 + .5 * std::sin(static_cast<double>(hour % 24) * .26) + (hour % 200 == 0 ? 2 : 0);
  for (std::uint32_t i = 0; i < kPeers; ++i) {
    if (random.below(10) == 0) continue;
    PeerHour entity{1000 + i, 0, {}};
    const bool strays = entity.id == kOutlier && hour >= kOnset;
    entity.events = 10 + static_cast<double>(sample_poisson(random, (20. + 10 * i) * rhythm));
    entity.special[0] = static_cast<double>(sample_poisson(random, entity.events * (strays ? .6 : .1)));
    entity.special[1] = static_cast<double>(sample_poisson(random, entity.events * .3));
    entities.push_back(entity);
  }
  return entities;
}

struct PlainProfile {
  double hours = 0;
  std::int64_t hour = 0;
  double mean[3] = {0, 0, 0};
};

}  // namespace

TEST_CASE("peer profiles equal their equations within the quantile sketch's error", "[detectors][peer-group]") {
  constexpr double kDays = 5;
  PeerProfiles group(2, kDays, 1 << 10);
  std::map<std::uint64_t, PlainProfile> profiles;
  std::map<std::int64_t, std::vector<double>> spreads[3];  // |u| by day
  RandomStream random(Seed{15}, 0, purpose("test.peers"));
  std::size_t compared = 0;
  for (std::int64_t hour = 0; hour < 20 * 24; ++hour) {
    const std::vector<PeerHour> entities = group_hour(random, hour);
    std::map<std::uint64_t, double> expected;
    for (const PeerHour& entity : entities) {
      PlainProfile& profile = profiles[entity.id];
      profile.hours *= std::exp(-static_cast<double>(hour - profile.hour) / (kDays * 24));
      profile.hour = hour;
    }
    for (std::size_t f = 0; f < 3; ++f) {
      std::vector<double> past;
      for (std::int64_t day = hour / 24 - 5; day < hour / 24; ++day)
        past.insert(past.end(), spreads[f][day].begin(), spreads[f][day].end());
      std::vector<double> residuals;
      const auto y = [&](const PeerHour& entity) {
        return f == 0 ? std::log(entity.events + .5) : std::log((entity.special[f - 1] + .5) / (entity.events + 1));
      };
      for (const PeerHour& entity : entities) {
        const PlainProfile& profile = profiles[entity.id];
        if (profile.hours >= 24) residuals.push_back(y(entity) - profile.mean[f]);
      }
      const double common = residuals.size() >= 3 ? median(residuals) : 0;
      for (const PeerHour& entity : entities) {
        PlainProfile& profile = profiles[entity.id];
        const double count = f == 0 ? entity.events : entity.special[f - 1];
        if (profile.hours >= 24) {
          const double u = (y(entity) - profile.mean[f] - common) / std::sqrt(1 / (count + .5) + .0025);
          if (past.size() >= 100 && u > 0) {
            const double z = .6744897501960817 * u / median(past);
            expected[entity.id] = std::max(expected[entity.id], z * z / 2);
          }
          spreads[f][hour / 24].push_back(std::max(1e-3, std::abs(u)));
        }
        profile.mean[f] += (y(entity) - profile.mean[f]) / (profile.hours + 1);
      }
    }
    for (const PeerHour& entity : entities) profiles[entity.id].hours += 1;
    std::map<std::uint64_t, double> found;
    for (const PeerFinding& finding : group.end_hour(hour, entities, 24)) found[finding.id] = finding.nats;
    REQUIRE(found.size() == expected.size());
    for (const auto& [id, nats] : expected) {
      // The scale is a quantile off by 2 % at most, and stands squared.
      REQUIRE(found.contains(id));
      REQUIRE(found[id] >= nats / (1.02 * 1.02) * (1 - 1e-9));
      REQUIRE(found[id] <= nats / (.98 * .98) * (1 + 1e-9));
      ++compared;
    }
  }
  CHECK(compared > 2000);
}

TEST_CASE("a key and an agent that stray from their peers stand out", "[detectors][peer-group]") {
  const std::unique_ptr<Detector> made = make_peer_group(describe_peer_group(), setting());
  auto& detector = static_cast<ShardedDetector&>(*made);
  RandomStream random(Seed{16}, 0, purpose("test.peers.detector"));
  std::map<Entity, double> before, after;
  for (std::int64_t hour = 0; hour < kOnset + 24; ++hour) {
    telemetry::AccessBatch access;
    telemetry::AuditBatch audit;
    for (const PeerHour& entity : group_hour(random, hour)) {
      const auto id = static_cast<std::uint32_t>(entity.id);
      for (int i = 0; i < static_cast<int>(entity.events); ++i) {
        telemetry::AccessRow row = access_row(static_cast<std::size_t>(hour), 5, 6, id);
        row.records = i < static_cast<int>(entity.special[0]) ? 0 : 1;
        row.client = static_cast<std::uint8_t>(Client::service);
        access.push(row);
        // A ticket a read, or none.
        const std::uint32_t ticket = row.records == 0 ? 0 : static_cast<std::uint32_t>(hour * 1000 + i + 1);
        audit.push({row.time_us, row.ingest_us, 1, id, 5, 7, ticket});
      }
    }
    WindowTable table;
    WindowRows rows;
    rows.access = {access, {}};
    detector.observe(rows, nullptr, table);
    WindowRows platform;
    platform.audit = {audit, {}};
    Scores scores;
    scores.begin(0);
    const std::int64_t begin = hour * 3'600'000'000 + 59 * kWindowUs;
    detector.close({hour, begin, begin + kWindowUs}, platform, table, scores);
    auto& most = hour < kOnset ? before : after;
    for (const Scores::Item& item : scores.items()) most[item.entity] = std::max(most[item.entity], item.value);
  }
  for (const EntityKind kind : {EntityKind::key, EntityKind::agent}) {
    double otherwise = 0;
    for (const auto* most : {&before, &after}) {
      for (const auto& [entity, score] : *most) {
        if (entity.kind == kind && (most == &before || entity.id != kOutlier)) otherwise = std::max(otherwise, score);
      }
    }
    INFO(to_string(kind));
    CHECK(otherwise > 0);
    CHECK(after[{kind, kOutlier}] > 2 * otherwise);
  }
}

}  // namespace dwell::detect::test
