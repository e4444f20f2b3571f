// member-coverage against its definition with exact sets, and its samples against all the hashes.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "detectors/sketches/distinct_sample.hpp"
#include "detectors/sketches/hour_readers.hpp"
#include "detectors/sketches/member_coverage.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::uint64_t kBins = 4096;

/// The distribution in bins of whole parts of an id, as its header says: 2^20 parts a bin, rounded down.
struct PlainDistribution {
  std::map<std::uint64_t, double> held, span;
  std::map<std::uint64_t, double> before;  // weight of the bins below each that is held
  double weight = 0;
  static double place(std::uint32_t id) {
    const std::uint64_t parts = (kBins << 20) / setting().members_expected * id;
    return std::min(static_cast<double>(parts) / (1 << 20), static_cast<double>(kBins));
  }
  static std::uint64_t bin(std::uint32_t id) {
    return std::min<std::uint64_t>(static_cast<std::uint64_t>(place(id)), kBins - 1);
  }
  void learn(double keep) {
    weight = 0;
    for (auto& [at, count] : held) count *= keep;
    for (const auto& [at, count] : span) held[at] += count;
    before.clear();
    for (const auto& [at, count] : held) {
      before[at] = weight;
      weight += count;
    }
    span.clear();
  }
  double share(std::uint32_t id) const {
    const auto at = before.lower_bound(bin(id));
    if (at == before.end()) return 1;
    const bool within = at->first == bin(id);
    return (at->second + (within ? held.at(at->first) * (place(id) - static_cast<double>(at->first)) : 0)) / weight;
  }
};

double plain_nats(double n, double d) {
  const double lambda = (std::sqrt(n) + .12 + .11 / std::sqrt(n)) * d;
  if (lambda < .1) return 0;
  if (lambda > 3) return 2 * lambda * lambda - std::log(2.);
  double q = 0;
  for (int k = 1; k <= 200; ++k) q += (k % 2 == 1 ? 2 : -2) * std::exp(-2. * k * k * lambda * lambda);
  return -std::log(q);
}

/// Members at random; the service walks the ids at some hours.
Stream walked(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{5}, 0, purpose("test.coverage"));
  std::uint32_t walk = 1;
  for (std::size_t w = 0; w < stream.size(); w += 5) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      const std::uint32_t member = 1 + random.below(1 + random.below(5000));
      telemetry::AccessRow row = access_row(w, member, 1000 + member % 5, 11 + member % 2);
      row.page = static_cast<std::uint8_t>(random.below(2) == 0 ? Page::address : Page::profile);
      if (random.below(10) == 0) row.status = telemetry::kStatusForbidden;
      stream[w].access.push(row);
    }
    if (w / 60 % 30 == 29) {
      for (std::uint32_t i = 0; i < 2; ++i) stream[w].access.push(access_row(w, walk++ % 5000, 77, 20));
    }
  }
  return stream;
}

/// Hours of some thousand rows: a few sources and keys have more members than a sample holds.
Stream crowded(std::uint32_t hours, std::uint32_t rows_of_window, std::uint32_t keys) {
  Stream stream(hours * 60);
  RandomStream random(Seed{7}, 0, purpose("test.coverage-crowded"));
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (std::uint32_t i = 0; i < rows_of_window; ++i) {
      const std::uint32_t member = 1 + random.below(1 + random.below(5000));
      const std::uint32_t key = 100 + random.below(keys);
      telemetry::AccessRow row = access_row(w, member, 1000 + random.below(1 + random.below(60)), key);
      row.page = static_cast<std::uint8_t>(random.below(2) == 0 ? Page::address : Page::profile);
      stream[w].access.push(row);
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("an hour's rows say the same at once as followed one by one", "[detectors][member-coverage]") {
  // Up to some rows of an hour are kept until it ends: none, so many that some hours have more, and all. Hours of more
  // keys than are followed are among them.
  for (const auto& [rows_of_window, keys] : {std::pair{20U, 4U}, {130U, 4U}, {200U, 30U}, {130U, 1100U}}) {
    const Stream stream = crowded(4, rows_of_window, keys);
    const Run straight = run(member_coverage_entry, stream);
    CHECK(straight.scores[239].size() > 5);
    for (const std::size_t kept : {std::size_t{0}, std::size_t{rows_of_window} * 60 - 7, std::size_t{1} << 20}) {
      const Subject subject = {describe_member_coverage(), [kept](const Setting& setting) {
                                 return make_member_coverage(describe_member_coverage(), setting, kept);
                               }};
      for (const std::size_t at : {SIZE_MAX, std::size_t{150}, std::size_t{185}, std::size_t{239}}) {
        INFO(rows_of_window << " rows a window, " << keys << " keys, up to " << kept
                            << " rows kept, saved before window " << at);
        Handling saved;
        saved.save_at = at;
        CHECK(same(straight.scores, check::run(subject, stream, saved).scores));
      }
    }
  }
}

TEST_CASE("more sources than can be followed are judged, saved on the way or not", "[detectors][member-coverage]") {
  Stream stream(120);
  RandomStream random(Seed{8}, 0, purpose("test.coverage-sources"));
  std::uint32_t n = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (std::uint32_t i = 0; i < 1200; ++i, ++n)
      stream[w].access.push(access_row(w, 1 + random.below(3000), 0x01000000 + n * 7, 11 + n % 3));
    // Nine members side by side, in the course of the last hour.
    if (w > 60 && w % 6 == 0) stream[w].access.push(access_row(w, 700 + static_cast<std::uint32_t>(w) / 6, 77, 11));
  }
  const Run straight = run(member_coverage_entry, stream);
  CHECK(score_of(straight.scores, 119, {EntityKind::source, 77}) > 8);
  for (const std::size_t at : {90U, 118U}) {
    Handling saved;
    saved.save_at = at;
    CHECK(same(straight.scores, run(member_coverage_entry, stream, saved).scores));
  }
}

TEST_CASE("the readers of an hour are those of exact sets", "[detectors][member-coverage]") {
  constexpr std::uint64_t kSalt = 11;
  constexpr std::size_t kKeys = 40;
  HourReaders readers(kSalt);
  RandomStream random(Seed{9}, 0, purpose("test.hour-readers"));
  struct Hour {
    std::uint32_t rows, members, sources;
    std::uint32_t repeats;  // of each row, at random places
    std::size_t least;
  };
  // Limits that one hour leaves are too low for the members of the next, which repeat far more.
  for (const Hour& hour : {Hour{0, 10, 10, 1, 8},
                           {1, 10, 10, 1, 1},
                           {200, 100, 20, 1, 8},
                           {30'000, 100'000, 9000, 1, 8},
                           {3000, 2500, 700, 20, 8},
                           {40'000, 1U << 25, 3, 1, 8},
                           {30'000, 60'000, 50'000, 2, 300},
                           {500, 400, 20, 2, 4}}) {
    INFO(hour.rows << " rows, each " << hour.repeats << " times, of " << hour.sources << " sources");
    std::vector<MemberRead> rows;
    for (std::uint32_t i = 0; i < hour.rows; ++i) {
      const std::uint32_t source = random.below(1 + random.below(hour.sources));
      const std::uint32_t key = random.below(1 + random.below(kKeys));
      const MemberRead row = member_read(source, key, 6 + random.below(5), random.below(hour.members));
      for (std::uint32_t r = 0; r < hour.repeats; ++r)
        rows.insert(rows.begin() + random.below(static_cast<std::uint32_t>(rows.size()) + 1), row);
    }
    if (hour.rows >= 200) {  // two sources with one member too few and just enough, and a page that is seldom read
      for (std::uint32_t i = 0; i < 100; ++i) rows.push_back(member_read(1'000'000, 1, 6, 50 + i % 7));
      for (std::uint32_t i = 0; i < 8; ++i) rows.push_back(member_read(1'000'001, 1, 2, 90 - i));
    }
    std::map<Entity, std::set<std::uint64_t>> all;
    for (const MemberRead& row : rows) {
      const std::uint64_t value = DistinctSample::pack(member_hash(member_of(row), kSalt), member_of(row));
      all[{EntityKind::source, source_of(row)}].insert(value);
      all[{EntityKind::key, key_of(row)}].insert(value);
      all[{EntityKind::page, page_of(row)}].insert(value);
    }
    std::map<Entity, std::vector<std::uint32_t>> expected, found;
    for (const auto& [entity, values] : all) {
      if (values.size() < hour.least) continue;
      std::vector<std::uint32_t>& members = expected[entity];
      for (const std::uint64_t value : values) {
        if (members.size() < (entity.kind == EntityKind::source ? 64 : 1024))
          members.push_back(DistinctSample::id(value));
      }
      std::sort(members.begin(), members.end());
    }
    REQUIRE(readers.judge(rows, hour.least, kKeys,
                          [&](EntityKind kind, std::uint32_t id, std::span<const std::uint32_t> members) {
                            REQUIRE_FALSE(found.contains({kind, id}));
                            if (members.size() >= hour.least) found[{kind, id}].assign(members.begin(), members.end());
                          }));
    CHECK(found == expected);
    if (hour.rows < 200) continue;
    CHECK(expected.contains({EntityKind::source, 1'000'001}) == (hour.least <= 8));
    CHECK(expected.contains({EntityKind::source, 1'000'000}) == (hour.least <= 7));
    CHECK_FALSE(readers.judge(rows, hour.least, 3, [](auto&&...) { FAIL("nobody is judged"); }));
  }
}

TEST_CASE("member-coverage equals its definition where samples hold everybody", "[detectors][member-coverage]") {
  const Stream stream = walked(12);
  const Run found = run(member_coverage_entry, stream);
  PlainDistribution usual;
  std::map<Entity, std::set<std::uint32_t>> hour;
  std::map<Entity, std::pair<double, double>> habits;  // nats, hour
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const telemetry::AccessBatch& rows = stream[w].access;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows.status[i] != telemetry::kStatusOk) continue;
      usual.span[PlainDistribution::bin(rows.member[i])] += 1;
      hour[{EntityKind::source, rows.source[i]}].insert(rows.member[i]);
      hour[{EntityKind::key, rows.key[i]}].insert(rows.member[i]);
      hour[{EntityKind::page, rows.page[i]}].insert(rows.member[i]);
    }
    if ((w + 1) % 60 != 0) {
      REQUIRE(found.scores[w].empty());
      continue;
    }
    const auto now = static_cast<double>(w / 60);
    for (const auto& [entity, members] : hour) {
      const std::size_t sampled = entity.kind == EntityKind::source ? 64 : 1024;
      REQUIRE(members.size() < sampled);
      if (members.size() < 8 || usual.weight < 8) continue;
      const auto n = static_cast<double>(members.size());
      double d = 0;
      double rank = 0;
      for (const std::uint32_t member : members) {
        const double share = usual.share(member);
        d = std::max({d, share - rank / n, (rank + 1) / n - share});
        rank += 1;
      }
      const double nats = plain_nats(n * usual.weight / (n + usual.weight), d);
      double expected = 0;
      if (habits.contains(entity))
        expected = habits[entity].first * std::exp(-(now - habits[entity].second) / (90 * 24));
      if (nats - expected > 1e-6) {
        REQUIRE(score_of(found.scores, w, entity) == Approx(nats - expected).epsilon(1e-9).margin(1e-9));
        ++compared;
      }
      if (nats >= std::max(1., expected)) habits[entity] = {nats, now};
    }
    hour.clear();
    usual.learn(std::exp(-1. / (14 * 24)));
  }
  CHECK(compared > 50);
}

TEST_CASE("a sample of distinct ids is those with the lowest hashes", "[detectors][member-coverage]") {
  constexpr std::size_t kSampled = 50;
  DistinctSample sample;
  SpreadSort<std::uint64_t> sort;
  std::set<std::uint64_t> all;
  RandomStream random(Seed{1}, 0, purpose("test.sample"));
  for (int i = 0; i < 5000; ++i) {
    const std::uint32_t id = random.below(1000);
    const std::uint64_t value = DistinctSample::pack(static_cast<std::uint32_t>(mix64(id, 3)), id);
    sample.add(value, kSampled, sort);
    all.insert(value);
    if (i % 97 == 0 && all.size() >= kSampled) {
      std::vector<std::uint32_t> found;
      sample.ids(kSampled, sort, found);
      std::set<std::uint32_t> expected;
      for (auto at = all.begin(); expected.size() < kSampled; ++at) expected.insert(DistinctSample::id(*at));
      REQUIRE(found.size() == kSampled);
      REQUIRE(std::set<std::uint32_t>(found.begin(), found.end()) == expected);
    }
  }
  CHECK(sample.bytes() <= 4 * kSampled * sizeof(std::uint64_t));
}

}  // namespace dwell::detect::test
