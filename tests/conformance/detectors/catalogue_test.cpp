// What every registered detector must hold, run on each by itself. A new line in the catalogue is tested at once.

#include <catch2/catch.hpp>
#include <set>

#include "detectors/catalogue.hpp"
#include "sim/core/digest.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::size_t kDays = 16;
constexpr std::size_t kOnset = 15 * 1440 + 600;
constexpr Plant kPlant{.from = kOnset, .windows = 180};

const Stream& planted() {
  static const Stream stream = make_stream(kDays, kPlant);
  return stream;
}
const Stream& clean() {
  static const Stream stream = make_stream(kDays, {});
  return stream;
}

}  // namespace

TEST_CASE("every detector describes itself", "[detectors][conformance]") {
  std::set<std::string> names;
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    CHECK(names.insert(d.name).second);
    CHECK(d.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
    CHECK_FALSE(d.summary.empty());
    CHECK_FALSE(d.paper.empty());
    CHECK(d.memory_bound_bytes > 0);
    for (const Parameter& p : d.parameters) {
      CHECK(p.least <= p.value);
      CHECK(p.value <= p.most);
      CHECK_FALSE(p.meaning.empty());
    }
    const auto made = entry.make(d, setting());
    CHECK(made->descriptor().name == d.name);
    CHECK((dynamic_cast<ShardedDetector*>(made.get()) != nullptr) == (d.form == Form::sharded));
    CHECK((dynamic_cast<SequentialDetector*>(made.get()) != nullptr) == (d.form == Form::sequential));
    CHECK((dynamic_cast<FeatureDetector*>(made.get()) != nullptr) == (d.form == Form::features));
    // What the stage of all of them reads, whoever runs one by itself.
    if (d.form == Form::features) {
      CHECK(d.topics == topic_bit(telemetry::Topic::access));
      CHECK(d.pages == kAllPages);
    }
  }
}

TEST_CASE("every detector gives the same scores however its rows are handed out", "[detectors][conformance]") {
  using Grouping = Handling::Grouping;
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    const Run base = run(entry, planted());
    CHECK(base.most_state_bytes <= d.memory_bound_bytes);
    for (const Grouping grouping :
         {Grouping::shards_reversed, Grouping::all_at_once, Grouping::split, Grouping::random_tree}) {
      INFO("grouping " << static_cast<int>(grouping));
      CHECK(same(base.scores, run(entry, planted(), {.grouping = grouping}).scores));
    }
    CHECK(same(base.scores, run(entry, planted(), {.save_at = kOnset + 3}).scores));
    CHECK(same(base.scores, run(entry, planted(), {.clone_at = kOnset + 7}).scores));
  }
}

TEST_CASE("no detector sees the future, and each that is none of the controls sees a planted campaign",
          "[detectors][conformance]") {
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    const Run with = run(entry, planted());
    const Run without = run(entry, clean());
    CHECK(same(with.scores, without.scores, kOnset));
    if (d.control) continue;
    const double found = greatest(with.scores, kOnset);
    const double otherwise = greatest(without.scores, kOnset);
    CHECK(found > otherwise);
    // Past the days in which it starts to learn, the campaign stands out from all that came before.
    CHECK(found > greatest(with.scores, 14 * 1440, kOnset));
  }
}

TEST_CASE("every detector keeps within its memory when sources, members and tokens are ever new",
          "[detectors][conformance]") {
  Stream crowd(240);
  std::uint32_t n = 0;
  for (std::size_t w = 0; w < crowd.size(); ++w) {
    for (int i = 0; i < 2000; ++i, ++n) {
      telemetry::AccessRow row = access_row(w, 1 + n % 3'000'000, 0x01000000 + n * 7, 11 + n % 5);
      row.records = n % 2;
      row.token = mix64(n);
      crowd[w].access.push(row);
    }
  }
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    CHECK(run(entry, crowd).most_state_bytes <= d.memory_bound_bytes);
  }
}

TEST_CASE("every detector survives windows without rows", "[detectors][conformance]") {
  const Stream silent(3 * 1440);
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    CHECK_NOTHROW(run(entry, silent));
  }
}

TEST_CASE("sequential detectors that score rows score them as they observe them", "[detectors][conformance]") {
  const Stream stream = make_stream(2, {.from = 2000, .windows = 20});
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    if (d.form != Form::sequential) continue;
    INFO(d.name);
    const auto by_rows = entry.make(d, setting());
    const auto by_windows = entry.make(d, setting());
    auto& rows_detector = static_cast<SequentialDetector&>(*by_rows);
    auto& window_detector = static_cast<SequentialDetector&>(*by_windows);
    for (std::size_t w = 0; w < stream.size(); ++w) {
      std::vector<std::uint32_t> chosen;
      for (std::uint32_t i = 0; i < stream[w].access.size(); ++i) {
        if ((d.pages >> stream[w].access.page[i] & 1U) != 0) chosen.push_back(i);
      }
      WindowRows rows;
      rows.access = {stream[w].access, chosen, {}};
      std::vector<double> out(chosen.size());
      if (!rows_detector.score_rows(rows, out)) break;
      window_detector.observe(rows);
      const auto begin = static_cast<std::int64_t>(w) * kWindowUs;
      const WindowInfo info{static_cast<std::int64_t>(w), begin, begin + kWindowUs};
      Scores a;
      Scores b;
      a.begin(0);
      b.begin(0);
      rows_detector.close(info, a);
      window_detector.close(info, b);
      REQUIRE(a.items().size() == b.items().size());
      for (std::size_t i = 0; i < a.items().size(); ++i) REQUIRE(a.items()[i].value == b.items()[i].value);
      for (const double score : out) REQUIRE(score == score);
    }
  }
}

TEST_CASE("a detector is found by name, and a misspelt one meets its neighbours", "[detectors][conformance]") {
  for (const CatalogueEntry& entry : catalogue()) CHECK(find_detector(entry.describe().name).value() == &entry);
  const auto missing = find_detector("midas");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().accepted.find("midas-r") != std::string::npos);
  CHECK(find_detector("orphan-key").error().accepted.find("orphaned-key") != std::string::npos);
  CHECK_FALSE(find_detector("").ok());
}

}  // namespace dwell::detect::test
