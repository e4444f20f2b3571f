// What every registered detector must hold, run on each by itself. A new line in the catalogue is tested at once.

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "bench/check/suite.hpp"
#include "detectors/catalogue.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

/// Every fourth entry, so that parts can run side by side.
void check_part(std::size_t part) {
  for (std::size_t i = part; i < catalogue().size(); i += 4) {
    const CatalogueEntry& entry = catalogue()[i];
    for (const check::Finding& finding : check::check_detector(check::subject_of(entry))) {
      INFO(entry.describe().name << ", " << finding.check << ": " << finding.note);
      CHECK(finding.verdict != check::Verdict::failed);
    }
  }
}

}  // namespace

TEST_CASE("every detector passes the suite, part 1 of 4", "[detectors][conformance]") { check_part(0); }
TEST_CASE("every detector passes the suite, part 2 of 4", "[detectors][conformance]") { check_part(1); }
TEST_CASE("every detector passes the suite, part 3 of 4", "[detectors][conformance]") { check_part(2); }
TEST_CASE("every detector passes the suite, part 4 of 4", "[detectors][conformance]") { check_part(3); }

TEST_CASE("names are unique and can be typed", "[detectors][conformance]") {
  std::set<std::string> names;
  for (const CatalogueEntry& entry : catalogue()) {
    const Descriptor d = entry.describe();
    INFO(d.name);
    CHECK(names.insert(d.name).second);
    CHECK(d.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
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
  const auto missing = find_detector("midas-x");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().accepted.find("midas-r") != std::string::npos);
  CHECK(find_detector("orphan-key").error().accepted.find("orphaned-key") != std::string::npos);
  CHECK_FALSE(find_detector("").ok());
  // A word like none meets no neighbour.
  for (const char* word : {"nosuch", "", "xx", "a-word-that-is-like-no-name"}) {
    INFO(word);
    CHECK(find_detector(word).error().accepted == "names listed by `dwell list detectors`");
  }
}

TEST_CASE("no series is scored -0", "[detectors][conformance]") {
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.make_series == nullptr) continue;
    const Descriptor d = entry.describe();
    const auto detector = entry.make_series(d, 2);
    INFO(d.name);
    int negative = 0;
    for (int i = 0; i < 1500; ++i) {
      const std::array<double, 2> values = {i < 500 ? 7. : i * 7 % 13, i % 5 == 0 ? -1. : 0.};
      const double score = detector->step(60. * i, values);
      negative += score == 0 && std::signbit(score) ? 1 : 0;
    }
    CHECK(negative == 0);
  }
}

}  // namespace dwell::detect::test
