// What source-entropy takes as its own state.

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>
#include <vector>

#include "detectors/statistics/entries.hpp"
#include "sim/core/serial.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {

TEST_CASE("source-entropy refuses an hour of pages that have no sources, and of counts below one") {
  const auto make = [] { return source_entropy_entry.make(source_entropy_entry.describe(), setting()); };
  // What a window of so many rows of one source and page leaves behind.
  const auto saved_after = [&](std::size_t rows) {
    const auto detector = make();
    telemetry::AccessRow row = access_row(0, 1, 1000, 11);
    row.page = static_cast<std::uint8_t>(Page::address);
    telemetry::AccessBatch batch;
    for (std::size_t i = 0; i < rows; ++i) batch.push(row);
    WindowRows window;
    window.access = {batch, {}};
    WindowTable table;
    auto& sharded = dynamic_cast<ShardedDetector&>(*detector);
    sharded.observe(window, nullptr, table);
    Scores scores;
    sharded.close({0, 0, 60'000'000}, {}, table, scores);
    ByteWriter writer;
    detector->save(writer);
    return std::vector<std::byte>(writer.bytes().begin(), writer.bytes().end());
  };
  // Whether a state is taken in which there stands something else so many bytes before its end.
  const auto takes = [&](std::vector<std::byte> saved, std::size_t before_end, std::uint64_t word) {
    std::memcpy(&saved[saved.size() - before_end], &word, sizeof word);
    ByteReader reader(saved);
    return make()->restore(reader).ok();
  };
  const auto pair = [](Page page) { return static_cast<std::uint64_t>(page) << 32 | 1000; };
  const auto no_page = static_cast<Page>(kPages);

  // Few requests wait: one is the last word.
  const std::vector<std::byte> few = saved_after(3);
  CHECK(takes(few, 8, pair(Page::address)));
  CHECK_FALSE(takes(few, 8, pair(Page::home)));
  CHECK_FALSE(takes(few, 8, pair(no_page)));
  // Many are held: the only pair with its count, and none that waits.
  const std::vector<std::byte> many = saved_after(200'000);
  CHECK(takes(many, 24, pair(Page::address)));
  CHECK_FALSE(takes(many, 24, pair(Page::home)));
  CHECK_FALSE(takes(many, 24, pair(no_page)));
  CHECK(takes(many, 16, 1));
  CHECK_FALSE(takes(many, 16, 0));
  CHECK_FALSE(takes(many, 16, static_cast<std::uint64_t>(-1)));
}

}  // namespace dwell::detect::test
