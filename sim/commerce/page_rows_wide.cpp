// Rows of pages, eight at a time, in the registers of processors with AVX-512: a session is one load, and eight of them
// are eight columns after three rounds of exchanges. Integers only, so the rows are those of page_rows.cpp, bit for
// bit.

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <numeric>

#include "sim/commerce/row_sink.hpp"

// What the functions of this file may use; only called where the processor has it.
#define DWELL_WIDE gnu::target("avx512f,avx512dq,avx512bw,avx512vl")

namespace dwell::commerce {
namespace {

using Entry = kernel::Timetable::Entry;
using telemetry::AccessBatch;

constexpr std::ptrdiff_t kLanes = 8;
static_assert(sizeof(Entry) == 12, "eight entries are read as 24 words");
static_assert(offsetof(Session, token) == 0 && offsetof(Session, token_issued_us) == 8 &&
              offsetof(Session, member) == 16 && offsetof(Session, source) == 20 && offsetof(Session, key) == 24 &&
              offsetof(Session, network) == 28 && offsetof(Session, country) == 30 && offsetof(Session, fold) == 32 &&
              offsetof(Session, origin) == 52 && offsetof(Session, client) == 63);

/// Eight entries, column by column.
struct Columns {
  __m256i offset_us, who, what;
};

/// The words `first`, `first` + 3, … of 24.
[[DWELL_WIDE, gnu::always_inline]] inline __m256i every_third(__m512i low, __m512i high, int first) {
  const __m512i thirds = _mm512_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m512i at = _mm512_add_epi32(thirds, _mm512_set1_epi32(first));
  return _mm512_castsi512_si256(_mm512_permutex2var_epi32(low, at, high));
}
[[DWELL_WIDE, gnu::always_inline]] inline Columns columns_of(const Entry* entries) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(entries);
  const __m512i low = _mm512_loadu_si512(bytes);
  const __m512i high = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + sizeof low)));
  return {every_third(low, high, 0), every_third(low, high, 1), every_third(low, high, 2)};
}

/// Eight sessions as eight columns of 64 bits.
[[DWELL_WIDE, gnu::always_inline]] inline void transpose(__m512i (&of)[kLanes]) {
  __m512i pairs[kLanes], fours[kLanes];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kLanes; i += 2) {
    pairs[i] = _mm512_unpacklo_epi64(of[i], of[i + 1]);      // columns 0, 2, 4, 6 of two sessions
    pairs[i + 1] = _mm512_unpackhi_epi64(of[i], of[i + 1]);  // columns 1, 3, 5, 7
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kLanes; i += 4) {
    fours[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0x88);          // columns 0, 4 of four sessions
    fours[i + 1] = _mm512_shuffle_i64x2(pairs[i + 1], pairs[i + 3], 0x88);  // 1, 5
    fours[i + 2] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0xdd);      // 2, 6
    fours[i + 3] = _mm512_shuffle_i64x2(pairs[i + 1], pairs[i + 3], 0xdd);  // 3, 7
  }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 4; ++i) {
    of[i] = _mm512_shuffle_i64x2(fours[i], fours[i + 4], 0x88);
    of[i + 4] = _mm512_shuffle_i64x2(fours[i], fours[i + 4], 0xdd);
  }
}

[[DWELL_WIDE, gnu::always_inline]] inline void store8(void* to, __m128i bytes) {
  _mm_storel_epi64(static_cast<__m128i*>(to), bytes);
}
[[DWELL_WIDE, gnu::always_inline]] inline void store16(void* to, __m128i halves) {
  _mm_storeu_si128(static_cast<__m128i*>(to), halves);
}
[[DWELL_WIDE, gnu::always_inline]] inline void store32(void* to, __m256i words) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), words);
}

/// Writes the rows' columns from `i` on; `of` are the columns of their sessions.
[[DWELL_WIDE, gnu::always_inline]] inline void write_columns(AccessBatch& rows, std::size_t i,
                                                             const __m512i (&of)[kLanes], __m256i what,
                                                             __m512i now_us) {
  static_assert(AccessBatch::kRowBytes == 55, "a column came or went: it must be written here");
  _mm512_storeu_si512(&rows.time_us[i], now_us);
  _mm512_storeu_si512(&rows.ingest_us[i], now_us);
  _mm512_storeu_si512(&rows.token[i], of[0]);
  _mm512_storeu_si512(&rows.token_issued_us[i], of[1]);
  store32(&rows.member[i], _mm512_cvtepi64_epi32(of[2]));
  store32(&rows.source[i], _mm512_cvtepi64_epi32(_mm512_srli_epi64(of[2], 32)));
  store32(&rows.key[i], _mm512_cvtepi64_epi32(of[3]));
  store16(&rows.network[i], _mm512_cvtepi64_epi16(_mm512_srli_epi64(of[3], 32)));
  store16(&rows.country[i], _mm512_cvtepi64_epi16(_mm512_srli_epi64(of[3], 48)));
  store8(&rows.client[i], _mm512_cvtepi64_epi8(_mm512_srli_epi64(of[7], 56)));
  store16(&rows.status[i], _mm_set1_epi16(telemetry::kStatusOk));
  const __m256i byte = _mm256_set1_epi32(255);
  store16(&rows.records[i], _mm256_cvtepi32_epi16(_mm256_and_si256(_mm256_srli_epi32(what, Moment::kRecordsAt), byte)));
  store8(&rows.page[i], _mm256_cvtepi32_epi8(_mm256_and_si256(what, _mm256_set1_epi32(15))));
  store8(&rows.log_lines[i], _mm256_cvtepi32_epi8(_mm256_srli_epi32(what, Moment::kLinesAt)));
}

[[DWELL_WIDE, gnu::always_inline]] inline __m512i times(__m512i values, std::uint64_t factor) {
  return _mm512_mullo_epi64(values, _mm512_set1_epi64(static_cast<long long>(factor)));
}
/// mix_fold of eight rows; `shared` is what their sessions add to it.
[[DWELL_WIDE, gnu::always_inline]] inline __m512i fold_rows(__m512i shared, __m256i what, __m512i now_us) {
  const __m512i answer = _mm512_cvtepu32_epi64(_mm256_and_si256(what, _mm256_set1_epi32((1 << Moment::kFateAt) - 1)));
  const __m512i page = _mm512_add_epi64(times(now_us, kFoldTime + kFoldIngest), times(answer, kFoldWhat));
  const __m512i fold = _mm512_add_epi64(shared, page);
  return times(_mm512_xor_si512(fold, _mm512_srli_epi64(fold, 32)), kFoldDigest);
}

/// The sum of all lanes, modulo 2^64.
[[DWELL_WIDE, gnu::always_inline]] inline std::uint64_t total(__m512i lanes) {
  alignas(64) std::uint64_t values[kLanes];
  _mm512_store_si512(values, lanes);
  return std::accumulate(std::begin(values), std::end(values), std::uint64_t{0});
}

}  // namespace

bool RowSink::wide_rows() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

[[DWELL_WIDE]] void RowSink::arrive_by_eights(const Entry* first, const Entry* last, Sessions& sessions, Time begin) {
  telemetry::Labelled<AccessBatch>& out = out_->access;
  std::size_t i = out.extend(static_cast<std::size_t>(last - first), kLanes - 1);
  __m512i sums = _mm512_setzero_si512();
  std::uint64_t foreign = 0;
  Entry rest[kLanes];
  for (; first < last; first += kLanes, i += kLanes) {
    const Entry* entries = first;
    const std::ptrdiff_t count = std::min(last - first, kLanes);
    if (count < kLanes) {
      // The last of them fills the lanes that are left; what is written beyond it is nobody's row.
      for (std::ptrdiff_t n = 0; n < kLanes; ++n) rest[n] = first[std::min(n, count - 1)];
      entries = rest;
    }
    const auto mine = static_cast<__mmask8>((1U << count) - 1);
    __m512i of[kLanes];
#pragma GCC unroll 8
    for (std::ptrdiff_t n = 0; n < kLanes; ++n) of[n] = _mm512_load_si512(&sessions[entries[n].who]);
    transpose(of);
    const Columns columns = columns_of(entries);
    const __m512i now_us = _mm512_add_epi64(_mm512_set1_epi64(begin.us), _mm512_cvtepu32_epi64(columns.offset_us));
    write_columns(out.rows, i, of, columns.what, now_us);
    const __m256i origins = _mm512_cvtepi64_epi32(_mm512_srli_epi64(of[6], 32));
    store32(&out.origins[i], origins);
    const __m512i folded = fold_rows(of[4], columns.what, now_us);
    const __mmask8 others = _mm256_mask_test_epi32_mask(mine, origins, origins);
    sums = _mm512_mask_add_epi64(sums, mine & static_cast<__mmask8>(~others), sums, folded);
    if (others != 0) [[unlikely]] {
      foreign += total(_mm512_maskz_mov_epi64(others, folded));
      out.foreign += static_cast<std::size_t>(std::popcount(static_cast<unsigned>(others)));
    }
    const __mmask8 ended =
        _mm256_mask_test_epi32_mask(mine, columns.what, _mm256_set1_epi32(static_cast<int>(Moment::kLast)));
    store32(sessions.free_places(), _mm256_maskz_compress_epi32(ended, columns.who));
    sessions.give_back_written(static_cast<std::size_t>(std::popcount(static_cast<unsigned>(ended))));
  }
  sum_[0] += total(sums);
  sum_[1] += foreign;
}

}  // namespace dwell::commerce
