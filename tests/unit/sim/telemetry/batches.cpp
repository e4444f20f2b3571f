// Batches, row views and labels, for every topic of the column table.

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/telemetry/batch.hpp"

using namespace dwell;
using namespace dwell::telemetry;

namespace {

std::uint64_t value_of(std::size_t row, std::size_t column) { return mix64(row + 1, column); }

/// A row whose every field depends on its number and its column.
template <class Row>
Row make_row(std::size_t number);

/// Whether two rows agree in every column, and how many columns there are.
template <class Row>
bool equal(const Row& a, const Row& b);

/// Whether row `i` of a view is `row`, with moments moved by `shift_us` and nothing else.
template <class Rows, class Row>
bool shows(const Rows& rows, std::size_t i, const Row& row, std::int64_t shift_us);

#define DWELL_MAKE(kind, type, name, unit, sentinel, meaning) \
  row.name = static_cast<type>(value_of(number, column++) >> 2);
#define DWELL_EQUAL(kind, type, name, unit, sentinel, meaning) &&a.name == b.name
#define DWELL_SHOWS(kind, type, name, unit, sentinel, meaning) \
  &&rows.name(i) ==                                            \
      (ColumnKind::kind == ColumnKind::moment ? static_cast<type>(row.name + static_cast<type>(shift_us)) : row.name)
#define DWELL_HELPERS(topic, Stem, COLUMNS, meaning)                                             \
  template <>                                                                                    \
  Stem##Row make_row<Stem##Row>(std::size_t number) {                                            \
    Stem##Row row;                                                                               \
    std::size_t column = 0;                                                                      \
    COLUMNS(DWELL_MAKE)                                                                          \
    return row;                                                                                  \
  }                                                                                              \
  template <>                                                                                    \
  bool equal<Stem##Row>(const Stem##Row& a, const Stem##Row& b) {                                \
    return true COLUMNS(DWELL_EQUAL);                                                            \
  }                                                                                              \
  template <>                                                                                    \
  bool shows<Stem##Rows, Stem##Row>(const Stem##Rows& rows, std::size_t i, const Stem##Row& row, \
                                    std::int64_t shift_us) {                                     \
    return true COLUMNS(DWELL_SHOWS);                                                            \
  }
DWELL_TOPICS(DWELL_HELPERS)
#undef DWELL_HELPERS
#undef DWELL_SHOWS
#undef DWELL_EQUAL
#undef DWELL_MAKE

template <class Batch_, class Rows_>
struct TopicTypes {
  using Batch = Batch_;
  using Rows = Rows_;
};

template <class Batch>
Batch filled(std::size_t rows) {
  Batch batch;
  for (std::size_t i = 0; i < rows; ++i) batch.push(make_row<typename Batch::Row>(i));
  return batch;
}

using Access = TopicTypes<AccessBatch, AccessRows>;
using Auth = TopicTypes<AuthBatch, AuthRows>;
using Keys = TopicTypes<KeysBatch, KeysRows>;
using Workforce = TopicTypes<WorkforceBatch, WorkforceRows>;
using Audit = TopicTypes<AuditBatch, AuditRows>;
using Complaints = TopicTypes<ComplaintsBatch, ComplaintsRows>;
using Deception = TopicTypes<DeceptionBatch, DeceptionRows>;
constexpr std::int64_t kWeekUs = 7 * 86'400'000'000;

}  // namespace

TEMPLATE_TEST_CASE("a batch gives back every row pushed, through growth", "", Access, Auth, Keys, Workforce, Audit,
                   Complaints, Deception) {
  using Batch = typename TestType::Batch;
  using Row = typename Batch::Row;
  const Batch batch = filled<Batch>(1000);
  REQUIRE(batch.size() == 1000);
  CHECK(batch.bytes() >= 1000 * Batch::kRowBytes);
  for (std::size_t i = 0; i < batch.size(); ++i) REQUIRE(equal(batch.row(i), make_row<Row>(i)));
  CHECK_FALSE(equal(batch.row(0), make_row<Row>(1)));
}

TEMPLATE_TEST_CASE("a cleared batch is empty and keeps its memory", "", Access, Auth, Keys, Workforce, Audit,
                   Complaints, Deception) {
  using Batch = typename TestType::Batch;
  Batch batch = filled<Batch>(300);
  const std::size_t bytes = batch.bytes();
  batch.clear();
  CHECK(batch.empty());
  CHECK(batch.bytes() == bytes);
  batch.push(make_row<typename Batch::Row>(7));
  CHECK(equal(batch.row(0), make_row<typename Batch::Row>(7)));
}

TEMPLATE_TEST_CASE("a view of all rows moves moments and nothing else", "", Access, Auth, Keys, Workforce, Audit,
                   Complaints, Deception) {
  using Batch = typename TestType::Batch;
  using Rows = typename TestType::Rows;
  const Batch batch = filled<Batch>(50);
  for (const std::int64_t shift : {std::int64_t{0}, 3 * kWeekUs, -5 * kWeekUs}) {
    const Rows rows(batch, Shift{shift});
    REQUIRE(rows.size() == 50);
    for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(shows(rows, i, make_row<typename Batch::Row>(i), shift));
  }
  CHECK_FALSE(shows(Rows(batch, Shift{kWeekUs}), 0, make_row<typename Batch::Row>(0), 0));
}

TEMPLATE_TEST_CASE("a view of chosen rows shows them in the order given", "", Access, Auth, Keys, Workforce, Audit,
                   Complaints, Deception) {
  using Batch = typename TestType::Batch;
  using Rows = typename TestType::Rows;
  const Batch batch = filled<Batch>(50);
  const std::vector<std::uint32_t> chosen = {49, 3, 3, 0, 17};
  const Rows rows(batch, chosen, Shift{kWeekUs});
  REQUIRE(rows.size() == chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    CHECK(shows(rows, i, make_row<typename Batch::Row>(chosen[i]), kWeekUs));
  }
}

TEMPLATE_TEST_CASE("no chosen rows are no rows, and so is a view of nothing", "", Access, Auth, Keys, Workforce, Audit,
                   Complaints, Deception) {
  using Rows = typename TestType::Rows;
  const auto batch = filled<typename TestType::Batch>(5);
  const std::vector<std::uint32_t> none;
  CHECK(Rows(batch, none, Shift{}).empty());
  CHECK(Rows().empty());
}

TEST_CASE("columns are aligned for wide loads") {
  const AccessBatch batch = filled<AccessBatch>(3);
  CHECK(reinterpret_cast<std::uintptr_t>(batch.page.data()) % 64 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(batch.time_us.data()) % 64 == 0);
}

TEST_CASE("labels count the rows that are not background and stay parallel") {
  Labelled<AccessBatch> labelled;
  labelled.push(make_row<AccessRow>(0), kBackground);
  labelled.push(make_row<AccessRow>(1), Origin{3});
  labelled.push(make_row<AccessRow>(2), kBackground);
  labelled.push(make_row<AccessRow>(3), Origin{4});
  CHECK(labelled.foreign == 2);
  CHECK(labelled.rows.size() == 4);
  const std::vector<Origin> origins(labelled.origins.data(), labelled.origins.data() + labelled.rows.size());
  CHECK(origins == std::vector<Origin>{kBackground, Origin{3}, kBackground, Origin{4}});
  labelled.clear();
  CHECK(labelled.foreign == 0);
  CHECK(labelled.rows.empty());
}

TEST_CASE("partitions and platform rows clear whole") {
  PartitionRows partition;
  partition.access.push(make_row<AccessRow>(0), Origin{1});
  partition.auth.push(make_row<AuthRow>(0), Origin{1});
  partition.clear();
  CHECK(partition.access.foreign + partition.auth.foreign == 0);
  CHECK(partition.access.rows.size() + partition.auth.rows.size() == 0);
  PlatformRows platform;
  platform.keys.push(make_row<KeysRow>(0), Origin{1});
  platform.workforce.push(make_row<WorkforceRow>(0), Origin{1});
  platform.audit.push(make_row<AuditRow>(0), Origin{1});
  platform.complaints.push(make_row<ComplaintsRow>(0), Origin{1});
  platform.deception.push(make_row<DeceptionRow>(0), Origin{1});
  platform.clear();
  CHECK(platform.keys.rows.size() + platform.workforce.rows.size() + platform.audit.rows.size() +
            platform.complaints.rows.size() + platform.deception.rows.size() ==
        0);
}

TEST_CASE("detectors' views cannot reach origins") {
  // What a detector gets is built from a batch, and a batch has no column for them.
  STATIC_REQUIRE_FALSE(std::is_constructible_v<AccessRows, const Labelled<AccessBatch>&, Shift>);
  STATIC_REQUIRE(std::is_constructible_v<AccessRows, const AccessBatch&, Shift>);
}
