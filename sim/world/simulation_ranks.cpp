// What the ranks of one run tell each other after each window.

#include <fmt/format.h>

#include "sim/core/check.hpp"
#include "sim/telemetry/row_bytes.hpp"
#include "sim/world/simulation.hpp"

namespace dwell::world {
namespace {

/// Those that the truth has to know: after a 1 where there are any.
void put_foreign(ByteWriter& writer, const telemetry::Labelled<telemetry::AccessBatch>& access) {
  writer.put(access.foreign != 0);
  if (access.foreign == 0) return;
  std::vector<std::uint32_t> foreign;
  for (std::uint32_t i = 0; i < access.rows.size(); ++i) {
    if (access.origins[i] != kBackground) foreign.push_back(i);
  }
  put_rows(writer, access, foreign);
}

bool empty(const telemetry::PlatformRows& rows) {
  return rows.keys.rows.empty() && rows.workforce.rows.empty() && rows.audit.rows.empty() &&
         rows.complaints.rows.empty() && rows.deception.rows.empty();
}

void put(ByteWriter& writer, const telemetry::PlatformRows& rows) {
  put_rows(writer, rows.keys);
  put_rows(writer, rows.workforce);
  put_rows(writer, rows.audit);
  put_rows(writer, rows.complaints);
  put_rows(writer, rows.deception);
}

void take(ByteReader& reader, telemetry::PlatformRows& rows) {
  add_rows(reader, rows.keys);
  add_rows(reader, rows.workforce);
  add_rows(reader, rows.audit);
  add_rows(reader, rows.complaints);
  add_rows(reader, rows.deception);
}

}  // namespace

/// A block holds how many rows there are, whether any row so far was foreign, how many log lines, foreign access rows,
/// and what the platform-wide processes of the rank emitted, each with its place. All blocks are taken in order of
/// rank, the own one too, so that the truth is the same on all ranks, also in what order it learnt it.
void Simulation::share_rows() {
  const std::uint64_t rows_before = rows_, foreign_before = foreign_rows_;
  count_rows();
  ByteWriter writer;
  writer.put(rows_ - rows_before);
  writer.put(foreign_rows_ - foreign_before);
  writer.put(foreign_seen_);
  writer.put(window_lines_);
  window_lines_ = 0;
  rows_ = rows_before;
  foreign_rows_ = foreign_before;
  writer.put(static_cast<std::uint64_t>(partitions_.size()));
  for (const telemetry::PartitionRows& partition : partitions_) {
    put_foreign(writer, partition.access);
    put_foreign(writer, partition.unlogged);
  }
  for (std::uint32_t part = 0; part < platform_parts_.size(); ++part) {
    if (empty(*platform_parts_[part])) continue;
    writer.put(part);
    put(writer, *platform_parts_[part]);
  }
  const RankExchange::Blocks& blocks = options_.ranks->exchange().all(writer.bytes());
  for (unsigned rank = 0; rank < blocks.size(); ++rank) {
    ByteReader reader(blocks[rank]);
    take_rows(rank, reader);
    DWELL_DEMAND(!reader.failed(), fmt::format("rows of rank {} are damaged", rank));
  }
}

void Simulation::take_rows(unsigned rank, ByteReader& reader) {
  rows_ += reader.get<std::uint64_t>();
  foreign_rows_ += reader.get<std::uint64_t>();
  const bool seen = reader.get<bool>();
  foreign_seen_ = foreign_seen_ || seen;
  window_lines_ += reader.get<std::uint64_t>();
  for (auto count = reader.get<std::uint64_t>(); count > 0 && !reader.failed(); --count) {
    for (const bool logged : {true, false}) {
      if (!reader.get<bool>()) continue;
      telemetry::Labelled<telemetry::AccessBatch> foreign;
      add_rows(reader, foreign);
      observe(foreign, logged);
    }
  }
  if (rank == options_.ranks->rank()) return;
  while (reader.remaining() > 0 && !reader.failed()) {
    const auto part = reader.get<std::uint32_t>();
    DWELL_DEMAND(part < platform_parts_.size(),
                 fmt::format("rank {} has rows of process {} of {}", rank, part, platform_parts_.size()));
    take(reader, *platform_parts_[part]);
  }
}

}  // namespace dwell::world
