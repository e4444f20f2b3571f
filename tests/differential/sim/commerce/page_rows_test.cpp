// Rows of pages by fours and by eights are the same rows, digests and freed slots.

#include <catch2/catch.hpp>
#include <vector>

#include "sim/commerce/row_sink.hpp"
#include "sim/core/random.hpp"
#include "tests/property/sim/commerce/platform.hpp"

namespace {

using namespace dwell;
using namespace dwell::commerce;
using Entry = kernel::Timetable::Entry;

constexpr std::uint32_t kSessions = 50;

/// The same open sessions whenever it is called; one in `foreign` of them is no background's.
void open_sessions(Sessions& sessions, std::uint32_t foreign) {
  RandomStream random(Seed{1}, 0, purpose("test.sessions"));
  for (std::uint32_t n = 0; n < kSessions; ++n) {
    Session& s = sessions[sessions.take()];
    s.token = random.next64();
    s.token_issued_us = static_cast<std::int64_t>(random.next64() >> 2);
    s.member = random.next32();
    s.source = random.next32();
    s.key = random.next32();
    s.network = static_cast<std::uint16_t>(random.next32());
    s.country = static_cast<std::uint16_t>(random.next32());
    s.fold = random.next64();
    s.index = random.next32();
    s.origin = {random.below(foreign) == 0 ? 1 + random.below(3) : 0};
    s.revocations = static_cast<std::uint8_t>(random.next32());
    s.addresses = static_cast<std::uint8_t>(random.next32());
    s.client = static_cast<Client>(random.below(3));
  }
}

std::vector<Entry> entries(std::uint32_t count, std::uint32_t seed) {
  RandomStream random(Seed{2}, seed, purpose("test.entries"));
  std::vector<Entry> made;
  for (std::uint32_t n = 0; n < count; ++n) {
    const std::uint32_t last = n < kSessions && random.below(4) == 0 ? Moment::kLast : 0;
    made.push_back({n * 1000 + random.below(1000), n % kSessions, (random.next32() & 0xfffffU) | last});
  }
  return made;
}

struct Written {
  telemetry::PartitionRows rows;
  std::uint64_t background = 0, foreign = 0;
  std::vector<std::uint32_t> next_slots;
};

using Way = void (RowSink::*)(const Entry*, const Entry*, Sessions&, Time);

void write(const Model& model, const std::vector<Entry>& what, std::uint32_t foreign, Way way, Written& out) {
  Sessions sessions;
  open_sessions(sessions, foreign);
  RowSink sink(model, ShardId{0}, &out.rows);
  sink.open();
  (sink.*way)(what.data(), what.data() + what.size(), sessions, Time{} + Duration::hours(30));
  sink.close();
  out.background = sink.background().value;
  out.foreign = sink.foreign().value;
  for (int n = 0; n < 60; ++n) out.next_slots.push_back(sessions.take());
}

void check_equal(const telemetry::Labelled<telemetry::AccessBatch>& a,
                 const telemetry::Labelled<telemetry::AccessBatch>& b) {
  REQUIRE(a.rows.size() == b.rows.size());
  CHECK(a.foreign == b.foreign);
  bool same = true;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    same = same && a.origins[i] == b.origins[i];
#define DWELL_SAME(kind, type, name, unit, sentinel, meaning) same = same && a.rows.name[i] == b.rows.name[i];
    DWELL_ACCESS_COLUMNS(DWELL_SAME)
#undef DWELL_SAME
  }
  CHECK(same);
}

TEST_CASE("rows written by eights are those written by fours") {
  if (!RowSink::wide_rows()) {
    WARN("this processor writes rows by fours alone");
    return;
  }
  const commerce::testing::Platform platform({});
  for (const std::uint32_t foreign : {1U, 5U, 1'000'000U}) {
    for (std::uint32_t count = 1; count <= 120; count += count < 20 ? 1 : 25) {
      const std::vector<Entry> what = entries(count, count);
      Written fours, eights;
      write(platform.model(), what, foreign, &RowSink::arrive_by_fours, fours);
      write(platform.model(), what, foreign, &RowSink::arrive_by_eights, eights);
      INFO("rows " << count << ", one in " << foreign << " foreign");
      REQUIRE(fours.rows.access.rows.size() == count);
      check_equal(fours.rows.access, eights.rows.access);
      CHECK(fours.background == eights.background);
      CHECK(fours.foreign == eights.foreign);
      CHECK(fours.next_slots == eights.next_slots);
    }
  }
}

}  // namespace
