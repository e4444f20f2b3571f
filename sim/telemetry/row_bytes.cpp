#include "sim/telemetry/row_bytes.hpp"

namespace dwell::telemetry {
namespace {

template <class T>
void put_column(ByteWriter& writer, const Column<T>& column, std::span<const std::uint32_t> indices) {
  std::vector<T> values(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) values[i] = column[indices[i]];
  writer.put_vector(values);
}

template <class T>
std::vector<T> get_column(ByteReader& reader, std::size_t size, bool& whole) {
  std::vector<T> values = reader.get_vector<T>();
  whole = whole && values.size() == size;
  return values;
}

}  // namespace

#define DWELL_PUT(kind, type, name, unit, sentinel, meaning) put_column(writer, from.rows.name, indices);
#define DWELL_GET(kind, type, name, unit, sentinel, meaning) const auto name = get_column<type>(reader, size, whole);
#define DWELL_SET(kind, type, name, unit, sentinel, meaning) row.name = name[i];
#define DWELL_DEFINE_ROW_BYTES(topic, Stem, COLUMNS, meaning)                                                    \
  void put_rows(ByteWriter& writer, const Labelled<Stem##Batch>& from, std::span<const std::uint32_t> indices) { \
    put_column(writer, from.origins, indices);                                                                   \
    COLUMNS(DWELL_PUT)                                                                                           \
  }                                                                                                              \
  void add_rows(ByteReader& reader, Labelled<Stem##Batch>& to) {                                                 \
    const std::vector<Origin> origins = reader.get_vector<Origin>();                                             \
    const std::size_t size = origins.size();                                                                     \
    bool whole = true;                                                                                           \
    COLUMNS(DWELL_GET)                                                                                           \
    if (!whole) return reader.fail();                                                                            \
    for (std::size_t i = 0; i < size; ++i) {                                                                     \
      Stem##Row row;                                                                                             \
      COLUMNS(DWELL_SET)                                                                                         \
      to.push(row, origins[i]);                                                                                  \
    }                                                                                                            \
  }
DWELL_TOPICS(DWELL_DEFINE_ROW_BYTES)

}  // namespace dwell::telemetry
