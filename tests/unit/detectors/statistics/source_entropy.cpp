// What source-entropy takes as its own state.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "detectors/statistics/entries.hpp"
#include "sim/core/serial.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {

TEST_CASE("source-entropy refuses an hour of pages that have no sources, and of counts below one") {
  const auto make = [] { return source_entropy_entry.make(source_entropy_entry.describe(), setting()); };
  const auto detector = make();
  telemetry::AccessRow row = access_row(0, 1, 1000, 11);
  row.page = static_cast<std::uint8_t>(Page::address);
  telemetry::AccessBatch batch;
  batch.push(row);
  WindowRows rows;
  rows.access = {batch, {}};
  WindowTable table;
  auto& sharded = dynamic_cast<ShardedDetector&>(*detector);
  sharded.observe(rows, nullptr, table);
  Scores scores;
  sharded.close({0, 0, 60'000'000}, {}, table, scores);
  ByteWriter writer;
  detector->save(writer);
  std::vector<std::byte> saved(writer.bytes().begin(), writer.bytes().end());
  const auto restores = [&](std::uint64_t page, std::int64_t count) {
    const std::uint64_t key = page << 32 | 1000;
    std::memcpy(&saved[saved.size() - 16], &key, sizeof key);
    std::memcpy(&saved[saved.size() - 8], &count, sizeof count);
    ByteReader reader(saved);
    return make()->restore(reader).ok();
  };
  const auto address = static_cast<std::uint64_t>(Page::address);
  CHECK(restores(address, 1));
  CHECK(std::ranges::equal(saved, writer.bytes()));
  CHECK_FALSE(restores(address, 0));
  CHECK_FALSE(restores(address, -1));
  CHECK_FALSE(restores(static_cast<std::uint64_t>(Page::home), 1));
  CHECK_FALSE(restores(kPages, 1));
}

}  // namespace dwell::detect::test
