// Sums by key against std::map, and a queue in a ring against std::deque.

#include "detectors/common/add_up.hpp"

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <random>

#include "detectors/common/queue.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

TEST_CASE("entries are added up by key and in order, however many they are", "[detectors][add-up]") {
  std::mt19937_64 draw(11);
  for (const std::uint64_t keys : {1U, 3U, 1000U}) {
    for (std::size_t size = 0; size < 3 * kFewToAddUp; ++size) {
      std::vector<SparseTable::Entry> entries;
      std::map<std::uint64_t, std::int64_t> sums;
      for (std::size_t i = 0; i < size; ++i) {
        // High bits too, and sums of nothing, which stay.
        const std::uint64_t key = draw() % keys << 61 | draw() % keys;
        const auto value = static_cast<std::int64_t>(draw() % 3) - 1;
        entries.push_back({key, value});
        sums[key] += value;
      }
      add_up(entries);
      REQUIRE(entries.size() == sums.size());
      auto expected = sums.begin();
      for (const SparseTable::Entry& entry : entries) {
        CHECK(entry.key == expected->first);
        CHECK(entry.value == expected->second);
        ++expected;
      }
    }
  }
}

TEST_CASE("few rows are added up by half of their keys as entries with these for keys", "[detectors][add-up]") {
  std::mt19937_64 draw(12);
  for (const std::uint64_t keys : {1U, 3U, 1000U}) {
    for (std::size_t size = 0; size <= kFewToAddUp; ++size) {
      std::vector<SparseTable::Entry> rows, expected;
      for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t key = UINT32_MAX - draw() % keys;  // the greatest among them
        const auto value = static_cast<std::int64_t>(draw() % 3) - 1;
        rows.push_back({key << 32 | draw() % 7, value});
        expected.push_back({key, value});
      }
      add_up(expected);
      std::vector<SparseTable::Entry> sums(3);
      add_up_few(rows, sums);
      REQUIRE(sums.size() == expected.size());
      for (std::size_t i = 0; i < sums.size(); ++i) {
        CHECK(sums[i].key == expected[i].key);
        CHECK(sums[i].value == expected[i].value);
      }
    }
  }
}

TEST_CASE("a queue in a ring holds what a deque does", "[detectors][queue]") {
  std::mt19937_64 draw(13);
  Queue<std::uint64_t> queue;
  std::deque<std::uint64_t> plain;
  for (int step = 0; step < 5000; ++step) {
    const std::size_t more = draw() % (step < 2500 ? 7 : 4);
    const std::size_t unused = draw() % 3;
    std::size_t next = queue.size();
    queue.extend(more + unused);
    for (std::size_t i = 0; i < more; ++i) {
      plain.push_back(draw());
      queue[next++] = plain.back();
    }
    queue.drop_last(unused);
    const std::size_t fewer = std::min<std::size_t>(plain.size(), draw() % 6);
    plain.erase(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(fewer));
    queue.drop_first(fewer);
    REQUIRE(queue.size() == plain.size());
    REQUIRE(queue.empty() == plain.empty());
    bool same = true;
    for (std::size_t i = 0; i < plain.size(); ++i) same = same && queue[i] == plain[i];
    REQUIRE(same);
  }
  CHECK(queue.bytes() <= 4096 * sizeof(std::uint64_t));
  queue.clear();
  CHECK(queue.empty());
}

}  // namespace dwell::detect
