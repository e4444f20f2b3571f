#pragma once
// What member-coverage takes from a row of the access log: who read which member, in the two words of a table's entry.

#include <cstdint>

#include "detectors/sketches/distinct_sample.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/sparse_table.hpp"

namespace dwell::detect {

/// key: source and key; value: page and member. 32 bits each.
using MemberRead = SparseTable::Entry;

inline MemberRead member_read(std::uint32_t source, std::uint32_t key, std::uint32_t page, std::uint32_t member) {
  return {static_cast<std::uint64_t>(source) << 32 | key, static_cast<std::int64_t>(page) << 32 | member};
}
inline std::uint32_t member_of(const MemberRead& read) { return static_cast<std::uint32_t>(read.value); }
inline std::uint32_t page_of(const MemberRead& read) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(read.value) >> 32);
}
inline std::uint32_t source_of(const MemberRead& read) { return static_cast<std::uint32_t>(read.key >> 32); }
inline std::uint32_t key_of(const MemberRead& read) { return static_cast<std::uint32_t>(read.key); }

/// Of an entity with more members those with the lowest hashes stand for all (distinct_sample.hpp): so many of them.
constexpr std::size_t kSampledOfSource = 64;
constexpr std::size_t kSampledOfOther = 1024;  // of a key or a page
inline std::uint32_t member_hash(std::uint32_t member, std::uint64_t salt) {
  return static_cast<std::uint32_t>(mix64(member, salt));
}

}  // namespace dwell::detect
