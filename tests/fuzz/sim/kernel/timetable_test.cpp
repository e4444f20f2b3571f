// Timetable against a sorted set, over random lengths, horizons and crowds.

#include "sim/kernel/timetable.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "sim/core/check.hpp"
#include "sim/core/huge_pages.hpp"

namespace dwell::kernel {
namespace {

/// Absolute time, who, what.
using Line = std::tuple<std::int64_t, std::uint32_t, std::uint32_t>;

class Fuzz {
 public:
  explicit Fuzz(std::uint32_t seed) : random_(seed) {
    constexpr std::int64_t kLengths[] = {1, 2, 3, 63, 64, 1000, 4096, 60'000'000, 2'147'483'647, 4'294'967'296};
    length_ = kLengths[random_() % std::size(kLengths)];
    horizon_ = std::size_t{1} << random_() % 6;
    crowd_ = random_() % 4 == 0 ? 400 : 12;
    timetable_.emplace(Duration{length_}, horizon_);
  }

  void run(int windows) {
    for (int w = 0; w < windows; ++w) window(w * length_);
    CHECK(read_ > 0);
  }

 private:
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }
  /// Writes an entity's future from `now` on: steps of nothing, of parts of a window, of many windows.
  void write(std::int64_t now) {
    const auto who = static_cast<std::uint32_t>(below(50));
    for (std::int64_t i = below(6); i >= 0; --i) {
      const auto what = static_cast<std::uint32_t>(random_());
      timetable_->write(who, now, what);
      expected_.insert({now, who, what});
      switch (random_() % 4) {
        case 0:
          break;
        case 1:
          now += below(length_);
          break;
        case 2:
          now += below(3 * length_ + 1);
          break;
        default:
          now += below(length_ * static_cast<std::int64_t>(horizon_) * 2);
          break;
      }
    }
  }
  void window(std::int64_t begin) {
    for (std::int64_t i = below(crowd_); i > 0; --i) write(begin + below(2 * length_));
    timetable_->begin_window();
    REQUIRE(timetable_->window_begin().us == begin);
    const std::int64_t stop = below(length_);
    read_until(begin, stop);
    write(begin + stop);
    read_until(begin, length_);
    REQUIRE(timetable_->next(UINT64_MAX) == nullptr);
  }
  void read_until(std::int64_t begin, std::int64_t limit) {
    while (const Timetable::Entry* const entry = timetable_->next(static_cast<std::uint64_t>(limit))) {
      REQUIRE(!expected_.empty());
      const Line due = *expected_.begin();
      const Timetable::Entry copy = *entry;
      REQUIRE(Line{begin + copy.offset_us, copy.who, copy.what} == due);
      expected_.erase(expected_.begin());
      ++read_;
      if (random_() % 8 == 0) write(begin + copy.offset_us + 1);
    }
    REQUIRE((expected_.empty() || std::get<0>(*expected_.begin()) >= begin + limit));
  }

  std::mt19937_64 random_;
  std::int64_t length_ = 0, crowd_ = 0;
  std::size_t horizon_ = 0;
  std::optional<Timetable> timetable_;
  std::multiset<Line> expected_;
  std::uint64_t read_ = 0;
};

}  // namespace

TEST_CASE("a timetable is read in order, whatever is written while it is read") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    Fuzz(seed).run(25);
  }
}

TEST_CASE("a timetable that has seen its peak takes no more memory") {
  Timetable timetable(Duration{1000}, 8);
  const auto run = [&](int from, int to) {
    for (int w = from; w < to; ++w) {
      for (std::uint32_t who = 0; who < 40; ++who) {
        for (int i = 0; i < 5; ++i) timetable.write(who, w * 1000 + 5 + i * 900, who);
      }
      timetable.begin_window();
      while (timetable.next(1000) != nullptr) continue;
    }
  };
  run(0, 20);
  const std::size_t bytes = timetable.bytes();
  run(20, 1000);
  CHECK(timetable.bytes() == bytes);
}

TEST_CASE("a large timetable is read in order, and takes little more than its entries") {
  constexpr std::uint32_t kWho = 100'000, kEach = 6, kWindows = 64;
  constexpr std::int64_t kLength = 1'000'000;
  Timetable timetable(Duration{kLength}, kWindows);
  std::mt19937_64 random(3);
  std::vector<Line> expected;
  for (std::uint32_t who = 0; who < kWho; ++who) {
    for (std::uint32_t what = 0; what < kEach; ++what) {
      const auto at = static_cast<std::int64_t>(random() % (kWindows * kLength));
      timetable.write(who, at, what);
      expected.emplace_back(at, who, what);
    }
  }
  std::sort(expected.begin(), expected.end());
  // Chunks that are not full, those of the window that is sorted, and at most a huge page of which one chunk is used.
  const double entries = static_cast<double>(kWho) * kEach * sizeof(Timetable::Entry);
  CHECK(static_cast<double>(timetable.bytes()) < 1.1 * entries + kWindows * 512 + static_cast<double>(kHugePageBytes));
  std::size_t at = 0, wrong = 0;
  for (std::int64_t w = 0; w < kWindows; ++w) {
    timetable.begin_window();
    while (const Timetable::Entry* const entry = timetable.next(UINT64_MAX)) {
      wrong +=
          at < expected.size() && Line{w * kLength + entry->offset_us, entry->who, entry->what} == expected[at] ? 0 : 1;
      ++at;
    }
  }
  CHECK(at == expected.size());
  CHECK(wrong == 0);
}

TEST_CASE("a timetable refuses windows and horizons that it cannot have") {
  CHECK_THROWS_AS(Timetable(Duration{0}, 4), InvariantError);
  CHECK_THROWS_AS(Timetable(Duration{(std::int64_t{1} << 32) + 1}, 4), InvariantError);
  CHECK_THROWS_AS(Timetable(Duration{1000}, 0), InvariantError);
}

}  // namespace dwell::kernel
