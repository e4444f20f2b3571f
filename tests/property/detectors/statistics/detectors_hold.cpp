// What every detector of this folder must hold: additive observation, save and restore, independent clones, silence
// before the baseline is ready, bounded state, and a campaign that is found.

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_counts.hpp"
#include "sim/core/random.hpp"

namespace {

using namespace dwell;
using namespace dwell::detect;

constexpr std::int64_t kMinuteUs = 60'000'000;
/// Judged against a baseline that is learnt for seven days.
const std::vector<const CatalogueEntry*> kOnBaselines = {
    &ewma_entry,       &cusum_gaussian_entry, &cusum_poisson_entry, &page_hinkley_entry, &shiryaev_roberts_entry,
    &glr_window_entry, &bocpd_entry,          &source_entropy_entry};
/// With a model of their own.
const std::vector<const CatalogueEntry*> kOnOwnModels = {&holt_winters_entry, &spot_entry, &dspot_entry,
                                                         &windowed_gaussian_entry, &relative_entropy_entry};
const std::vector<const CatalogueEntry*> kEntries = [] {
  std::vector<const CatalogueEntry*> all = kOnBaselines;
  all.insert(all.end(), kOnOwnModels.begin(), kOnOwnModels.end());
  return all;
}();

std::unique_ptr<ShardedDetector> make(const CatalogueEntry& entry) {
  auto made = entry.make(entry.describe(), Setting{});
  auto* sharded = dynamic_cast<ShardedDetector*>(made.get());
  REQUIRE(sharded != nullptr);
  static_cast<void>(made.release());
  return std::unique_ptr<ShardedDetector>(sharded);
}

/// Rows of one minute: 1 to 3 address views and others from sources that rarely repeat; `extra` more address views from
/// one source.
void fill(telemetry::AccessBatch& batch, std::int64_t minute, int extra) {
  batch.clear();
  RandomStream random(Seed{11}, static_cast<std::uint32_t>(minute), purpose("test.rows"));
  const bool night = minute % 1440 < 360;
  for (const Page page : {Page::mypage, Page::profile, Page::address}) {
    const std::uint32_t most = night ? 2 : 4;
    const std::uint32_t count = random.below(most) + (page == Page::mypage ? 3 : 0);
    for (std::uint32_t i = 0; i < count; ++i) {
      telemetry::AccessRow row;
      row.page = static_cast<std::uint8_t>(page);
      row.source = 1 + random.below(2000);
      batch.push(row);
    }
  }
  for (int i = 0; i < extra; ++i) {
    telemetry::AccessRow row;
    row.page = static_cast<std::uint8_t>(Page::address);
    row.source = 77;
    batch.push(row);
  }
}

WindowInfo window(std::int64_t minute) { return {minute, minute * kMinuteUs, (minute + 1) * kMinuteUs}; }

using Emitted = std::vector<std::pair<std::int64_t, Scores::Item>>;

void play(ShardedDetector& detector, std::int64_t from, std::int64_t to, int extra, Emitted& emitted) {
  telemetry::AccessBatch batch;
  WindowTable table;
  Scores scores;
  for (std::int64_t minute = from; minute < to; ++minute) {
    fill(batch, minute, extra);
    WindowRows rows;
    rows.access = {batch, {}};
    table.clear();
    detector.observe(rows, nullptr, table);
    scores.begin(-1e300);
    detector.close(window(minute), {}, table, scores);
    for (const auto& item : scores.items()) emitted.emplace_back(minute, item);
  }
}

bool same(const Emitted& a, const Emitted& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.entity == y.second.entity && x.second.value == y.second.value;
  });
}

std::vector<std::byte> saved(const Detector& detector) {
  ByteWriter writer;
  detector.save(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

/// A table whose entries are all to be added up by key.
SparseTable added_up(const WindowTable& table) {
  SparseTable sums = table.sums;
  for (const SparseTable::Entry& entry : table.list.entries()) sums.add(entry.key, entry.value);
  return sums;
}

double greatest(const Emitted& emitted, Page page) {
  double most = 0;
  for (const auto& [minute, item] : emitted) {
    if (item.entity == Entity{EntityKind::page, static_cast<std::uint64_t>(page)}) most = std::max(most, item.value);
  }
  return most;
}

}  // namespace

TEST_CASE("statistics: observation is additive in any grouping and order") {
  for (const CatalogueEntry* entry : kEntries) {
    const auto detector = make(*entry);
    INFO(detector->descriptor().name);
    CHECK(detector->make_shard_state(ShardId{0}) == nullptr);
    telemetry::AccessBatch batch;
    fill(batch, 700, 5);
    std::vector<std::uint32_t> odd, even;
    for (std::uint32_t i = 0; i < batch.size(); ++i) (i % 2 == 0 ? even : odd).push_back(i);
    WindowRows all, first, second;
    all.access = {batch, {}};
    first.access = {batch, odd, {}};
    second.access = {batch, even, {}};
    WindowTable whole, parts;
    detector->observe(all, nullptr, whole);
    detector->observe(first, nullptr, parts);
    detector->observe(second, nullptr, parts);
    const SparseTable expected = added_up(whole), found = added_up(parts);
    REQUIRE(found.size() == expected.size());
    REQUIRE_FALSE(expected.empty());
    for (const auto& cell : expected.entries()) CHECK(found.get(cell.key) == cell.value);
  }
}

TEST_CASE("statistics: detectors whose tables have one name make the same of the same rows") {
  std::size_t named = 0;
  for (const CatalogueEntry* entry : kEntries) {
    const auto detector = make(*entry);
    INFO(detector->descriptor().name);
    if (detector->table_name() != kPageCountsTable) continue;
    ++named;
    telemetry::AccessBatch batch;
    fill(batch, 700, 5);
    WindowRows rows;
    rows.access = {batch, {}};
    WindowTable own, expected;
    detector->observe(rows, nullptr, own);
    count_pages(rows, expected);
    CHECK(own.sums.empty());
    CHECK(added_up(own).get(0) == added_up(expected).get(0));
    CHECK(own.list.size() == expected.list.size());
  }
  CHECK(named == 12);
}

TEST_CASE("statistics: nothing is emitted in the first seven days, and then only in closed blocks") {
  for (const CatalogueEntry* entry : kOnBaselines) {
    const auto detector = make(*entry);
    INFO(detector->descriptor().name);
    Emitted emitted;
    play(*detector, 0, 7 * 1440, 0, emitted);
    CHECK(emitted.empty());
    play(*detector, 7 * 1440, 9 * 1440, 0, emitted);
    CHECK_FALSE(emitted.empty());
    for (const auto& [minute, item] : emitted) CHECK((minute + 1) % 10 == 0);
  }
}

TEST_CASE("statistics: a restored detector and a clone go on as the original, and leave it alone") {
  for (const CatalogueEntry* entry : kEntries) {
    const auto original = make(*entry);
    INFO(original->descriptor().name);
    Emitted ignored;
    play(*original, 0, 8 * 1440 + 7, 0, ignored);  // in the middle of a block
    const auto bytes = saved(*original);
    const auto restored = make(*entry);
    ByteReader reader(bytes);
    REQUIRE(restored->restore(reader).ok());
    CHECK(reader.remaining() == 0);
    CHECK(saved(*restored) == bytes);
    const auto copy = original->clone();
    Emitted of_copy, of_restored, of_original;
    play(dynamic_cast<ShardedDetector&>(*copy), 8 * 1440 + 7, 9 * 1440, 3, of_copy);
    CHECK(saved(*original) == bytes);
    play(*restored, 8 * 1440 + 7, 9 * 1440, 3, of_restored);
    play(*original, 8 * 1440 + 7, 9 * 1440, 3, of_original);
    REQUIRE_FALSE(of_original.empty());
    CHECK(same(of_copy, of_original));
    CHECK(same(of_restored, of_original));
  }
}

TEST_CASE("statistics: bytes cut short are an error") {
  for (const CatalogueEntry* entry : kEntries) {
    const auto detector = make(*entry);
    const auto bytes = saved(*detector);
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
      ByteReader reader(std::span<const std::byte>(bytes).first(size));
      CHECK_FALSE(make(*entry)->restore(reader).ok());
    }
  }
}

TEST_CASE("statistics: a campaign on a page raises that page's score above all before it") {
  for (const CatalogueEntry* entry : kEntries) {
    const auto detector = make(*entry);
    INFO(detector->descriptor().name);
    Emitted before, during;
    play(*detector, 0, 21 * 1440, 0, before);
    play(*detector, 21 * 1440, 22 * 1440, 4, during);
    CHECK(greatest(during, Page::address) > 1.5 * greatest(before, Page::address));
    CHECK(detector->state_bytes() <= detector->descriptor().memory_bound_bytes);
  }
}

TEST_CASE("statistics: the time of the calendar does not matter beyond the week") {
  for (const CatalogueEntry* entry : kEntries) {
    const auto here = make(*entry);
    const auto there = make(*entry);
    telemetry::AccessBatch batch;
    for (std::int64_t minute = 0; minute < 8 * 1440; ++minute) {
      fill(batch, minute, 0);
      WindowRows rows;
      rows.access = {batch, {}};
      WindowTable table;
      here->observe(rows, nullptr, table);
      Scores a, b;
      a.begin(-1e300);
      b.begin(-1e300);
      WindowInfo shifted = window(minute);
      shifted.begin_us -= 9 * 7 * 1440 * kMinuteUs;
      shifted.end_us -= 9 * 7 * 1440 * kMinuteUs;
      here->close(window(minute), {}, table, a);
      there->close(shifted, {}, table, b);
      REQUIRE(a.items().size() == b.items().size());
    }
    CHECK(saved(*here) == saved(*there));
  }
}

TEST_CASE("statistics: descriptors state published defaults, and page charts are restricted to counts") {
  CHECK(ewma_entry.describe().parameter("lambda") == 0.1);
  CHECK(cusum_gaussian_entry.describe().parameter("k") == 0.5);
  for (const CatalogueEntry* entry : kEntries) {
    Descriptor descriptor = entry->describe();
    CHECK(descriptor.tier == Tier::t0);
    CHECK(descriptor.form == Form::sharded);
    CHECK(descriptor.pages == kMemberDataPages);
    CHECK_FALSE(descriptor.paper.empty());
    CHECK(descriptor.counts_only == (descriptor.name != "source-entropy"));
    for (const Parameter& parameter : descriptor.parameters) {
      INFO(descriptor.name << " " << parameter.name);
      CHECK(parameter.least <= parameter.value);
      CHECK(parameter.value <= parameter.most);
      CHECK_FALSE(descriptor.set(parameter.name, parameter.most + 1).ok());
    }
  }
}
