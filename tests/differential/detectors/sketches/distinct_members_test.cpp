// Distinct members against plain sets: entities that share members, in any order, saved on the way.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "detectors/sketches/distinct_members.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

constexpr std::uint32_t kPanes = 3;

/// The latest pane in which each entity of each kind had each member.
struct Plain {
  std::map<std::tuple<std::size_t, std::uint32_t, std::uint32_t>, std::uint32_t> latest;
  void see(const std::array<std::uint32_t, kSpreadKinds>& id, std::uint32_t member, std::uint32_t pane) {
    for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) latest[{kind, id[kind], member}] = pane;
  }
  std::map<std::pair<std::size_t, std::uint32_t>, std::uint64_t> spreads(std::uint32_t pane) const {
    std::map<std::pair<std::size_t, std::uint32_t>, std::uint64_t> result;
    for (const auto& [of, last] : latest) {
      if (last + kPanes > pane) ++result[{std::get<0>(of), std::get<1>(of)}];
    }
    return result;
  }
};

std::map<std::pair<std::size_t, std::uint32_t>, std::uint64_t> spreads(DistinctMembers& distinct) {
  std::map<std::pair<std::size_t, std::uint32_t>, std::uint64_t> result;
  distinct.end_pane();
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
    std::uint64_t sum = 0, all = 0;
    distinct.for_each(kind, 0, [&](std::uint32_t id, std::uint64_t members) {
      result[{kind, id}] = members;
      sum += members;
      return true;
    });
    distinct.count(kind, [&](std::uint64_t members) { all += members; });
    REQUIRE(sum == all);
  }
  return result;
}

std::vector<std::byte> saved(const DistinctMembers& distinct) {
  ByteWriter writer;
  distinct.save(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

}  // namespace

TEST_CASE("distinct members equal plain sets, whatever the order and however often saved", "[detectors][spreader]") {
  RandomStream random(Seed{4}, 0, purpose("test.distinct"));
  const DistinctMembers::Limits limits{.panes = kPanes, .dense_from = 1U << 30};
  DistinctMembers straight(limits), shuffled({.panes = kPanes, .dense_from = 1U << 30, .most_waiting = 50});
  auto again = std::make_unique<DistinctMembers>(limits);
  Plain plain;
  for (std::uint32_t pane = 0; pane < 40; ++pane) {
    std::vector<SparseTable::Entry> visits;
    const std::uint32_t rows = pane % 9 == 8 ? 0 : 40 + random.below(600);
    for (std::uint32_t i = 0; i < rows; ++i) {
      // Most come from where they always do; few members and entities, so that many share them.
      const std::uint32_t member = random.below(300);
      const bool elsewhere = random.below(4) == 0;
      const std::uint32_t source = elsewhere ? random.below(60) : member % 60;
      const std::array<std::uint32_t, kSpreadKinds> id = {source, elsewhere ? random.below(7) : source % 7,
                                                          random.below(8) == 0 ? random.below(3) : 1};
      plain.see(id, member, pane);
      visits.push_back(Visit{id, SparseHash::of(mix64(member))}.pack());
    }
    // One member is everybody's at times: from more origins than a few, and again and again.
    for (std::uint32_t i = 0; pane % 2 == 0 && i < 300; ++i) {
      const std::array<std::uint32_t, kSpreadKinds> id = {random.below(400), random.below(7), random.below(3)};
      plain.see(id, 7, pane);
      visits.push_back(Visit{id, SparseHash::of(mix64(7))}.pack());
    }
    straight.add(visits);
    for (std::size_t i = visits.size(); i > 1; --i)
      std::swap(visits[i - 1], visits[random.below(static_cast<std::uint32_t>(i))]);
    for (std::size_t i = 0; i < visits.size(); i += 30)
      shuffled.add(std::span(visits).subspan(i, std::min<std::size_t>(30, visits.size() - i)));
    again->add(visits);
    if (pane % 3 == 1) {
      const std::vector<std::byte> bytes = saved(*again);
      REQUIRE(bytes == saved(straight));
      REQUIRE(bytes == saved(shuffled));
      again = std::make_unique<DistinctMembers>(limits);
      ByteReader reader(bytes);
      again->restore(reader);
      REQUIRE(!reader.failed());
      REQUIRE(reader.remaining() == 0);
    }
    const auto expected = plain.spreads(pane);
    REQUIRE(spreads(straight) == expected);
    REQUIRE(spreads(shuffled) == expected);
    REQUIRE(spreads(*again) == expected);
    straight.next_pane();
    shuffled.next_pane();
    again->next_pane();
  }
}

TEST_CASE("dense entities go on the same from what was saved", "[detectors][spreader]") {
  const DistinctMembers::Limits limits{.panes = kPanes, .dense_from = 200, .most_dense = 2};
  DistinctMembers straight(limits);
  auto again = std::make_unique<DistinctMembers>(limits);
  RandomStream random(Seed{6}, 0, purpose("test.distinct-dense"));
  for (std::uint32_t pane = 0; pane < 14; ++pane) {
    std::vector<SparseTable::Entry> visits;
    // Keys 1 and 2 grow heavy, rest for some panes, and grow heavy again.
    for (std::uint32_t i = 0; i < (pane / 4 % 2 == 0 ? 1500U : 20U); ++i) {
      const std::uint32_t member = random.below(3000);
      visits.push_back(Visit{{member % 500, member % 9, 1 + member % 4}, SparseHash::of(mix64(member))}.pack());
    }
    straight.add(visits);
    again->add(visits);
    const std::vector<std::byte> bytes = saved(*again);
    REQUIRE(bytes == saved(straight));
    again = std::make_unique<DistinctMembers>(limits);
    ByteReader reader(bytes);
    again->restore(reader);
    REQUIRE(!reader.failed());
    REQUIRE(spreads(straight) == spreads(*again));
    straight.next_pane();
    again->next_pane();
  }
}

TEST_CASE("a member whom everybody visits costs little more than others", "[detectors][spreader]") {
  // A hundred thousand origins in one pane, and three that take turns: were each visit compared with all before it,
  // this would take minutes.
  DistinctMembers distinct({.panes = kPanes, .dense_from = 1U << 30, .most_waiting = 1 << 16});
  std::vector<SparseTable::Entry> visits;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    visits.push_back(Visit{{i, 1, 2}, SparseHash::of(mix64(7))}.pack());
    visits.push_back(Visit{{i % 3, 1, 2}, SparseHash::of(mix64(8))}.pack());
  }
  for (std::uint32_t pane = 0; pane < 4; ++pane) {
    distinct.add(visits);
    auto found = spreads(distinct);
    REQUIRE(found.size() == 100'002);
    REQUIRE(found[{0, 1}] == 2);
    REQUIRE(found[{0, 99'999}] == 1);
    REQUIRE(found[{1, 1}] == 2);
    distinct.next_pane();
  }
  // What holds nothing is forgotten: three panes of so many rows would be 19 MB.
  CHECK(distinct.bytes() < 24U << 20);
}

TEST_CASE("states that cannot have been saved are refused", "[detectors][spreader]") {
  DistinctMembers distinct({.panes = kPanes});
  std::vector<SparseTable::Entry> visits = {Visit{{1, 2, 3}, {5, 6}}.pack()};
  distinct.add(visits);
  const std::vector<std::byte> bytes = saved(distinct);
  const auto refuses = [&](std::size_t at, std::uint32_t value) {
    std::vector<std::byte> damaged = bytes;
    std::memcpy(&damaged.at(at), &value, sizeof value);
    ByteReader reader(damaged);
    DistinctMembers other({.panes = kPanes});
    other.restore(reader);
    return reader.failed();
  };
  // Behind the pane and the number of words: pane, kind, id, index, rank of the first hash.
  constexpr std::size_t kFirst = sizeof(std::uint32_t) + sizeof(std::uint64_t);
  CHECK_FALSE(refuses(kFirst + 8, 9));
  CHECK(refuses(kFirst, 1));
  CHECK(refuses(kFirst + 4, 3));
  CHECK(refuses(kFirst + 12, 1U << SparseHash::kBits));
  CHECK(refuses(kFirst + 16, 0));
  CHECK(refuses(kFirst + 16, 64));
}

}  // namespace dwell::detect
