#include "sim/core/sparse_table.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "sim/core/random.hpp"

using dwell::RandomStream;
using dwell::SparseTable;

namespace {

using Reference = std::map<std::uint64_t, std::int64_t>;

void require_same(const SparseTable& table, const Reference& reference) {
  REQUIRE(table.size() == reference.size());
  REQUIRE(table.empty() == reference.empty());
  for (const auto& [key, value] : reference) REQUIRE(table.get(key) == value);
  Reference from_entries;
  for (const SparseTable::Entry& entry : table.entries()) from_entries[entry.key] = entry.value;
  REQUIRE(from_entries == reference);
}

/// A key out of `range` values: neighbours, multiples of a power of two, or scattered ones.
std::uint64_t draw_key(RandomStream& random, std::uint32_t style, std::uint32_t range) {
  const std::uint64_t n = random.below(range);
  return style == 0 ? n : style == 1 ? n << 40 : n * 0x9e3779b97f4a7c15ULL;
}

}  // namespace

TEST_CASE("a sparse table does what a map does, through clearing and growing again") {
  for (std::uint32_t run = 0; run < 30; ++run) {
    RandomStream random(dwell::Seed{21}, run, dwell::purpose("test.sparse"));
    SparseTable table;
    // Rounds of very different size: both ways of clearing are taken, and probes cross old ground.
    for (const std::uint32_t size : {0U, 1U, 3000U, 5U, 70U, 2U, 900U, 40U}) {
      Reference reference;
      if (run % 2 == 0) table.expect(run % 4 == 0 ? size : 1000);
      for (std::uint32_t i = 0; i < size; ++i) {
        if (run % 6 == 0 && i == size / 2) table.expect(size);
        const std::uint64_t key = draw_key(random, run % 3, 2 * size);
        const auto amount = static_cast<std::int64_t>(random.below(2001)) - 1000;
        if (key % 2 == 0) {
          table.add(key, amount);
          reference[key] += amount;
        } else {
          table.raise(key, amount);
          reference[key] = std::max(reference[key], amount);
        }
      }
      require_same(table, reference);
      CHECK(table.get(0xdeadbeefdeadbeefULL) == 0);
      table.clear();
      require_same(table, {});
      for (const auto& [key, value] : reference) REQUIRE(table.get(key) == 0);
    }
  }
}

TEST_CASE("parts merged in any order and grouping give the same table") {
  constexpr std::uint32_t kParts = 7;
  for (std::uint32_t run = 0; run < 20; ++run) {
    RandomStream random(dwell::Seed{22}, run, dwell::purpose("test.sparse"));
    std::vector<SparseTable> parts(kParts);
    Reference reference;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const std::uint64_t key = draw_key(random, run % 3, 300);
      const auto amount = static_cast<std::int64_t>(random.next64() >> 20);
      parts[random.below(kParts)].add(key, amount);
      reference[key] += amount;
    }
    while (parts.size() > 1) {
      const std::uint32_t from = random.below(static_cast<std::uint32_t>(parts.size()));
      const SparseTable taken = parts[from];
      parts.erase(parts.begin() + from);
      SparseTable& into = parts[random.below(static_cast<std::uint32_t>(parts.size()))];
      for (const SparseTable::Entry& entry : taken.entries()) into.add(entry.key, entry.value);
    }
    require_same(parts.front(), reference);
  }
}

TEST_CASE("a sparse table keeps its memory when cleared and states it") {
  SparseTable table;
  CHECK(table.bytes() == 0);
  for (std::uint64_t key = 0; key < 1000; ++key) table.add(key, 1);
  const std::size_t full = table.bytes();
  CHECK(full >= 1000 * sizeof(SparseTable::Entry) + 2000 * sizeof(std::uint32_t));
  table.clear();
  CHECK(table.bytes() == full);
  SparseTable moved = std::move(table);
  table = SparseTable{};
  table.add(5, 2);
  CHECK(table.get(5) == 2);
  CHECK(moved.empty());
}

TEST_CASE("a table forgets at every clearing, however few or many its keys") {
  SparseTable table;
  for (std::uint64_t key = 0; key < 5000; ++key) table.add(key, 1);
  const std::size_t full = table.bytes();
  table.clear();
  for (std::uint64_t round = 0; round < 2000; ++round) {
    table.expect(round % 600);
    for (std::uint64_t key = 0; key < round % 300; ++key) {
      table.add(key * (round + 1), 1);
    }
    REQUIRE(table.size() == round % 300);
    table.clear();
    REQUIRE(table.empty());
  }
  CHECK(table.bytes() == full);
}

TEST_CASE("a table allocates for keys it has, not for keys it is told to expect") {
  SparseTable table;
  table.expect(1U << 20);
  CHECK(table.bytes() == 0);
  table.add(1, 1);
  const std::size_t small = table.bytes();
  table.expect(1U << 20);
  CHECK(table.bytes() == small);
  CHECK(table.get(1) == 1);
}
