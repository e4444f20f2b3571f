// hyperloglog-spreader against its definition, with sets of places for what it counts in bitmaps.

#include "detectors/sketches/hyperloglog_spreader.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::size_t kSpanWindows = 60;
constexpr double kLearnSpans = 28 * 24;
constexpr double kLeastMembers = 8;

/// Visits of an entity in one span.
struct Visits {
  std::uint32_t count = 0;
  std::set<std::uint64_t> hashes;
  [[nodiscard]] double members() const {
    const std::uint64_t bits = std::max<std::uint64_t>(64, std::bit_ceil(count * 4));
    std::set<std::uint64_t> places;
    for (const std::uint64_t hash : hashes) places.insert(hash % bits);
    const auto b = static_cast<double>(bits);
    const double found = std::floor(-b * std::log1p(-static_cast<double>(places.size()) / b) + .5);
    return bits > 64 ? found : std::min<double>(found, count);
  }
};

struct Past {
  double members = 0, totals = 0;
  std::size_t span = 0;
};

/// Of all entities of a kind, over the past.
struct Moments {
  double active = 0, share = 0, square = 0, noise = 0;
  [[nodiscard]] double mean() const { return share / active; }
  [[nodiscard]] double shape() const {
    const double between = square / active - mean() * mean() - noise / active;
    return between > 0 ? std::clamp(mean() * mean() / between, .05, 400.) : 400;
  }
};

double plain_score(double x, double mu, double shape) {
  return x <= mu ? 0 : x * std::log(x / mu) - (x + shape) * std::log((x + shape) / (mu + shape));
}

/// Sources of very different spread, some of which rest now and then, and one that spreads late. Some have the number
/// of a key or a network.
Stream spreading(std::size_t days) {
  Stream stream(days * 1440);
  RandomStream random(Seed{8}, 0, purpose("test.spreader"));
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const std::uint32_t rows = 20 + (w / 60 % 24 > 7 ? random.below(20) : 0);
    for (std::uint32_t i = 0; i < rows; ++i) {
      const std::uint32_t source = random.below(1 + random.below(60));
      if ((source + w / 700) % 5 == 0) continue;
      stream[w].access.push(access_row(w, 1 + source * 50 + random.below(100), 3 + source, 11 + source % 3));
    }
    if (w > stream.size() / 2 && w / 60 % 3 == 0) stream[w].access.push(access_row(w, random.below(5000), 77, 14));
  }
  return stream;
}

}  // namespace

TEST_CASE("hyperloglog-spreader equals its definition", "[detectors][spreader]") {
  const Stream stream = spreading(5);
  const Run found = run(hyperloglog_spreader_entry, stream);
  std::map<EntityKind, std::map<std::uint64_t, Visits>> visits;
  std::map<Entity, Past> pasts;
  std::map<EntityKind, Moments> moments;
  std::size_t compared = 0;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const auto& rows = stream[w].access;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const auto& [kind, id] : {std::pair<EntityKind, std::uint64_t>{EntityKind::source, rows.source[i]},
                                     {EntityKind::network, rows.network[i]},
                                     {EntityKind::key, rows.key[i]}}) {
        ++visits[kind][id].count;
        visits[kind][id].hashes.insert(mix64(rows.member[i], 0x5bd1e995));
      }
    }
    if ((w + 1) % kSpanWindows != 0) {
      REQUIRE(found.scores[w].empty());
      continue;
    }
    const std::size_t span = w / kSpanWindows;
    std::size_t expected = 0;
    for (const EntityKind kind : {EntityKind::source, EntityKind::network, EntityKind::key}) {
      double total = 0, squares = 0;
      for (const auto& [id, of] : visits[kind]) {
        total += of.members();
        squares += of.members() * of.members();
      }
      Moments& m = moments[kind];
      for (const auto& [id, of] : visits[kind]) {
        const double members = of.members();
        if (members < kLeastMembers) continue;
        Past& past = pasts[{kind, id}];
        const double keep = std::exp(-static_cast<double>(span - past.span) / kLearnSpans);
        past = {past.members * keep, past.totals * keep, span};
        const double mu =
            m.active > 0 ? total * (m.shape() + past.members) / (m.shape() / m.mean() + past.totals) : members;
        const double score = plain_score(members, mu, m.active > 0 ? std::min(400., m.shape() + past.members) : 1);
        if (score > 0) {
          REQUIRE(score_of(found.scores, w, {kind, id}) == Approx(score).epsilon(1e-9).margin(1e-9));
          ++expected;
        }
        past.members += members;
        past.totals += total;
      }
      const double keep = std::exp(-1 / kLearnSpans);
      total = std::max(1., total);
      m = {m.active * keep + static_cast<double>(visits[kind].size()), m.share * keep + (visits[kind].empty() ? 0 : 1),
           m.square * keep + squares / (total * total), m.noise * keep + (visits[kind].empty() ? 0 : 1 / total)};
    }
    REQUIRE(found.scores[w].size() == expected);
    compared += expected;
    visits.clear();
  }
  CHECK(compared > 300);
}

}  // namespace dwell::detect::test
