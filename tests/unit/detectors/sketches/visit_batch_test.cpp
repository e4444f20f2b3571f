// A batch of visits against plain searches, and places of entities against a map.

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "detectors/sketches/entity_counts.hpp"
#include "detectors/sketches/visit_batch.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

using Packed = std::pair<std::uint64_t, std::int64_t>;

/// Visits to few indices, crowded into some groups, and many repeated.
std::vector<SparseTable::Entry> crowded(std::size_t visits, std::uint32_t indices, RandomStream& random) {
  std::vector<SparseTable::Entry> result;
  for (std::size_t i = 0; i < visits; ++i) {
    const std::uint32_t index = random.below(2) == 0 ? random.below(indices) : random.below(1U << SparseHash::kBits);
    result.push_back(Visit{{random.below(3), 5, random.below(2)}, {index, 1 + random.below(2)}}.pack());
  }
  return result;
}

}  // namespace

TEST_CASE("a visit survives packing", "[detectors][spreader]") {
  const Visit visit{{0xffffffffU, 65535, 7}, {(1U << SparseHash::kBits) - 1, 40}};
  const Visit back = Visit::of(visit.pack());
  CHECK(back.id == visit.id);
  CHECK(back.hash.index == visit.hash.index);
  CHECK(back.hash.rank == visit.hash.rank);
}

TEST_CASE("a batch holds the visits it was given, in order of groups", "[detectors][spreader]") {
  RandomStream random(Seed{1}, 0, purpose("test.visits"));
  VisitBatch batch;
  std::vector<SparseTable::Entry> distinct;
  for (const std::size_t size : {1U, 2U, 3U, 64U, 1000U, 5000U, 40U}) {
    const std::vector<SparseTable::Entry> visits = crowded(size, 50, random);
    batch.fill(visits, distinct);
    REQUIRE(batch.size() + 2 == distinct.size());
    REQUIRE(batch.size() <= size);
    std::set<Packed> given, held;
    std::multiset<std::uint32_t> indices;
    for (const SparseTable::Entry& visit : visits) given.emplace(visit.key, visit.value);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Visit visit = Visit::of(distinct[i + 2]);
      held.emplace(distinct[i + 2].key, distinct[i + 2].value);
      indices.insert(visit.hash.index);
      REQUIRE(batch.index(i) == visit.hash.index);
      REQUIRE(batch.records()[i].rank() == visit.hash.rank);
      for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) REQUIRE(batch.records()[i].holds(kind) == 0);
    }
    CHECK(held == given);
    for (const std::uint32_t index : indices) {
      std::size_t found = 0;
      batch.for_each_of(index, batch.size(), [&](const VisitBatch::Record&) { ++found; });
      REQUIRE(found == indices.count(index));
    }
  }
}

TEST_CASE("no visit that shares an index goes unmarked", "[detectors][spreader]") {
  RandomStream random(Seed{2}, 0, purpose("test.visits"));
  VisitBatch before, now;
  std::vector<SparseTable::Entry> distinct;
  before.fill(crowded(3000, 300, random), distinct);
  now.fill(crowded(700, 300, random), distinct);
  std::set<std::uint32_t> earlier;
  for (std::size_t i = 0; i < before.size(); ++i) earlier.insert(before.index(i));
  std::vector<std::uint8_t> shared(now.size(), 0), repeated(now.size(), 0);
  before.mark_shared(now, shared);
  now.mark_repeated(repeated);
  std::set<std::uint32_t> seen;
  std::size_t idle_marks = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (earlier.contains(now.index(i))) REQUIRE(shared[i] == 1);
    if (seen.contains(now.index(i))) REQUIRE(repeated[i] == 1);
    idle_marks += !earlier.contains(now.index(i)) && shared[i] != 0 ? 1 : 0;
    seen.insert(now.index(i));
  }
  CHECK(idle_marks < now.size() / 4);
}

TEST_CASE("entities keep their places and words until some leave", "[detectors][spreader]") {
  RandomStream random(Seed{3}, 0, purpose("test.entities"));
  EntityCounts counts;
  std::map<std::uint32_t, std::uint32_t> places, words;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 3000; ++i) {
      const std::uint32_t id = random.below(2) == 0 ? random.below(500) : random.below(1U << 31) * 2U;
      const std::uint32_t place = counts.place_of(id);
      if (!places.contains(id)) REQUIRE(counts.word(place) == 0);
      REQUIRE(places.try_emplace(id, place).first->second == place);
      REQUIRE(counts.id(place) == id);
      counts.word(place) += 1;
      words[id] += 1;
    }
    REQUIRE(counts.size() == places.size());
    const std::vector<std::uint32_t> moved = counts.keep_if([](std::uint32_t word) { return word % 2 == 0; });
    std::erase_if(words, [](const auto& entry) { return entry.second % 2 != 0; });
    for (auto at = places.begin(); at != places.end();) {
      if (words.contains(at->first)) {
        at->second = moved[at->second];
        ++at;
      } else {
        REQUIRE(moved[at->second] == 0);
        at = places.erase(at);
      }
    }
    for (const auto& [id, word] : words) REQUIRE(counts.word(counts.place_of(id)) == word);
  }
}

}  // namespace dwell::detect
