// Rows of pages, four at a time: what is in a row comes from its session by quarters of a cache line, and four of those
// make four columns by exchanges within registers that every x86-64 has. Row by row, every column's address would be
// loaded anew for each value.

#include <emmintrin.h>

#include <cstddef>

#include "sim/commerce/row_sink.hpp"

namespace dwell::commerce {
namespace {

using Entry = kernel::Timetable::Entry;

constexpr std::ptrdiff_t kLanes = 4;

static_assert(offsetof(Session, token_issued_us) == 8 && offsetof(Session, member) == 16 &&
              offsetof(Session, source) == 20 && offsetof(Session, key) == 24 && offsetof(Session, network) == 28 &&
              offsetof(Session, country) == 30 && offsetof(Session, origin) == 52 && offsetof(Session, client) == 63);

[[gnu::always_inline]] inline __m128i load(const void* from) {
  return _mm_load_si128(static_cast<const __m128i*>(from));
}
[[gnu::always_inline]] inline void store(void* to, __m128i values) {
  _mm_storeu_si128(static_cast<__m128i*>(to), values);
}
[[gnu::always_inline]] inline void store_half(void* to, __m128i values) {
  _mm_storel_epi64(static_cast<__m128i*>(to), values);
}
[[gnu::always_inline]] inline __m128i lane(std::uint32_t value) { return _mm_cvtsi32_si128(static_cast<int>(value)); }
/// Four 32-bit lanes, each below 256, as bytes.
[[gnu::always_inline]] inline void store_bytes(void* to, __m128i values) {
  const __m128i halves = _mm_packs_epi32(values, values);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(halves, halves));
  std::memcpy(to, &bytes, sizeof bytes);
}

/// Writes the columns of four rows from `i` on but for times; their origins.
[[gnu::always_inline]] inline __m128i write_columns(telemetry::AccessBatch& rows, std::size_t i, const Entry* entries,
                                                    const Session* const (&of)[kLanes]) {
  static_assert(telemetry::AccessBatch::kRowBytes == 55, "a column came or went: it must be written here");
  const __m128i token0 = load(&of[0]->token), token1 = load(&of[1]->token);
  const __m128i token2 = load(&of[2]->token), token3 = load(&of[3]->token);
  store(&rows.token[i], _mm_unpacklo_epi64(token0, token1));
  store(&rows.token[i + 2], _mm_unpacklo_epi64(token2, token3));
  store(&rows.token_issued_us[i], _mm_unpackhi_epi64(token0, token1));
  store(&rows.token_issued_us[i + 2], _mm_unpackhi_epi64(token2, token3));

  const __m128i who0 = load(&of[0]->member), who1 = load(&of[1]->member);
  const __m128i who2 = load(&of[2]->member), who3 = load(&of[3]->member);
  const __m128i whose01 = _mm_unpacklo_epi32(who0, who1), whose23 = _mm_unpacklo_epi32(who2, who3);
  store(&rows.member[i], _mm_unpacklo_epi64(whose01, whose23));
  store(&rows.source[i], _mm_unpackhi_epi64(whose01, whose23));
  const __m128i where01 = _mm_unpackhi_epi32(who0, who1), where23 = _mm_unpackhi_epi32(who2, who3);
  store(&rows.key[i], _mm_unpacklo_epi64(where01, where23));
  // Network and country by turns: first all networks, then all countries.
  constexpr int kEvenFirst = _MM_SHUFFLE(3, 1, 2, 0);
  __m128i place = _mm_unpackhi_epi64(where01, where23);
  place = _mm_shufflehi_epi16(_mm_shufflelo_epi16(place, kEvenFirst), kEvenFirst);
  place = _mm_shuffle_epi32(place, kEvenFirst);
  store_half(&rows.network[i], place);
  store_half(&rows.country[i], _mm_unpackhi_epi64(place, place));

  const __m128i rest0 = load(&of[0]->index), rest1 = load(&of[1]->index);
  const __m128i rest2 = load(&of[2]->index), rest3 = load(&of[3]->index);
  const __m128i clients = _mm_unpackhi_epi64(_mm_unpackhi_epi32(rest0, rest1), _mm_unpackhi_epi32(rest2, rest3));
  store_bytes(&rows.client[i], _mm_srli_epi32(clients, 24));
  store_half(&rows.status[i], _mm_set1_epi16(telemetry::kStatusOk));

  const __m128i answers = _mm_unpacklo_epi64(_mm_unpacklo_epi32(lane(entries[0].what), lane(entries[1].what)),
                                             _mm_unpacklo_epi32(lane(entries[2].what), lane(entries[3].what)));
  const __m128i records = _mm_and_si128(_mm_srli_epi32(answers, Moment::kRecordsAt), _mm_set1_epi32(255));
  store_half(&rows.records[i], _mm_packs_epi32(records, records));
  store_bytes(&rows.page[i], _mm_and_si128(answers, _mm_set1_epi32(15)));
  store_bytes(&rows.log_lines[i], _mm_and_si128(_mm_srli_epi32(answers, Moment::kLinesAt), _mm_set1_epi32(255)));
  return _mm_unpackhi_epi64(_mm_unpacklo_epi32(rest0, rest1), _mm_unpacklo_epi32(rest2, rest3));
}

}  // namespace

void RowSink::arrive_by_fours(const Entry* first, const Entry* last, Sessions& sessions, Time begin) {
  telemetry::Labelled<telemetry::AccessBatch>& out = out_->access;
  std::size_t i = out.extend(static_cast<std::size_t>(last - first), kLanes - 1);
  std::uint64_t sum = 0;  // of rows of the background
  const auto four = [&](const Entry* entries, std::ptrdiff_t count) __attribute__((always_inline)) {
    const Session* const of[kLanes] = {&sessions[entries[0].who], &sessions[entries[1].who], &sessions[entries[2].who],
                                       &sessions[entries[3].who]};
    const __m128i origins = write_columns(out.rows, i, entries, of);
    store(&out.origins[i], origins);
    std::uint64_t folded[kLanes];
#pragma GCC unroll 4
    for (std::ptrdiff_t n = 0; n < count; ++n) {
      const std::int64_t now_us = begin.us + entries[n].offset_us;
      out.rows.time_us[i + static_cast<std::size_t>(n)] = now_us;
      out.rows.ingest_us[i + static_cast<std::size_t>(n)] = now_us;
      folded[n] = mix_fold(of[n]->fold + fold_page(now_us, Moment{entries[n].what}));
      sum += folded[n];
    }
    sessions.give_back_ended(entries, count);
    if (_mm_movemask_epi8(_mm_cmpeq_epi32(origins, _mm_setzero_si128())) != 0xffff) [[unlikely]] {
      for (std::ptrdiff_t n = 0; n < count; ++n) {
        if (of[n]->origin == kBackground) continue;
        sum -= folded[n];
        sum_[1] += folded[n];
        ++out.foreign;
      }
    }
    i += kLanes;
  };
  for (; last - first >= kLanes; first += kLanes) four(first, kLanes);
  if (first != last) {
    // The last of them fills the lanes that are left; what is written beyond it is nobody's row.
    Entry rest[kLanes];
    for (std::ptrdiff_t n = 0; n < kLanes; ++n) rest[n] = first[std::min(n, last - first - 1)];
    four(rest, last - first);
  }
  sum_[0] += sum;
}

}  // namespace dwell::commerce
