#pragma once
// What the detectors of requests per member-data page see: the same table for all of them, and how it is added up.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// MYPAGE, PROFILE, ADDR, address edit and order list.
inline constexpr std::uint32_t kFirstMemberPage = static_cast<std::uint32_t>(Page::mypage);
inline constexpr std::uint32_t kMemberPages = kPages - kFirstMemberPage;

using PageCounts = std::array<std::int64_t, kMemberPages>;

/// Lists the requests of each member-data page: below 1 ns a row. The five counts of up to 4,095 rows share one word,
/// so that a window of few rows is one entry; a list needs no search for its keys, which mean nothing here.
void count_pages(const WindowRows& rows, WindowTable& table);
/// The name of such a table, for those who list nothing else (ShardedDetector::table_name).
inline constexpr std::string_view kPageCountsTable = "page-counts";
inline constexpr unsigned kCountBits = 12;
static_assert(kCountBits * kMemberPages < 63);
/// Adds up what `count_pages` listed.
inline void add_counts(const WindowTable& table, PageCounts& counts) {
  for (const EntryList::Entry& entry : table.list.entries()) {
    for (std::uint32_t i = 0; i < kMemberPages; ++i) {
      counts[i] += entry.value >> (i * kCountBits) & ((1 << kCountBits) - 1);
    }
  }
}
/// An error when the reader ran out; more may follow in it, which belongs to others.
Status restored(const ByteReader& reader, const Descriptor& descriptor);

}  // namespace dwell::detect
