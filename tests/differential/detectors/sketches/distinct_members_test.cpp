// Distinct members against plain sets: entities that share members, in any order and grouping, saved on the way.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "detectors/sketches/distinct_members.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

using Spreads = std::map<std::pair<std::size_t, std::uint32_t>, std::uint64_t>;

struct Plain {
  std::map<std::pair<std::size_t, std::uint32_t>, std::set<std::uint32_t>> members;
  void see(const std::array<std::uint32_t, kSpreadKinds>& id, std::uint32_t member) {
    for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) members[{kind, id[kind]}].insert(member);
  }
};

Spreads end_span(DistinctMembers& distinct) {
  Spreads result;
  distinct.end_span();
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
    distinct.for_each(kind, 0, [&](std::uint32_t id, std::uint64_t members) {
      REQUIRE(result.emplace(std::pair(kind, id), members).second);
    });
  }
  return result;
}

std::vector<std::byte> saved(const DistinctMembers& distinct) {
  ByteWriter writer;
  distinct.save(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

std::unique_ptr<DistinctMembers> saved_and_restored(const DistinctMembers& distinct, DistinctMembers::Limits limits) {
  const std::vector<std::byte> bytes = saved(distinct);
  auto again = std::make_unique<DistinctMembers>(limits);
  ByteReader reader(bytes);
  again->restore(reader);
  REQUIRE(!reader.failed());
  REQUIRE(reader.remaining() == 0);
  return again;
}

/// Most come from where they always do; few members and entities, so that many share them. One member is everybody's
/// at times.
std::vector<SparseTable::Entry> some_visits(RandomStream& random, bool crowded, Plain& plain) {
  std::vector<SparseTable::Entry> visits;
  const auto push = [&](std::uint32_t member, const std::array<std::uint32_t, kSpreadKinds>& id) {
    plain.see(id, member);
    visits.push_back(pack_visit(member, id[0], id[1], id[2]));
  };
  const std::uint32_t rows = random.below(9) == 0 ? 0 : 40 + random.below(4000);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t member = random.below(3000);
    const bool elsewhere = random.below(4) == 0;
    const std::uint32_t source = elsewhere ? random.below(600) : member % 600;
    push(member,
         {source * 0x01000193U, elsewhere ? random.below(7) : source % 7, random.below(8) == 0 ? random.below(3) : 1});
  }
  for (std::uint32_t i = 0; crowded && i < 300; ++i) push(7, {random.below(400), random.below(7), random.below(3)});
  return visits;
}

}  // namespace

TEST_CASE("distinct members are those of plain sets, whatever the order and however often saved",
          "[detectors][spreader]") {
  RandomStream random(Seed{4}, 0, purpose("test.distinct"));
  const DistinctMembers::Limits limits{.registers_from = 2000};
  DistinctMembers straight(limits), shuffled(limits);
  auto again = std::make_unique<DistinctMembers>(limits);
  for (std::uint32_t span = 0; span < 40; ++span) {
    Plain plain;
    std::vector<SparseTable::Entry> visits = some_visits(random, span % 2 == 0, plain);
    straight.add(visits);
    again->add(std::span(visits).first(visits.size() / 2));
    again = saved_and_restored(*again, limits);
    again->add(std::span(visits).subspan(visits.size() / 2));
    for (std::size_t i = visits.size(); i > 1; --i)
      std::swap(visits[i - 1], visits[random.below(static_cast<std::uint32_t>(i))]);
    for (std::size_t i = 0; i < visits.size(); i += 30)
      shuffled.add(std::span(visits).subspan(i, std::min<std::size_t>(30, visits.size() - i)));

    REQUIRE(saved(straight) == saved(shuffled));
    const Spreads found = end_span(straight);
    REQUIRE(found == end_span(shuffled));
    REQUIRE(found == end_span(*again));
    REQUIRE(found.size() == plain.members.size());
    for (const auto& [entity, members] : plain.members) {
      const auto expected = static_cast<double>(members.size());
      const double error = expected > 2000 ? .0081 * expected : .37 * std::sqrt(expected);
      INFO("kind " << entity.first << ", " << expected << " members, found " << found.at(entity));
      REQUIRE(std::abs(static_cast<double>(found.at(entity)) - expected) <= 5 * error + .5);
    }
  }
}

TEST_CASE("members heeded by lot are the same, whatever the order and however often saved", "[detectors][spreader]") {
  RandomStream random(Seed{6}, 0, purpose("test.distinct-lot"));
  const DistinctMembers::Limits limits{.most_visits = 1500};
  DistinctMembers straight(limits), shuffled(limits);
  auto again = std::make_unique<DistinctMembers>(limits);
  for (std::uint32_t span = 0; span < 20; ++span) {
    Plain plain;
    for (std::uint32_t window = 0; window < 5; ++window) {
      std::vector<SparseTable::Entry> visits = some_visits(random, window == 2, plain);
      straight.add(visits);
      again = saved_and_restored(*again, limits);
      again->add(visits);
      std::reverse(visits.begin(), visits.end());
      shuffled.add(visits);
    }
    REQUIRE(saved(straight) == saved(shuffled));
    const Spreads found = end_span(straight);
    REQUIRE(straight.members_per_count() > 1);
    REQUIRE(found == end_span(shuffled));
    REQUIRE(found == end_span(*again));
  }
}

}  // namespace dwell::detect
