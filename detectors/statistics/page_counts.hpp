#pragma once
// What the detectors of requests per member-data page see: the same table for all of them, and how it is added up.

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// MYPAGE, PROFILE, ADDR, address edit and order list.
inline constexpr std::uint32_t kFirstMemberPage = static_cast<std::uint32_t>(Page::mypage);
inline constexpr std::uint32_t kMemberPages = kPages - kFirstMemberPage;

using PageCounts = std::array<std::int64_t, kMemberPages>;

/// Lists the requests of each member-data page, under the page's number: below 2 ns a row. A list needs no search for
/// its keys, and at most five entries come from a set of rows.
void count_pages(const WindowRows& rows, WindowTable& table);
/// Adds up what `count_pages` listed.
inline void add_counts(const WindowTable& table, PageCounts& counts) {
  for (const EntryList::Entry& entry : table.list.entries()) counts[entry.key - kFirstMemberPage] += entry.value;
}
/// An error when the reader ran out; more may follow in it, which belongs to others.
Status restored(const ByteReader& reader, const Descriptor& descriptor);

}  // namespace dwell::detect
