// What is held, as bytes and back.

#include <algorithm>
#include <tuple>

#include "detectors/common/records.hpp"
#include "detectors/sketches/distinct_members.hpp"

namespace dwell::detect {

std::uint64_t DistinctMembers::bytes() const {
  std::uint64_t total = dense_.capacity() * sizeof(Dense) + (batches_.capacity() + spare_.capacity()) * sizeof(Batch) +
                        (waiting_.capacity() + distinct_.capacity()) * sizeof(SparseTable::Entry) + shared_.capacity() +
                        chosen_.capacity() * sizeof(std::uint32_t);
  for (const EntityCounts& counts : counts_) total += counts.bytes();
  for (const std::vector<Batch>* batches : {&batches_, &spare_}) {
    for (const Batch& batch : *batches) total += batch.visits.bytes();
  }
  for (const Dense& dense : dense_) {
    for (const HyperLogLog& pane : dense.panes) total += pane.bytes() + sizeof pane;
  }
  return total;
}

std::vector<DistinctMembers::Hash> DistinctMembers::hashes() const {
  std::vector<Hash> hashes;
  for (const Batch& batch : batches_) {
    for (std::size_t at = 0; at < batch.visits.size(); ++at) {
      const Record& record = batch.visits.records()[at];
      for (std::uint32_t kind = 0; kind < kSpreadKinds; ++kind) {
        if (record.holds(kind) == 0) continue;
        const std::uint32_t id = counts_[kind].id(record.entity[kind]);
        hashes.push_back({batch.pane, kind, id, batch.visits.index(at), record.rank()});
      }
    }
  }
  std::sort(hashes.begin(), hashes.end(), [](const Hash& a, const Hash& b) {
    return std::tie(a.pane, a.kind, a.id, a.index) < std::tie(b.pane, b.kind, b.id, b.index);
  });
  return hashes;
}

void DistinctMembers::save(ByteWriter& writer) const {
  if (!waiting_.empty()) {  // whether visits are taken in yet does not show
    DistinctMembers taken_in(*this);
    taken_in.take_in();
    return taken_in.save(writer);
  }
  writer.put(pane_);
  put_records(writer, hashes());
  writer.put(static_cast<std::uint64_t>(dense_.size()));
  for (const Dense& dense : dense_) {
    writer.put(static_cast<std::uint64_t>(dense.kind));
    writer.put(dense.id);
    for (const HyperLogLog& pane : dense.panes) pane.save(writer);
  }
}

void DistinctMembers::restore(ByteReader& reader) {
  pane_ = reader.get<std::uint32_t>();
  for (EntityCounts& counts : counts_) counts.clear();
  waiting_.clear();
  const std::vector<Hash> hashes = get_records<Hash>(reader);
  dense_.clear();
  const auto count = reader.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    const auto kind = reader.get<std::uint64_t>();
    const auto id = reader.get<std::uint32_t>();
    if (kind >= kSpreadKinds) return reader.fail();
    dense_.push_back({kind, id, 0, std::vector<HyperLogLog>(limits_.panes)});
    for (HyperLogLog& pane : dense_.back().panes) pane.restore(reader);
    word(kind, id) = kDense | static_cast<std::uint32_t>(i);
  }
  if (!reader.failed() && restore_hashes(hashes)) return;
  batches_.clear();
  reader.fail();
}

bool DistinctMembers::restore_hashes(std::span<const Hash> hashes) {
  batches_.clear();
  for (std::size_t begin = 0, end = 0; begin < hashes.size(); begin = end) {
    // A batch for each pane and kind, whose visits name one entity.
    const Hash& first = hashes[begin];
    if (first.kind >= kSpreadKinds || first.pane > pane_ || (!batches_.empty() && first.pane < batches_.back().pane))
      return false;
    Batch& batch = batches_.emplace_back();
    batch.pane = first.pane;
    for (; end < hashes.size() && hashes[end].pane == first.pane && hashes[end].kind == first.kind; ++end) {
      const Hash& hash = hashes[end];
      if (hash.index >> SparseHash::kBits != 0 || hash.rank == 0 || hash.rank >> Visit::kRankBits != 0) return false;
      Visit visit{{}, {hash.index, hash.rank}};
      visit.id[first.kind] = hashes[end].id;
      waiting_.push_back(visit.pack());
    }
    batch.visits.fill(waiting_, distinct_);
    waiting_.clear();
    for (std::size_t at = 0; at < batch.visits.size(); ++at) {
      Record& record = batch.visits.records()[at];
      record.entity[first.kind] =
          counts_[first.kind].place_of(Visit::of(distinct_[VisitBatch::kBefore + at]).id[first.kind]);
      if ((counts_[first.kind].word(record.entity[first.kind]) & kDense) != 0) return false;
      ++counts_[first.kind].word(record.entity[first.kind]);
      record.bits |= Record::holding(first.kind);
    }
  }
  const auto empty = [](const EntityCounts& counts) { return counts.size() == 0; };
  return batches_.empty() || std::none_of(counts_.begin(), counts_.end(), empty);
}

}  // namespace dwell::detect
