// Episodes, thresholds and detections against plain statements of them, on random scores.

#include <catch2/catch.hpp>

#include "tests/property/bench/score/brute_force.hpp"

using namespace dwell;
using namespace dwell::score;

namespace {
constexpr std::int32_t kWindows = 6000;
}

TEST_CASE("episodes do not depend on the order in which exceedances are added") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    const auto entries = plain::random_entries({seed}, 0, kWindows, 60);
    std::map<detect::Entity, EpisodeSet> sets;
    for (const Exceedance& entry : entries) {
      sets[entry.entity].add(entry.first, entry.last);
      // after every single addition, not only at the end
      std::set<std::int32_t> windows;
      for (const Exceedance& seen : std::span(entries.data(), static_cast<std::size_t>(&entry - entries.data()) + 1)) {
        for (std::int32_t w = seen.first; seen.entity == entry.entity && w <= seen.last; ++w) windows.insert(w);
      }
      REQUIRE(sets[entry.entity].count() == plain::episodes(windows));
    }
    REQUIRE(count_episodes(entries, 0, 0, kWindows) == [&] {
      std::uint64_t total = 0;
      for (const auto& [entity, set] : sets) total += set.count();
      return total;
    }());
  }
}

TEST_CASE("a threshold is the least whose every greater neighbour keeps the budget") {
  const std::vector<double> budgets = {0.5, 2.0, 6.0, 20.0, 1e6};
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    std::vector<std::vector<Exceedance>> entries;
    std::vector<CleanRun> runs;
    const std::uint32_t size = seed % 10 == 0 ? 2000 : 80;  // of each run
    for (std::uint32_t r = 0; r < 6; ++r) entries.push_back(plain::random_entries({seed}, r, kWindows, size));
    for (const auto& list : entries) runs.push_back({list, 0, 500, kWindows});
    const double days = 6 * (kWindows - 500) / 1440.0;
    const auto found = find_thresholds(runs, budgets, 1440);
    for (std::size_t b = 0; b < budgets.size(); ++b) {
      REQUIRE(found[b].state == Threshold::State::found);
      REQUIRE(found[b].days == Approx(days));
      REQUIRE(found[b].episodes == plain::episodes(runs, found[b].value));
      // scores are whole numbers up to 41, so thresholds are, too
      for (double at_or_above = found[b].value; at_or_above < 42; ++at_or_above) {
        REQUIRE(static_cast<double>(plain::episodes(runs, at_or_above)) <= budgets[b] * days);
      }
      if (found[b].value > 0)
        REQUIRE(static_cast<double>(plain::episodes(runs, found[b].value - 0.5)) > budgets[b] * days);
    }
  }
}

TEST_CASE("the first detection is the first that stands against its twin") {
  std::uint32_t detected = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const auto view = plain::random_entries({seed}, 0, kWindows, 25);
    const auto clean = plain::random_entries({seed}, 1, kWindows, 12);
    const double threshold = 20;
    const auto belongs = [](detect::Entity e, Time t) { return e.id != 1 && t >= Time{Duration::minutes(1500).us}; };
    const auto found = first_detection({view, clean, threshold, 1000, 5500, Duration::minutes(1), belongs});

    const auto alarms = plain::exceeding(view, threshold, 1000, 5500);
    const auto twin = plain::exceeding(clean, threshold, 0, kWindows);
    std::int32_t first = kWindows;
    for (const auto& [entity, windows] : alarms) {
      for (const std::int32_t w : windows) {
        const bool attributed =
            entity.kind == detect::EntityKind::platform || belongs(entity, Time{(w + 1) * Duration::minutes(1).us});
        const auto own = twin.find(entity);
        const bool twin_too = own != twin.end() && own->second.lower_bound(w - kEpisodeWindows) != own->second.end() &&
                              *own->second.lower_bound(w - kEpisodeWindows) <= w + kEpisodeWindows;
        if (attributed && !twin_too) first = std::min(first, w);
      }
    }
    REQUIRE(found.has_value() == (first < kWindows));
    if (found) {
      ++detected;
      REQUIRE(found->window == first);
      REQUIRE(found->stamped == Time{(first + 1) * Duration::minutes(1).us});
    }
  }
  REQUIRE(detected > 50);
  REQUIRE(detected < 300);
}
