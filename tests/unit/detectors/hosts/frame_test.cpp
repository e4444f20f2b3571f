#include "detectors/hosts/frame.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "detectors/hosts/crc32.hpp"
#include "detectors/hosts/row_frames.hpp"
#include "sim/core/digest.hpp"
#include "sim/telemetry/schema.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::hosts {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// As ISO 3309 defines it, bit by bit.
std::uint32_t plain_crc(std::span<const std::byte> bytes) {
  std::uint32_t crc = ~0U;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
  }
  return ~crc;
}

telemetry::AccessBatch access_rows(std::size_t count) {
  telemetry::AccessBatch batch;
  for (std::size_t i = 0; i < count; ++i) {
    telemetry::AccessRow row = detect::test::access_row(i, static_cast<std::uint32_t>(3 * i), 0x0a000001, 12);
    row.token = mix64(i);
    batch.push(row);
  }
  return batch;
}

template <class T>
std::vector<T> values(const ColumnView& column) {
  std::vector<T> out(column.bytes.size() / sizeof(T));
  std::memcpy(out.data(), column.bytes.data(), column.bytes.size());
  return out;
}

const ColumnView& column(const FrameView& view, std::string_view name) {
  for (const ColumnView& each : view.columns) {
    if (each.name == name) return each;
  }
  FAIL("no column " << name);
  return view.columns.front();
}

}  // namespace

TEST_CASE("the CRC is that of ISO 3309", "[hosts]") {
  CHECK(crc32(bytes_of("123456789")) == 0xCBF43926U);
  CHECK(crc32({}) == 0);
  std::vector<std::byte> bytes;
  for (std::uint64_t i = 0; i < 100; ++i) {
    CHECK(crc32(bytes) == plain_crc(bytes));
    const std::size_t cut = bytes.size() / 3;
    const std::span<const std::byte> all(bytes);
    CHECK(crc32(all.subspan(cut), crc32(all.first(cut))) == plain_crc(bytes));
    bytes.push_back(static_cast<std::byte>(mix64(i)));
  }
}

TEST_CASE("rows come back from a frame as they were, in the columns asked for", "[hosts]") {
  FrameWriter writer;
  FrameView view;
  for (const std::size_t count : {0U, 1U, 7U, 64U, 1000U}) {
    const telemetry::AccessBatch batch = access_rows(count);
    const telemetry::Shift shift{7 * 86'400'000'000};
    const telemetry::AccessRows rows(batch, shift);
    const auto frame = encode(writer, rows, 0, rows.size(), kAllColumns, 42);
    REQUIRE(read_frame(frame, view).ok());
    CHECK(view.topic == "access");
    CHECK(view.window == 42);
    REQUIRE(view.rows == count);
    const telemetry::TopicInfo& info = telemetry::topics()[0];
    REQUIRE(view.columns.size() == info.columns.size());
    for (std::size_t c = 0; c < view.columns.size(); ++c) {
      CHECK(view.columns[c].name == info.columns[c].name);
      CHECK(view.columns[c].bytes.size() == count * info.columns[c].width_bytes);
      CHECK(reinterpret_cast<std::uintptr_t>(view.columns[c].bytes.data()) % 64 == 0);
    }
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(values<std::int64_t>(column(view, "time_us"))[i] == batch.time_us[i] + shift.us);
      CHECK(values<std::uint64_t>(column(view, "token"))[i] == batch.token[i]);
      CHECK(values<std::uint32_t>(column(view, "member"))[i] == batch.member[i]);
      CHECK(values<std::uint8_t>(column(view, "page"))[i] == batch.page[i]);
    }
  }
  const telemetry::AccessBatch batch = access_rows(10);
  const auto some = encode(writer, telemetry::AccessRows(batch, {}), 4, 9, 1U << 4 | 1U << 6, 1);
  REQUIRE(read_frame(some, view).ok());
  REQUIRE(view.columns.size() == 2);
  CHECK(view.columns[0].name == "member");
  CHECK(view.columns[1].name == "key");
  CHECK(values<std::uint32_t>(view.columns[0]) == std::vector<std::uint32_t>{12, 15, 18, 21, 24});
}

TEST_CASE("a damaged frame is refused, wherever the damage lies", "[hosts]") {
  FrameWriter writer;
  const telemetry::AccessBatch batch = access_rows(5);
  const auto made = encode(writer, telemetry::AccessRows(batch, {}), 0, 5, kAllColumns, 3);
  const std::vector<std::byte> sound(made.begin(), made.end());
  FrameView view;
  REQUIRE(read_frame(sound, view).ok());
  for (std::size_t at = 0; at < sound.size(); ++at) {
    std::vector<std::byte> damaged = sound;
    damaged[at] ^= std::byte{0x40};
    INFO(at);
    CHECK_FALSE(read_frame(damaged, view).ok());
  }
  for (std::size_t size = 0; size < sound.size(); size += 13) {
    CHECK_FALSE(read_frame(std::span(sound).first(size), view).ok());
  }
}

TEST_CASE("a frame of a state holds any bytes, none included", "[hosts]") {
  FrameWriter writer;
  FrameView view;
  for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 5000U}) {
    std::vector<std::byte> state(size);
    for (std::size_t i = 0; i < size; ++i) state[i] = static_cast<std::byte>(mix64(i));
    const auto frame = encode_bytes(writer, state);
    REQUIRE(read_frame(frame, view).ok());
    REQUIRE(view.columns.size() == 1);
    CHECK(std::vector<std::byte>(view.columns[0].bytes.begin(), view.columns[0].bytes.end()) == state);
  }
}

}  // namespace dwell::hosts
