#pragma once
// Labelled rows as bytes, column by column: how rows travel between ranks.

#include <cstdint>
#include <span>

#include "sim/core/serial.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::telemetry {

/// Writes the rows of these indices, in this order, with their origins. Cost: one copy a value.
#define DWELL_DECLARE_ROW_BYTES(topic, Stem, COLUMNS, meaning)                                                  \
  void put_rows(ByteWriter& writer, const Labelled<Stem##Batch>& from, std::span<const std::uint32_t> indices); \
  /** Appends the rows that put_rows wrote. Damaged bytes append nothing and show as reader.failed(). */        \
  void add_rows(ByteReader& reader, Labelled<Stem##Batch>& to);
DWELL_TOPICS(DWELL_DECLARE_ROW_BYTES)
#undef DWELL_DECLARE_ROW_BYTES

/// All rows.
template <class Batch>
void put_rows(ByteWriter& writer, const Labelled<Batch>& from) {
  std::vector<std::uint32_t> all(from.rows.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  put_rows(writer, from, all);
}

}  // namespace dwell::telemetry
