#include "sim/telemetry/row_bytes.hpp"

#include <catch2/catch.hpp>

namespace dwell::telemetry::test {
namespace {

Labelled<AuthBatch> some_rows() {
  Labelled<AuthBatch> rows;
  for (std::uint32_t i = 0; i < 200; ++i) {
    AuthRow row;
    row.time_us = 1000 * i;
    row.ingest_us = 1000 * i + 7;
    row.token = 1ULL << (i % 64);
    row.member = i;
    row.network = static_cast<std::uint16_t>(i * 300);
    row.client = static_cast<std::uint8_t>(i);
    rows.push(row, Origin{i % 3});
  }
  return rows;
}

}  // namespace

TEST_CASE("chosen rows come back in the order given, with their origins") {
  const Labelled<AuthBatch> rows = some_rows();
  const std::vector<std::uint32_t> chosen = {199, 0, 17, 18, 18};
  ByteWriter writer;
  put_rows(writer, rows, chosen);
  put_rows(writer, rows);
  Labelled<AuthBatch> back;
  ByteReader reader(writer.bytes());
  add_rows(reader, back);
  add_rows(reader, back);
  REQUIRE(reader.finish("rows").ok());
  REQUIRE(back.rows.size() == chosen.size() + rows.rows.size());
  for (std::size_t i = 0; i < back.rows.size(); ++i) {
    const std::size_t from = i < chosen.size() ? chosen[i] : i - chosen.size();
    INFO(i);
    CHECK(back.origins[i] == rows.origins[from]);
    CHECK(back.rows.time_us[i] == rows.rows.time_us[from]);
    CHECK(back.rows.token[i] == rows.rows.token[from]);
    CHECK(back.rows.network[i] == rows.rows.network[from]);
    CHECK(back.rows.client[i] == rows.rows.client[from]);
  }
  CHECK(back.foreign == rows.foreign + 2);
}

TEST_CASE("damaged rows append nothing and are noticed") {
  const Labelled<AuthBatch> rows = some_rows();
  ByteWriter writer;
  put_rows(writer, rows);
  for (std::size_t size = 0; size < writer.bytes().size(); size += 97) {
    ByteReader reader(writer.bytes().first(size));
    Labelled<AuthBatch> back;
    add_rows(reader, back);
    CHECK(reader.failed());
    CHECK(back.rows.empty());
  }
  std::vector<std::byte> longer(writer.bytes().begin(), writer.bytes().end());
  longer[0] = std::byte{199};  // one origin less than there are rows
  ByteReader reader(longer);
  Labelled<AuthBatch> back;
  add_rows(reader, back);
  CHECK(reader.failed());
  CHECK(back.rows.empty());
}

}  // namespace dwell::telemetry::test
