#include "detectors/hosts/row_frames.hpp"

#include <vector>

namespace dwell::hosts {
namespace {

/// The columns of the mask, without looking for memory in every window.
std::span<const ColumnSpec> chosen(std::span<const ColumnSpec> all, ColumnMask mask, std::vector<ColumnSpec>& out) {
  out.clear();
  for (std::size_t c = 0; c < all.size(); ++c) {
    if ((mask >> c & 1U) != 0) out.push_back(all[c]);
  }
  return out;
}

}  // namespace

#define DWELL_SPEC(kind, type, name, unit, sentinel, meaning) ColumnSpec{#name, type_name<type>(), sizeof(type)},
#define DWELL_WRITE(kind, type, name, unit, sentinel, meaning)              \
  if ((mask >> place++ & 1U) != 0) {                                        \
    type* const to = writer.column<type>(k++);                              \
    for (std::size_t i = begin; i < end; ++i) to[i - begin] = rows.name(i); \
  }
#define DWELL_DEFINE_ENCODE(topic, Stem, COLUMNS, meaning)                                                     \
  std::span<const std::byte> encode(FrameWriter& writer, const telemetry::Stem##Rows& rows, std::size_t begin, \
                                    std::size_t end, ColumnMask mask, std::int64_t window) {                   \
    static constexpr std::array kSpecs = {COLUMNS(DWELL_SPEC)};                                                \
    thread_local std::vector<ColumnSpec> specs;                                                                \
    writer.begin(#topic, window, end - begin, chosen(kSpecs, mask, specs));                                    \
    std::size_t place = 0;                                                                                     \
    std::size_t k = 0;                                                                                         \
    COLUMNS(DWELL_WRITE)                                                                                       \
    return writer.finish();                                                                                    \
  }
DWELL_TOPICS(DWELL_DEFINE_ENCODE)

}  // namespace dwell::hosts
