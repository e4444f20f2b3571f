#include "detectors/statistics/page_counts.hpp"

namespace dwell::detect {

void count_pages(const WindowRows& rows, WindowTable& table) {
  const telemetry::AccessRows access = rows.access;  // by value: no store can change it
  const std::size_t size = access.size();
  if (size == 0) return;
  // A slot for every page, subscribed to or not, and a power of two of them: no branch on a row.
  constexpr std::uint32_t slots = 16;
  static_assert(kPages <= slots);
  std::array<std::uint32_t, slots> counts{};
  for (std::size_t i = 0; i < size; ++i) ++counts[access.page(i) % slots];
  EntryList::Entry* const out = table.list.extend(kMemberPages);
  std::size_t listed = 0;
  for (std::uint32_t page = kFirstMemberPage; page < kPages; ++page) {
    out[listed] = {page, counts[page]};
    listed += counts[page] != 0 ? 1U : 0U;
  }
  table.list.drop_last(kMemberPages - listed);
}

Status restored(const ByteReader& reader, const Descriptor& descriptor) {
  if (!reader.failed()) return success();
  return Error{"", descriptor.name, "saved state ends early", "the bytes of save with the same parameters"};
}

}  // namespace dwell::detect
