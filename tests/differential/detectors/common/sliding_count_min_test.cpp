// A sliding span of Count-Min sketches against one sketch a part, added up anew.

#include <array>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <vector>

#include "detectors/common/few_keys.hpp"
#include "detectors/common/sliding_count_min.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

constexpr std::uint32_t kRows = 3;
constexpr std::size_t kParts = 4;

std::vector<std::byte> saved(const SlidingCountMin& sliding) {
  ByteWriter writer;
  sliding.save(writer);
  const auto bytes = writer.bytes();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a sliding span equals the sum of its parts' sketches", "[detectors][count-min]") {
  const CountMin empty(kRows, 50, 7);
  SlidingCountMin sliding(empty, kParts);
  CountMin present = empty;
  std::deque<CountMin> parts;
  RandomStream random(Seed{3}, 0, purpose("test.sliding-count-min"));
  std::array<std::uint32_t, kRows> places{};
  for (int part = 0; part < 15; ++part) {
    const std::uint32_t keys = part == 6 ? 0 : random.below(80);  // one part without a key, others with more than cells
    for (std::uint32_t i = 0; i < keys; ++i) {
      const std::uint64_t key = random.below(300);
      sliding.find<kRows>(key, places.data());
      sliding.add_at<kRows>(places.data());
      present.add(key);
      REQUIRE(sliding.estimate_at<0>(places.data()) == present.estimate(key));
    }
    // Saved and restored in the middle of a part, it goes on as it would have.
    SlidingCountMin again(empty, kParts);
    ByteWriter writer;
    sliding.save(writer);
    ByteReader reader(writer.bytes());
    again.restore(reader);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(saved(again) == saved(sliding));
    sliding = again;
    CountMin past = empty;
    for (const CountMin& before : parts) past.merge(before);
    for (std::uint64_t key = 0; key < 300; ++key) {
      REQUIRE(sliding.estimate(key) == present.estimate(key));
      REQUIRE(sliding.estimate_past(key) == past.estimate(key));
    }
    sliding.move_on();
    parts.push_back(present);
    if (parts.size() > kParts) parts.pop_front();
    present.clear();
  }
}

TEST_CASE("what a sliding span saves does not depend on the order of keys", "[detectors][count-min]") {
  const CountMin empty(kRows, 50, 7);
  SlidingCountMin forwards(empty, kParts);
  SlidingCountMin backwards(empty, kParts);
  std::array<std::uint32_t, kRows> places{};
  const auto add = [&](SlidingCountMin& sliding, std::uint64_t key) {
    sliding.find<0>(key, places.data());
    sliding.add_at<0>(places.data());
  };
  for (int part = 0; part < 3; ++part) {
    for (std::uint64_t key = 0; key < 40; ++key) {
      add(forwards, key);
      add(backwards, 39 - key);
    }
    if (part == 2) break;
    forwards.move_on();
    backwards.move_on();
  }
  CHECK(saved(forwards) == saved(backwards));
}

TEST_CASE("a sliding span refuses cells it does not have", "[detectors][count-min]") {
  SlidingCountMin wide(CountMin(kRows, 60, 7), kParts);
  ByteWriter writer;
  wide.save(writer);
  ByteReader reader(writer.bytes());
  SlidingCountMin narrow(CountMin(kRows, 50, 7), kParts);
  narrow.restore(reader);
  CHECK(reader.failed());
}

TEST_CASE("sums of few keys are handed on whole", "[detectors]") {
  std::map<std::uint64_t, std::int64_t> expected;
  std::map<std::uint64_t, std::int64_t> found;
  std::size_t handed_on = 0;
  const auto spill = [&](const FewKeys::Entry& entry) {
    REQUIRE(entry.value != 0);
    found[entry.key] += entry.value;
    ++handed_on;
  };
  FewKeys keys;
  RandomStream random(Seed{4}, 0, purpose("test.few-keys"));
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t key = i % 50 == 0 ? random.below(1000) : random.below(3);  // 0 is a key as well
    keys.add(key, 1 + i % 2, spill);
    expected[key] += 1 + i % 2;
  }
  keys.finish(spill);
  CHECK(found == expected);
  CHECK(handed_on < 600);
}

}  // namespace dwell::detect
