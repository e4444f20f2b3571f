#pragma once
// Where a shard's log rows go: into the partition's batches, or, when they are late, into a waiting room first.

#include <cstdint>
#include <vector>

#include "sim/commerce/model.hpp"
#include "sim/commerce/sessions.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/time.hpp"
#include "sim/kernel/timetable.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::commerce {

// All columns of a row in one word: independent products, then one sum, so that the processor overlaps them, and so
// that the part which the rows of a session share is computed once a session.
inline constexpr std::uint64_t kFoldTime = 0x9e3779b97f4a7c15ULL, kFoldIngest = 0xd6e8feb86659fd93ULL,
                               kFoldIssued = 0xa0761d6478bd642fULL, kFoldToken = 0xe7037ed1a0b428dbULL,
                               kFoldWho = 0x8ebc6af09c88c6e3ULL, kFoldWhere = 0x589965cc75374cc3ULL,
                               kFoldWhat = 0x1d8e4e27c47d124fULL, kFoldDigest = 0x9fb21c651e98df25ULL;

inline std::uint64_t fold(const telemetry::AccessRow& r) {
  return static_cast<std::uint64_t>(r.time_us) * kFoldTime + static_cast<std::uint64_t>(r.ingest_us) * kFoldIngest +
         static_cast<std::uint64_t>(r.token_issued_us) * kFoldIssued + r.token * kFoldToken +
         (r.member | std::uint64_t{r.source} << 32) * kFoldWho +
         (r.key | std::uint64_t{r.network} << 32 | std::uint64_t{r.country} << 48) * kFoldWhere +
         (Moment::answer(r.page, r.log_lines, r.records) | std::uint64_t{r.status} << 32 |
          std::uint64_t{r.client} << 48) *
             kFoldWhat;
}
inline std::uint64_t fold(const telemetry::AuthRow& r) {
  return static_cast<std::uint64_t>(r.time_us) * kFoldTime + static_cast<std::uint64_t>(r.ingest_us) * kFoldIngest +
         r.token * kFoldToken + (r.member | std::uint64_t{r.source} << 32) * kFoldWho +
         (r.key | std::uint64_t{r.network} << 32 | std::uint64_t{r.country} << 48) * kFoldWhere +
         (r.kind | std::uint64_t{r.client} << 8) * kFoldWhat;
}
/// What a page adds to the fold of a row of which all other columns are 0; a sum, like fold.
inline std::uint64_t fold_page(std::int64_t now_us, Moment moment) {
  return static_cast<std::uint64_t>(now_us) * (kFoldTime + kFoldIngest) + moment.answer() * kFoldWhat;
}
/// A fold as it enters a digest: no longer a sum over columns.
inline std::uint64_t mix_fold(std::uint64_t fold) { return (fold ^ fold >> 32) * kFoldDigest; }

/// What a shard has written so far.
struct RowCounts {
  std::uint64_t access = 0, auth = 0;                  ///< rows that arrived, of any origin
  std::uint64_t foreign_access = 0, foreign_auth = 0;  ///< among them: not background
  std::uint64_t lost = 0, late = 0;
};

/// Rows must be handed over in order of time. Rows that arrive in the same microsecond are put in order of a keyed hash
/// when the window closes, so that their order does not tell who sent them. Digests, background and foreign apart, are
/// chains over the windows, and in a window sums over the rows: their times say in which order they are, and to rows of
/// the same microsecond their place is added.
class RowSink {
 public:
  RowSink(const Model& model, ShardId shard, telemetry::PartitionRows* out);

  void open();
  void close();

  /// What 32 uniform bits mean for a row.
  static Fate fate(const LogFate& below, std::uint32_t bits) {
    if (bits >= below.late_below) [[likely]]
      return Fate::prompt;
    return bits < below.lost_below ? Fate::lost : Fate::late;
  }
  [[nodiscard]] Fate access_fate(std::uint32_t bits) const { return fate(access_fate_, bits); }
  [[nodiscard]] Fate auth_fate(std::uint32_t bits) const { return fate(auth_fate_, bits); }

  /// A row written at its ingest time, which becomes later when that is its fate.
  void access(const telemetry::AccessRow& row, Origin origin, Fate fate) {
    if (fate != Fate::prompt) [[unlikely]] {
      miss(row, origin, fate);
      return;
    }
    arrive(row, origin);
  }
  void auth(const telemetry::AuthRow& row, Origin origin, Fate fate) {
    if (fate != Fate::prompt) [[unlikely]] {
      miss(row, origin, fate);
      return;
    }
    arrive(row, origin);
  }
  using Entry = kernel::Timetable::Entry;
  /// The next rows are those of the pages [first, last) of sessions, answered and logged at once in a window that
  /// begins at `begin`, each of which was followed. Slots of sessions that end are given back.
  void arrive(const Entry* first, const Entry* last, Sessions& sessions, Time begin) {
    wide_ ? arrive_by_eights(first, last, sessions, begin) : arrive_by_fours(first, last, sessions, begin);
  }
  /// The same by either way; for tests.
  void arrive_by_fours(const Entry* first, const Entry* last, Sessions& sessions, Time begin);
  void arrive_by_eights(const Entry* first, const Entry* last, Sessions& sessions, Time begin);
  /// Whether this processor can write rows by eights.
  [[nodiscard]] static bool wide_rows();
  /// A page's row will arrive `now`, behind `pending` others that are not written yet.
  void follow(std::int64_t now_us, std::ptrdiff_t pending) {
    if (now_us == last_access_us_) [[unlikely]]
      note_tie(pending);
    last_access_us_ = now_us;
  }

  /// When the next late row arrives; INT64_MAX when none is on its way.
  [[nodiscard]] std::int64_t next_late_us() const { return late_.empty() ? INT64_MAX : late_.front().at_us; }
  /// That row arrives.
  void write_late();

  /// Between windows: late rows, digests and counts.
  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);

  [[nodiscard]] const RowCounts& counts() const { return counts_; }
  [[nodiscard]] Digest background() const { return digest_[0]; }
  [[nodiscard]] Digest foreign() const { return digest_[1]; }

 private:
  template <class Row>
  struct Waiting {
    Row row;
    Origin origin;
  };
  template <class Row>
  struct Room {
    std::vector<Waiting<Row>> rows;
    std::vector<std::uint32_t> free;
    std::uint32_t put(const Row& row, Origin origin);
    Waiting<Row> take(std::uint32_t place);
  };
  struct Late {
    std::int64_t at_us;
    std::uint32_t place;  // in a room; kAuthFlag tells in which
    /// The order of a heap with the earliest in front.
    static constexpr bool after(const Late& a, const Late& b) {
      return a.at_us != b.at_us ? a.at_us > b.at_us : a.place > b.place;
    }
  };
  static constexpr std::uint32_t kAuthFlag = 1U << 31;

  void arrive(const telemetry::AccessRow& row, Origin origin);
  void arrive(const telemetry::AuthRow& row, Origin origin);
  void note_tie(std::ptrdiff_t pending) {
    access_ties_.push_back(static_cast<std::uint32_t>(out_->access.rows.size() + static_cast<std::size_t>(pending)) -
                           1);
  }
  void miss(telemetry::AccessRow row, Origin origin, Fate fate);
  void miss(telemetry::AuthRow row, Origin origin, Fate fate);
  [[nodiscard]] std::int64_t arrival_us(std::int64_t now_us, std::uint64_t what) const;
  void wait(std::int64_t at_us, std::uint32_t place);

  telemetry::PartitionRows* out_;
  bool wide_ = wide_rows();
  LogFate access_fate_, auth_fate_;
  std::int64_t last_access_us_ = -1, last_auth_us_ = -1;
  std::vector<std::uint32_t> access_ties_, auth_ties_;  // first row of each run of equal times, may repeat
  std::uint64_t sum_[2] = {};                           // of the window's rows, mixed; background and foreign
  Digest digest_[2];
  RowCounts counts_;                                     // as of the last close
  std::uint64_t foreign_access_ = 0, foreign_auth_ = 0;  // in the batches when the window was opened
  telemetry::ShardRange range_;
  const Model* model_;
  Room<telemetry::AccessRow> late_access_;
  Room<telemetry::AuthRow> late_auth_;
  std::vector<Late> late_;  // heap
};

inline void RowSink::arrive(const telemetry::AccessRow& row, Origin origin) {
  follow(row.ingest_us, 0);
  sum_[origin != kBackground] += mix_fold(fold(row));
  out_->access.push(row, origin);
}

inline void RowSink::arrive(const telemetry::AuthRow& row, Origin origin) {
  if (row.ingest_us == last_auth_us_) [[unlikely]]
    auth_ties_.push_back(static_cast<std::uint32_t>(out_->auth.rows.size()) - 1);
  last_auth_us_ = row.ingest_us;
  sum_[origin != kBackground] += mix_fold(fold(row));
  out_->auth.push(row, origin);
}

}  // namespace dwell::commerce
