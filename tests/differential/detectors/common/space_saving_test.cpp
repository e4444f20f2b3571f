// Space-Saving: its guarantees as inequalities, and equality with its definition written out plainly.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "detectors/common/space_saving.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

/// Counters in a map, the least found by looking at all.
class Plain {
 public:
  explicit Plain(std::size_t counters) : most_(counters) {}
  void add(std::uint64_t key, std::uint64_t amount) {
    if (held.contains(key)) {
      held[key].first += amount;
    } else if (held.size() < most_) {
      held[key] = {amount, 0};
    } else {
      const auto least = std::min_element(held.begin(), held.end(), [](const auto& a, const auto& b) {
        return std::pair{a.second.first, a.first} < std::pair{b.second.first, b.first};
      });
      const std::uint64_t count = least->second.first;
      held.erase(least);
      held[key] = {count + amount, count};
    }
  }
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> held;

 private:
  std::size_t most_;
};

/// A few heavy keys among very many: the lower of several draws.
std::uint64_t draw(RandomStream& random, std::uint32_t keys) {
  return mix64(random.below(1 + random.below(1 + random.below(keys))));
}

}  // namespace

TEST_CASE("Space-Saving equals its definition", "[detectors][space-saving]") {
  for (const std::uint32_t counters : {1U, 7U, 64U, 500U}) {
    SpaceSaving summary(counters);
    Plain plain(counters);
    RandomStream random(Seed{2}, counters, purpose("test.space-saving"));
    for (int i = 0; i < 20'000; ++i) {
      if (i % 6000 == 5999) {  // saved and restored, it goes on alike
        ByteWriter writer;
        summary.save(writer);
        SpaceSaving other(counters);
        ByteReader reader(writer.bytes());
        other.restore(reader);
        REQUIRE(reader.finish("summary").ok());
        summary = other;
      }
      const std::uint64_t key = draw(random, 2000);
      const std::uint64_t amount = 1 + random.below(3);
      const bool held = plain.held.contains(key);
      const SpaceSaving::Place place = summary.add(key, amount);
      plain.add(key, amount);
      REQUIRE(place.taken == !held);
      REQUIRE(summary.counters()[place.at].key == key);
    }
    REQUIRE(summary.counters().size() == plain.held.size());
    for (const SpaceSaving::Counter& counter : summary.counters()) {
      REQUIRE(plain.held.contains(counter.key));
      CHECK(plain.held[counter.key] == std::pair{counter.count, counter.error});
      CHECK(summary.find(counter.key) == &counter);
    }
    CHECK(summary.find(12345) == nullptr);
  }
}

TEST_CASE("Space-Saving holds every key above N / k and errs by no more", "[detectors][space-saving]") {
  for (const std::uint32_t counters : {20U, 200U, 2000U}) {
    SpaceSaving summary(counters);
    std::map<std::uint64_t, std::uint64_t> truth;
    RandomStream random(Seed{3}, counters, purpose("test.space-saving.bound"));
    constexpr std::uint64_t kAdded = 100'000;
    for (std::uint64_t i = 0; i < kAdded; ++i) {
      // Half of the stream are a few keys, the more the lower their number.
      const std::uint64_t key =
          i % 2 == 0 ? mix64(random.below(1 + random.below(200 / counters + 3)), 1) : draw(random, 50'000);
      summary.add(key);
      ++truth[key];
    }
    std::uint64_t sum = 0;
    for (const SpaceSaving::Counter& counter : summary.counters()) {
      REQUIRE(counter.count >= truth[counter.key]);
      REQUIRE(counter.count - counter.error <= truth[counter.key]);
      REQUIRE(counter.error <= kAdded / counters);
      sum += counter.count;
    }
    CHECK(sum == kAdded);
    std::size_t heavy = 0;
    for (const auto& [key, count] : truth) {
      if (count <= kAdded / counters) continue;
      REQUIRE(summary.find(key) != nullptr);
      ++heavy;
    }
    CHECK(heavy > 0);
    summary.clear();
    CHECK(summary.counters().empty());
    CHECK(summary.find(mix64(0)) == nullptr);
  }
}

}  // namespace dwell::detect
