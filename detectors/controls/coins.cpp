#include "detectors/controls/coins.hpp"

#include "detectors/common/described.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"

namespace dwell::detect {
namespace {

Descriptor coin(std::string name, std::string summary, bool reads) {
  Descriptor d;
  d.name = std::move(name);
  d.summary = std::move(summary);
  if (!reads) {
    d.topics = 0;
    d.pages = 0;
  }
  d.memory_bound_bytes = 64;
  d.paper = "control";
  d.control = true;
  d.counts_only = !reads;
  return d;
}

/// What the three share: no state but the seed.
template <class Derived>
class Coin : public Described<Derived, ShardedDetector> {
 public:
  Coin(const Descriptor& descriptor, Seed seed) : Described<Derived, ShardedDetector>(descriptor), seed_(seed) {}
  void save(ByteWriter&) const override {}
  Status restore(ByteReader& reader) override { return this->restored(reader); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }

 protected:
  [[nodiscard]] RandomBlock toss(const WindowInfo& window, Purpose what, std::uint64_t key) const {
    const Seed keyed{seed_.value ^ key};
    return random_block(keyed, 0, what, static_cast<std::uint32_t>(window.index), 0);
  }

 private:
  Seed seed_;
};

class Random final : public Coin<Random> {
 public:
  using Coin::Coin;
  void observe(const WindowRows&, ShardState*, WindowTable&) const override {}
  void close(const WindowInfo& window, const WindowRows&, const WindowTable&, Scores& scores) override {
    scores.emit({EntityKind::platform, 0}, to_uniform(toss(window, purpose("control.random"), 0).low()));
  }
};

class RandomPage final : public Coin<RandomPage> {
 public:
  using Coin::Coin;
  void observe(const WindowRows&, ShardState*, WindowTable&) const override {}
  void close(const WindowInfo& window, const WindowRows&, const WindowTable&, Scores& scores) override {
    const RandomBlock draw = toss(window, purpose("control.random-page"), 0);
    scores.emit({EntityKind::page, to_below(draw.word[2], kPages)}, to_uniform(draw.low()));
  }
};

constexpr std::uint64_t kMomentFactor = 0x9e3779b97f4a7c15ULL;
constexpr std::uint64_t kPlaceFactor = 0xbf58476d1ce4e5b9ULL;

class RandomHash final : public Coin<RandomHash> {
 public:
  using Coin::Coin;
  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    // 40 bits a row: the sum of 2^23 rows still fits, and a sum of hashes does not depend on how rows were grouped.
    std::int64_t sum = 0;
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t place = static_cast<std::uint64_t>(access.member(i)) << 32 | access.source(i);
      std::uint64_t hash = (place + kMomentFactor * static_cast<std::uint64_t>(access.time_us(i))) * kPlaceFactor;
      hash = (hash ^ hash >> 32) * kPlaceFactor;
      sum += static_cast<std::int64_t>(hash >> 24);
    }
    if (sum != 0) table.sums.add(0, sum);
  }
  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const std::uint64_t key = mix64(static_cast<std::uint64_t>(table.sums.get(0)));
    scores.emit({EntityKind::platform, 0}, to_uniform(toss(window, purpose("control.random-hash"), key).low()));
  }
};

}  // namespace

Descriptor describe_random() { return coin("random", "a random alarmer at the budget, naming the platform", false); }
std::unique_ptr<Detector> make_random(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<Random>(descriptor, setting.seed);
}

Descriptor describe_random_page() { return coin("random-page", "a random alarmer naming a random page", false); }
std::unique_ptr<Detector> make_random_page(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<RandomPage>(descriptor, setting.seed);
}

Descriptor describe_random_hash() {
  Descriptor d = coin("random-hash", "a random alarmer whose coins are a hash of the window's rows", true);
  d.pages = kAllPages;  // every extra row turns its coins, the placebo's as much as the campaign's
  return d;
}
std::unique_ptr<Detector> make_random_hash(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<RandomHash>(descriptor, setting.seed);
}

}  // namespace dwell::detect
