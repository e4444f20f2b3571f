#include "detectors/statistics/page_counts.hpp"

#include <algorithm>

namespace dwell::detect {
namespace {

constexpr std::size_t kMostRows = (1 << kCountBits) - 1;

/// What a row adds to the word: 1 in its page's field, nothing for other pages. A power of two of them: no branch on a
/// row.
constexpr std::array<std::uint64_t, 16> kAdds = [] {
  static_assert(kPages <= 16);
  std::array<std::uint64_t, 16> adds{};
  for (std::uint32_t i = 0; i < kMemberPages; ++i) adds[kFirstMemberPage + i] = std::uint64_t{1} << (i * kCountBits);
  return adds;
}();

std::uint64_t adds_of(const telemetry::AccessRows& access, std::size_t i) {
  return kAdds[access.page(i) % kAdds.size()];
}

}  // namespace

void count_pages(const WindowRows& rows, WindowTable& table) {
  const telemetry::AccessRows access = rows.access;  // by value: no store can change it
  const std::size_t size = access.size();
  for (std::size_t begin = 0; begin < size; begin += kMostRows) {
    const std::size_t end = std::min(size, begin + kMostRows);
    std::uint64_t word = 0;
    std::size_t i = begin;
    // By eights, which most windows of few rows need one or two of: else half of the work would be the loop's own.
    for (; i + 8 <= end; i += 8) {
      word += adds_of(access, i) + adds_of(access, i + 1) + adds_of(access, i + 2) + adds_of(access, i + 3) +
              (adds_of(access, i + 4) + adds_of(access, i + 5) + adds_of(access, i + 6) + adds_of(access, i + 7));
    }
    // The rest without a branch on how many they are: past the end the last row counts for nothing.
    if (i < end) {
      for (std::size_t k = 0; k < 7; ++k) {
        const std::uint64_t counts = 0 - std::uint64_t{i + k < end};
        word += adds_of(access, std::min(i + k, end - 1)) & counts;
      }
    }
    if (word != 0) *table.list.extend(1) = {0, static_cast<std::int64_t>(word)};
  }
}

Status restored(const ByteReader& reader, const Descriptor& descriptor) {
  if (!reader.failed()) return success();
  return Error{"", descriptor.name, "saved state ends early", "the bytes of save with the same parameters"};
}

}  // namespace dwell::detect
