// Windows of more rows than fit one packed count, one table or what is kept for later, against the same rows in parts.

#include <catch2/catch.hpp>

#include "detectors/catalogue.hpp"
#include "sim/core/random.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

/// Days of few rows a window, and then some windows of many thousand.
Stream with_large_windows() {
  constexpr std::size_t kDays = 9;
  Stream stream(kDays * 1440);
  RandomStream random(Seed{9}, 0, purpose("test.large-windows"));
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const bool large = w > (kDays - 1) * 1440 && w % 100 == 99;
    const std::uint32_t rows = large ? 20'000 : 2 + random.below(3);
    for (std::uint32_t i = 0; i < rows; ++i) {
      telemetry::AccessRow row =
          access_row(w, 1 + random.below(100'000), 1000 + random.below(5000), 11 + random.below(3));
      // One page has nearly all of a large window.
      row.page = static_cast<std::uint8_t>(large && i % 16 != 0 ? 6 + w / 100 % 3 : random.below(kPages));
      row.ingest_us += i;
      stream[w].access.push(row);
    }
  }
  return stream;
}

}  // namespace

TEST_CASE("large windows score as the same rows in parts", "[detectors][conformance]") {
  const Stream stream = with_large_windows();
  std::size_t scores = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.describe().form == Form::sequential) continue;
    INFO(entry.describe().name);
    Handling whole, parts;
    whole.grouping = Handling::Grouping::all_at_once;
    parts.grouping = Handling::Grouping::random_tree;
    parts.save_at = 8 * 1440 + 130;
    const WindowScores found = run(entry, stream, whole).scores;
    CHECK(same(found, run(entry, stream, parts).scores));
    for (std::size_t w = 8 * 1440; w < stream.size(); ++w) scores += found[w].size();
  }
  CHECK(scores > 10'000);
}

}  // namespace dwell::detect::test
