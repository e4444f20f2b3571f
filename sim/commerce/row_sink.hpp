#pragma once
// Where a shard's log rows go: into the partition's batches, or, when they are late, into a waiting room first.

#include <bit>
#include <cstdint>
#include <vector>

#include "sim/commerce/model.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/time.hpp"
#include "sim/kernel/context.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::commerce {

/// What a shard has written so far.
struct RowCounts {
  std::uint64_t access = 0, auth = 0;                  ///< rows that arrived, of any origin
  std::uint64_t foreign_access = 0, foreign_auth = 0;  ///< among them: not background
  std::uint64_t lost = 0, late = 0;
};

/// Rows reach the batch in order of ingestion, because the kernel hands out events in order of time. Rows that arrive
/// in the same microsecond are put in order of a keyed hash when the window closes, so that their order does not tell
/// who sent them. Digests are chains over the rows in that order, background and foreign apart.
class RowSink {
 public:
  RowSink(const Model& model, ShardId shard, telemetry::PartitionRows* out);

  void open() {
    range_.access_begin = static_cast<std::uint32_t>(out_->access.rows.size());
    range_.auth_begin = static_cast<std::uint32_t>(out_->auth.rows.size());
    foreign_access_ = out_->access.foreign;
    foreign_auth_ = out_->auth.foreign;
  }
  void close();

  /// A row written now, subject to loss and lateness by 32 uniform bits `fate` (and `lateness`, when late).
  void access(kernel::Context& context, const telemetry::AccessRow& row, Origin origin, std::uint32_t fate) {
    if (fate < access_fate_.late_below) [[unlikely]] {
      access_missing(context, row, origin, fate);
      return;
    }
    arrive(row, origin);
  }
  void auth(kernel::Context& context, const telemetry::AuthRow& row, Origin origin, std::uint32_t fate) {
    if (fate < auth_fate_.late_below) [[unlikely]] {
      auth_missing(context, row, origin, fate);
      return;
    }
    arrive(row, origin);
  }
  /// Whether an access row with this fate is lost or late; if not, it may be handed to `arrive` at once.
  [[nodiscard]] bool missing(std::uint32_t fate) const { return fate < access_fate_.late_below; }
  void arrive(const telemetry::AccessRow& row, Origin origin);
  /// A late row has arrived: `data` of the event.
  void late(std::uint32_t data);

  [[nodiscard]] const RowCounts& counts() const { return counts_; }
  [[nodiscard]] Digest background() const { return digest_[0]; }
  [[nodiscard]] Digest foreign() const { return digest_[1]; }
  [[nodiscard]] std::size_t bytes() const;

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

  void arrive(const telemetry::AuthRow& row, Origin origin);
  void access_missing(kernel::Context& context, telemetry::AccessRow row, Origin origin, std::uint32_t fate);
  void auth_missing(kernel::Context& context, telemetry::AuthRow row, Origin origin, std::uint32_t fate);
  [[nodiscard]] Time arrival(Time now, std::uint32_t fate, std::uint64_t what) const;

  static constexpr std::uint32_t kAuthFlag = 1U << 31;

  telemetry::PartitionRows* out_;
  LogFate access_fate_, auth_fate_;
  std::int64_t last_access_us_ = -1, last_auth_us_ = -1;
  std::vector<std::uint32_t> access_ties_, auth_ties_;  // first row of each run of equal times, may repeat
  Digest digest_[2];
  RowCounts counts_;                                     // as of the last close
  std::uint64_t foreign_access_ = 0, foreign_auth_ = 0;  // in the batches when the window was opened
  telemetry::ShardRange range_;
  const Model* model_;
  Room<telemetry::AccessRow> late_access_;
  Room<telemetry::AuthRow> late_auth_;
};

/// All columns of a row in one word: independent products, then one sum, so that the processor overlaps them.
inline std::uint64_t fold(const telemetry::AccessRow& r) {
  return static_cast<std::uint64_t>(r.time_us) * 0x9e3779b97f4a7c15ULL +
         static_cast<std::uint64_t>(r.ingest_us) * 0xd6e8feb86659fd93ULL +
         static_cast<std::uint64_t>(r.token_issued_us) * 0xa0761d6478bd642fULL + r.token * 0xe7037ed1a0b428dbULL +
         (r.member | std::uint64_t{r.source} << 32) * 0x8ebc6af09c88c6e3ULL +
         (r.key | std::uint64_t{r.network} << 32 | std::uint64_t{r.country} << 48) * 0x589965cc75374cc3ULL +
         (r.status | std::uint64_t{r.records} << 16 | std::uint64_t{r.page} << 32 | std::uint64_t{r.client} << 40 |
          std::uint64_t{r.log_lines} << 48) *
             0x1d8e4e27c47d124fULL;
}
inline std::uint64_t fold(const telemetry::AuthRow& r) {
  return static_cast<std::uint64_t>(r.time_us) * 0x9e3779b97f4a7c15ULL +
         static_cast<std::uint64_t>(r.ingest_us) * 0xd6e8feb86659fd93ULL + r.token * 0xe7037ed1a0b428dbULL +
         (r.member | std::uint64_t{r.source} << 32) * 0x8ebc6af09c88c6e3ULL +
         (r.key | std::uint64_t{r.network} << 32 | std::uint64_t{r.country} << 48) * 0x589965cc75374cc3ULL +
         (r.kind | std::uint64_t{r.client} << 8) * 0x1d8e4e27c47d124fULL;
}

// Inlined for speed: the row then goes from registers into the columns, never through memory.
[[gnu::always_inline]] inline void RowSink::arrive(const telemetry::AccessRow& row, Origin origin) {
  if (row.ingest_us == last_access_us_) [[unlikely]]
    access_ties_.push_back(static_cast<std::uint32_t>(out_->access.rows.size()) - 1);
  last_access_us_ = row.ingest_us;
  out_->access.push(row, origin);
}

inline void RowSink::arrive(const telemetry::AuthRow& row, Origin origin) {
  if (row.ingest_us == last_auth_us_) [[unlikely]]
    auth_ties_.push_back(static_cast<std::uint32_t>(out_->auth.rows.size()) - 1);
  last_auth_us_ = row.ingest_us;
  out_->auth.push(row, origin);
}

}  // namespace dwell::commerce
