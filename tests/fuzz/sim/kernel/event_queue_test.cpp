// EventQueue against std::priority_queue, over random lengths, horizons, tie densities and burst shapes.

#include <catch2/catch.hpp>
#include <queue>
#include <random>

#include "sim/kernel/event_queue.hpp"

namespace dwell::kernel {
namespace {

struct Later {
  bool operator()(const Event& a, const Event& b) const { return b < a; }
};
using Reference = std::priority_queue<Event, std::vector<Event>, Later>;

/// One queue and its reference, driven by the same pushes.
struct Pair {
  EventQueue queue;
  Reference reference;
  std::uint64_t sequence = 0;

  void push(Time at, std::uint64_t priority) {
    const Event event{at, priority << 60 | sequence++, 0, static_cast<std::uint32_t>(sequence)};
    queue.push(event);
    reference.push(event);
  }
};

class Fuzz {
 public:
  explicit Fuzz(std::uint32_t seed) : random_(seed) {
    constexpr std::int64_t kLengths[] = {1, 2, 3, 63, 64, 1000, 4096, 60'000'000, 3'600'000'000'000};
    length_ = kLengths[random_() % std::size(kLengths)];
    horizon_ = std::size_t{1} << random_() % 6;
    burst_ = random_() % 3 == 0 ? 3000 : 40;
    grid_ = random_() % 3 == 0 ? std::max<std::int64_t>(1, length_ / 4) : 1;
    for (int i = 0; i < 2; ++i) pairs_.push_back({EventQueue(Time{}, Duration{length_}, horizon_, memory_), {}});
  }

  void run(int windows) {
    for (int w = 0; w < windows; ++w) {
      begin_ = w * length_;
      for (Pair& pair : pairs_) window(pair);
    }
  }

 private:
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }
  Time anywhere_from(std::int64_t least) {
    const std::int64_t end = begin_ + length_;
    std::int64_t at = least;
    switch (random_() % 8) {
      case 0:
        break;
      case 1:
        at = end - 1;
        break;
      case 2:
        at = end;
        break;
      case 3:
        at = end + below(length_ * static_cast<std::int64_t>(horizon_) * 3);
        break;
      case 4:
        at = end + length_ * static_cast<std::int64_t>(horizon_) - 1 + below(2);
        break;
      default:
        at = least + below(std::max<std::int64_t>(1, end - least));
        break;
    }
    return Time{std::max(least, at / grid_ * grid_)};
  }
  void window(Pair& pair) {
    const auto pushes = below(burst_);
    for (std::int64_t i = 0; i < pushes; ++i) pair.push(anywhere_from(begin_), random_() % 3);
    pair.queue.begin_window();
    while (const Event* const event = pair.queue.next()) {
      const Event expected = pair.reference.top();
      const Time now = event->time;
      if (event->order != expected.order || now != expected.time || event->data != expected.data ||
          now.us >= begin_ + length_) {
        FAIL("event " << event->data << " at " << now.us << " where " << expected.data << " at " << expected.time.us
                      << " is due, in the window from " << begin_);
      }
      pair.reference.pop();
      if (random_() % 2 == 0) pair.push(anywhere_from(now.us), random_() % 3);
    }
    REQUIRE((pair.reference.empty() || pair.reference.top().time.us >= begin_ + length_));
    REQUIRE(pair.queue.size() == pair.reference.size());
  }

  std::mt19937_64 random_;
  QueueMemory memory_;
  std::vector<Pair> pairs_;
  std::int64_t length_ = 0;
  std::size_t horizon_ = 0;
  std::int64_t burst_ = 0;
  std::int64_t grid_ = 1;
  std::int64_t begin_ = 0;
};

TEST_CASE("the event queue gives what a priority queue gives") {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    Fuzz(seed).run(20);
  }
}

TEST_CASE("windows of one moment, of thousands of events and of a crowded corner are sorted") {
  QueueMemory memory;
  std::mt19937_64 random(7);
  Pair pair{EventQueue(Time{}, Duration{1'000'000}, 4, memory), {}};
  for (const std::uint64_t spread : {1, 2, 100, 1'000'000}) {
    for (int i = 0; i < 5000; ++i) pair.push(Time{static_cast<std::int64_t>(random() % spread)}, random() % 16);
  }
  for (int i = 0; i < 1000; ++i) pair.push(Time{999'999}, 0);
  pair.queue.begin_window();
  std::size_t taken = 0;
  for (; const Event* const event = pair.queue.next(); ++taken) {
    REQUIRE(event->order == pair.reference.top().order);
    pair.reference.pop();
  }
  CHECK(taken == 21'000);
  CHECK(pair.queue.taken() == taken);
}

TEST_CASE("chunks are recycled: a thousand windows need no more memory than ten") {
  QueueMemory memory;
  EventQueue queue(Time{}, Duration{1000}, 8, memory);
  std::uint64_t order = 0;
  std::size_t after_ten = 0;
  for (std::int64_t w = 0; w < 1000; ++w) {
    for (int i = 0; i < 2000; ++i) queue.push({Time{w * 1000 + i % 1000 + i % 3 * 1000}, order++, 0, 0});
    queue.begin_window();
    while (queue.next() != nullptr) continue;
    if (w == 10) after_ten = memory.bytes();
  }
  CHECK(memory.bytes() == after_ten);
}

}  // namespace
}  // namespace dwell::kernel
