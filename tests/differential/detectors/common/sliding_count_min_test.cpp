// A sliding span of Count-Min sketches against one sketch a part, added up anew.

#include <algorithm>
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
  for (int part = 0; part < 15; ++part) {
    const std::uint32_t keys = part == 6 ? 0 : random.below(80);  // one part without a key, others with more than cells
    for (std::uint32_t i = 0; i < keys;) {  // in batches, shorter and longer than what is found ahead
      std::vector<std::uint64_t> batch(std::min(1 + random.below(20), keys - i));
      std::vector<std::uint32_t> amounts(batch.size());
      for (std::size_t k = 0; k < batch.size(); ++k) {
        batch[k] = random.below(300);
        amounts[k] = 1 + random.below(3);
        present.add(batch[k], amounts[k]);
      }
      std::vector<std::uint32_t> places(batch.size() * kRows);
      sliding.count<kRows>(
          batch.size(), [&](std::size_t k) { return batch[k]; }, [&](std::size_t k) { return amounts[k]; },
          places.data());
      for (std::size_t k = 0; k < batch.size(); ++k)
        REQUIRE(sliding.estimate_at<0>(places.data() + k * kRows) == present.estimate(batch[k]));
      i += static_cast<std::uint32_t>(batch.size());
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
      REQUIRE(sliding.estimates(key).present == present.estimate(key));
      REQUIRE(sliding.estimates(key).past == past.estimate(key));
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
    sliding.count<0>(
        1, [&](std::size_t) { return key; }, [](std::size_t) { return 1U; }, places.data());
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
