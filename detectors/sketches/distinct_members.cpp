#include "detectors/sketches/distinct_members.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace dwell::detect {

void DistinctMembers::take_in() {
  if (waiting_.empty()) return;
  Batch& batch = batches_.emplace_back(take_spare());
  batch.pane = pane_;
  batch.visits.fill(waiting_, distinct_);
  waiting_.clear();
  shared_.assign(batch.visits.size(), 0);
  for (const Batch& other : batches_) {
    if (&other != &batch) other.visits.mark_shared(batch.visits, shared_);
  }
  batch.visits.mark_repeated(shared_);
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) name_entities(batch, kind);
  chosen_.resize(shared_.size());
  std::size_t again = 0;
  for (std::uint32_t i = 0; i < shared_.size(); ++i) {
    chosen_[again] = i;
    again += shared_[i];
  }
  for (std::size_t i = 0; i < again; ++i) {
    const std::uint32_t at = chosen_[i];
    if (!batch.visits.crowded(at)) {
      take_over(at);
      continue;
    }
    settle(batch.visits.index(at));
    while (i + 1 < again && batch.visits.index(chosen_[i + 1]) == batch.visits.index(at)) ++i;
  }
  // Many visits of one pane come in several batches, of which later ones leave the earlier nothing.
  if (batches_.size() <= limits_.panes) return;
  for (Batch& each : batches_) each.visits.drop_idle();
}

void DistinctMembers::name_entities(Batch& batch, std::size_t kind) {
  EntityCounts& counts = counts_[kind];
  Record* const records = batch.visits.records().data();
  const std::size_t size = batch.visits.size();
  const SparseTable::Entry* const visits = distinct_.data() + VisitBatch::kBefore;
  const std::uint8_t* const shared = shared_.data();
  chosen_.resize(size + 1);
  std::uint32_t* const dense = chosen_.data();
  std::size_t of_dense = 0;
  counts.fetch();
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t place = counts.place_of(Visit::of(visits[i]).id[kind]);
    std::uint32_t& word = counts.word(place);
    const std::uint32_t is_dense = word >> 31;
    const std::uint32_t holds = (shared[i] | is_dense) ^ 1U;
    word += holds;
    records[i].entity[kind] = place;
    records[i].bits |= holds << Record::bit_of(kind);
    dense[of_dense] = i;
    of_dense += is_dense;
  }
  for (std::size_t i = 0; i < of_dense; ++i) add_dense(batch, dense[i], kind);
}

void DistinctMembers::add_dense(const Batch& batch, std::size_t at, std::size_t kind) {
  const Record& record = batch.visits.records()[at];
  const std::uint32_t place = counts_[kind].words()[record.entity[kind]] & kCount;
  dense_[place].panes[batch.pane % limits_.panes].add(SparseHash{batch.visits.index(at), record.rank()});
}

void DistinctMembers::take_over(std::size_t at) {
  VisitBatch& own = batches_.back().visits;
  Record& record = own.records()[at];
  const std::uint32_t index = own.index(at);
  std::uint32_t least = record.rank();
  std::uint32_t most = least;
  std::uint32_t taken = 0;
  const auto take = [&](Record& other) {
    if (!other.holds_any()) return;
    least = std::min(least, other.rank());
    most = std::max(most, other.rank());
    for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
      const bool same = other.entity[kind] == record.entity[kind];
      const std::uint32_t held = (other.holds(kind) & static_cast<std::uint32_t>(same)) * Record::holding(kind);
      other.bits ^= held;
      taken |= held;
    }
  };
  for (Batch& batch : batches_) batch.visits.for_each_of(index, &batch.visits == &own ? at : batch.visits.size(), take);
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
    std::uint32_t& word = counts_[kind].word(record.entity[kind]);
    const std::uint32_t holds = word >> 31 ^ 1U;
    word += holds & ((taken & Record::holding(kind)) == 0 ? 1U : 0U);
    record.bits |= holds * Record::holding(kind);
  }
  if (least == most || !record.holds_any()) return;
  // Two members of one index have a rank each: all who hold it know the greater, whichever came first.
  for (Batch& batch : batches_)
    batch.visits.for_each_of(index, batch.visits.size(), [most](Record& each) { each.raise_rank(most); });
}

void DistinctMembers::settle(std::uint32_t index) {
  struct Spot {
    std::size_t number;
    Record* record;
    bool own;  // of this batch: names its entities, whatever it holds
  };
  std::vector<Spot> spots;  // the latest first
  for (std::size_t i = batches_.size(); i-- > 0;) {
    VisitBatch& visits = batches_[i].visits;
    visits.for_each_of(index, visits.size(), [&](Record& record) {
      spots.push_back({spots.size(), &record, i + 1 == batches_.size()});
    });
  }
  std::uint32_t most = 0;  // of the ranks of those that hold something before or afterwards
  const auto know_ranks = [&] {
    for (const Spot& spot : spots) most = spot.record->holds_any() ? std::max(most, spot.record->rank()) : most;
  };
  know_ranks();
  std::vector<Spot> of_kind;
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
    of_kind.clear();
    std::copy_if(spots.begin(), spots.end(), std::back_inserter(of_kind),
                 [kind](const Spot& spot) { return spot.own || spot.record->holds(kind) != 0; });
    std::sort(of_kind.begin(), of_kind.end(), [kind](const Spot& a, const Spot& b) {
      return std::tie(a.record->entity[kind], a.number) < std::tie(b.record->entity[kind], b.number);
    });
    for (std::size_t begin = 0, end = 0; begin < of_kind.size(); begin = end) {
      Record& latest = *of_kind[begin].record;
      std::uint32_t& word = counts_[kind].word(latest.entity[kind]);
      for (; end < of_kind.size() && of_kind[end].record->entity[kind] == latest.entity[kind]; ++end) {
        word -= of_kind[end].record->holds(kind);
        of_kind[end].record->bits &= ~Record::holding(kind);
      }
      const std::uint32_t holds = word >> 31 ^ 1U;
      word += holds;
      latest.bits |= holds * Record::holding(kind);
    }
  }
  know_ranks();
  for (const Spot& spot : spots) spot.record->raise_rank(most);
}

void DistinctMembers::end_pane() {
  take_in();
  for (Dense& dense : dense_) {
    HyperLogLog all = dense.panes.front();
    for (std::size_t pane = 1; pane < dense.panes.size(); ++pane) all.merge(dense.panes[pane]);
    dense.members = static_cast<std::uint64_t>(all.estimate() + .5);
  }
}

void DistinctMembers::next_pane() {
  take_in();
  ++pane_;
  const std::uint32_t first = pane_ >= limits_.panes - 1 ? pane_ - (limits_.panes - 1) : 0;
  for (Dense& dense : dense_) dense.panes[pane_ % limits_.panes].clear();
  free_idle_dense();
  drop_batches_before(first);
  for (std::uint32_t pane = first + 1; pane <= pane_ && hashes_held() > limits_.most_hashes; ++pane)
    drop_batches_before(pane);
  choose_dense();
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) forget_idle(kind);
}

DistinctMembers::Held DistinctMembers::held(std::size_t kind) const {
  Held held;
  for (const std::uint32_t word : counts_[kind].words()) {
    const std::uint32_t hashes = (word & kDense) != 0 ? 0 : word & kCount;
    held.hashes += hashes;
    held.idle += (word & ~kDull) == 0 ? 1 : 0;
    held.most = std::max(held.most, hashes);
  }
  return held;
}

std::size_t DistinctMembers::hashes_held() const {
  std::size_t hashes = 0;
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) hashes += held(kind).hashes;
  return hashes;
}

void DistinctMembers::drop_batches_before(std::uint32_t pane) {
  std::size_t dropped = 0;
  for (; dropped < batches_.size() && batches_[dropped].pane < pane; ++dropped) {
    for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
      const std::span<std::uint32_t> words = counts_[kind].words();
      for (const Record& record : batches_[dropped].visits.records()) words[record.entity[kind]] -= record.holds(kind);
    }
    spare_.push_back(std::move(batches_[dropped]));
  }
  batches_.erase(batches_.begin(), batches_.begin() + static_cast<std::ptrdiff_t>(dropped));
}

DistinctMembers::Batch DistinctMembers::take_spare() {
  if (spare_.empty()) return {};
  Batch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void DistinctMembers::free_idle_dense() {
  for (std::size_t i = 0; i < dense_.size();) {
    const auto idle = [](const HyperLogLog& pane) { return pane.empty(); };
    if (!std::all_of(dense_[i].panes.begin(), dense_[i].panes.end(), idle)) {
      ++i;
      continue;
    }
    word(dense_[i].kind, dense_[i].id) = 0;
    if (i + 1 != dense_.size()) {
      dense_[i] = std::move(dense_.back());
      word(dense_[i].kind, dense_[i].id) = kDense | static_cast<std::uint32_t>(i);
    }
    dense_.pop_back();
  }
}

void DistinctMembers::choose_dense() {
  struct Heavy {
    std::uint32_t hashes;
    std::size_t kind;
    std::uint32_t id;
  };
  std::vector<Heavy> heavy;
  for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
    if (held(kind).most < limits_.dense_from) continue;
    const std::span<const std::uint32_t> words = counts_[kind].words();
    for (std::size_t place = 0; place < words.size(); ++place) {
      const std::uint32_t hashes = words[place] & kCount;
      if ((words[place] & kDense) == 0 && hashes >= limits_.dense_from)
        heavy.push_back({hashes, kind, counts_[kind].id(place)});
    }
  }
  if (heavy.empty()) return;
  std::sort(heavy.begin(), heavy.end(), [](const Heavy& a, const Heavy& b) {
    return std::tuple(b.hashes, a.kind, a.id) < std::tuple(a.hashes, b.kind, b.id);
  });
  heavy.resize(std::min(heavy.size(), limits_.most_dense - std::min(limits_.most_dense, dense_.size())));
  for (const Heavy& each : heavy) {
    dense_.push_back({each.kind, each.id, 0, std::vector<HyperLogLog>(limits_.panes, HyperLogLog(kPrecision))});
    word(each.kind, each.id) = kDense | static_cast<std::uint32_t>(dense_.size() - 1);
  }
  move_to_dense();
}

void DistinctMembers::move_to_dense() {
  for (Batch& batch : batches_) {
    const std::span<Record> records = batch.visits.records();
    for (std::size_t at = 0; at < records.size(); ++at) {
      for (std::size_t kind = 0; kind < kSpreadKinds; ++kind) {
        if (records[at].holds(kind) == 0) continue;
        if ((counts_[kind].words()[records[at].entity[kind]] & kDense) == 0) continue;
        add_dense(batch, at, kind);
        records[at].bits ^= Record::holding(kind);
      }
    }
  }
}

void DistinctMembers::forget_idle(std::size_t kind) {
  EntityCounts& counts = counts_[kind];
  const std::size_t idle = held(kind).idle;
  if (idle == 0 || idle * 2 < counts.size()) return;
  // Records that hold nothing for an entity that leaves name the first one from then on. Some entity of every kind
  // stays while there are records: the latest visit to an index holds it for each, or the entity is dense.
  const std::vector<std::uint32_t> places = counts.keep_if([](std::uint32_t word) { return (word & ~kDull) != 0; });
  for (Batch& batch : batches_) {
    for (Record& record : batch.visits.records()) record.entity[kind] = places[record.entity[kind]];
  }
}

}  // namespace dwell::detect
