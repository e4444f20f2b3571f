#include "detectors/sketches/distinct_members.hpp"

#include <algorithm>

namespace dwell::detect {

void DistinctMembers::add(std::span<const SparseTable::Entry> visits) {
  std::array<Visit, kAhead> fresh;  // those to indices that nobody had touched
  for (; !visits.empty(); visits = visits.subspan(std::min(visits.size(), kAhead))) {
    const auto some = visits.first(std::min(visits.size(), kAhead));
    if (held_.size() > kNear) prefetch(some);
    std::size_t count = 0;
    for (const SparseTable::Entry& entry : some) {
      const Visit visit = Visit::of(entry);
      Held& held = held_.at(visit.hash.index);
      // Whether an index is new is anybody's guess, so both cases take one way while no entity is dense.
      const bool is_new = held.is_new() & dense_.empty();
      if (!(is_new | held.names(visit.id))) [[unlikely]] {
        add_beside(held, visit);
        continue;
      }
      held.id = visit.id;
      for (std::size_t kind = 0; kind < SpreadKey::kKinds; ++kind) held.see(kind, {pane_, visit.hash.rank});
      fresh[count] = visit;
      count += is_new ? 1 : 0;
    }
    hashes_ += count * SpreadKey::kKinds;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t kind = 0; kind < SpreadKey::kKinds; ++kind)
        ++sizes_.at(SpreadKey::entity_of(kind, fresh[i].id[kind])).hashes;
    }
  }
}

void DistinctMembers::prefetch(std::span<const SparseTable::Entry> visits) const {
  // The first entity comes from many; the others are few and stay in the cache.
  for (const SparseTable::Entry& entry : visits) {
    const Visit visit = Visit::of(entry);
    held_.prefetch_slot(visit.hash.index);
    sizes_.prefetch_slot(SpreadKey::entity_of(0, visit.id[0]));
  }
  for (const SparseTable::Entry& entry : visits) {
    const Visit visit = Visit::of(entry);
    held_.prefetch_entry(visit.hash.index);
    sizes_.prefetch_entry(SpreadKey::entity_of(0, visit.id[0]));
  }
}

void DistinctMembers::add_beside(Held& held, const Visit& visit) {
  for (std::size_t kind = 0; kind < SpreadKey::kKinds; ++kind) {
    const Seen seen{pane_, visit.hash.rank};
    if (held.id[kind] == visit.id[kind] && held.rank(kind) != 0) {
      held.see(kind, seen);
      continue;
    }
    const std::uint64_t entity = SpreadKey::entity_of(kind, visit.id[kind]);
    // Hashes of dense entities are never held one by one: what is found needs no look at its entity.
    if ((held.word[kind] & Held::kOthers) != 0 && see_other(entity, visit.hash.index, seen)) continue;
    Size& size = sizes_.at(entity);
    if (size.dense != 0) {
      dense_[size.dense - 1].panes[pane_ % limits_.panes].add(visit.hash);
      continue;
    }
    ++size.hashes;
    if (held.rank(kind) == 0) {  // as hold does, in the usual case
      ++hashes_;
      held.id[kind] = visit.id[kind];
      held.see(kind, seen);
    } else {
      hold(held, entity, visit.hash.index, seen);
    }
  }
}

bool DistinctMembers::see_other(std::uint64_t entity, std::uint32_t index, Seen now) {
  Seen* const seen = others_.find(SpreadKey::pack(entity, index));
  if (seen == nullptr) return false;
  *seen = {now.pane, std::max(seen->rank, now.rank)};
  return true;
}

void DistinctMembers::hold(Held& held, std::uint64_t entity, std::uint32_t index, Seen seen) {
  const std::size_t kind = SpreadKey::kind(entity);
  ++hashes_;
  if (held.rank(kind) == 0) {
    held.id[kind] = SpreadKey::id(entity);
    held.see(kind, seen);
  } else {
    held.word[kind] |= Held::kOthers;
    others_.insert(SpreadKey::pack(entity, index), seen);
  }
}

std::vector<DistinctMembers::Spread> DistinctMembers::spreads() const {
  std::vector<Spread> result;
  result.reserve(sizes_.size());
  for (const auto& entry : sizes_.entries()) {
    const Size& size = entry.value;
    // Few hashes rarely share an index: below 4,096 the expected loss is under a quarter of a member.
    const bool plain = size.dense == 0 && size.hashes < 4096;
    const double estimated = plain             ? static_cast<double>(size.hashes)
                             : size.dense != 0 ? estimate(dense_[size.dense - 1])
                                               : sparse_estimate(size.hashes);
    const auto members = static_cast<std::uint64_t>(estimated + .5);
    if (members > 0) result.push_back({entry.key, members});
  }
  return result;
}

void DistinctMembers::next_pane() {
  ++pane_;
  const std::uint32_t first = pane_ >= limits_.panes - 1 ? pane_ - (limits_.panes - 1) : 0;
  for (Dense& dense : dense_) dense.panes[pane_ % limits_.panes].clear();
  free_idle();
  drop_before(first);
  for (std::uint32_t pane = first + 1; hashes_ > limits_.most_hashes && pane <= pane_; ++pane) drop_before(pane);
  choose_dense();
  sizes_.keep_if([](const auto& entry) { return entry.value.hashes != 0 || entry.value.dense != 0; });
}

template <class Keep>
void DistinctMembers::keep_if(std::uint32_t pane, Keep keep) {
  const std::size_t others = others_.size();
  others_.keep_if([&](const auto& entry) { return keep(Hash{entry.key, entry.value}); });
  if (others_.size() != others) note_others();
  hashes_ = others_.size();
  held_.keep_if([&](auto& entry) {
    Held& held = entry.value;
    if (held.since(pane)) {
      hashes_ += SpreadKey::kKinds;
      return true;
    }
    std::uint32_t left = 0;
    for (std::size_t kind = 0; kind < SpreadKey::kKinds; ++kind) {
      if (held.rank(kind) != 0) {
        const auto index = static_cast<std::uint32_t>(entry.key);
        const bool kept = keep(Hash{SpreadKey::pack(SpreadKey::entity_of(kind, held.id[kind]), index),
                                    {held.pane(kind), held.rank(kind)}});
        if (!kept) held.word[kind] &= Held::kOthers;
        hashes_ += kept ? 1 : 0;
      }
      left |= held.word[kind];
    }
    return left != 0;
  });
}

void DistinctMembers::note_others() {
  for (auto& entry : held_.entries()) {
    for (std::uint32_t& word : entry.value.word) word &= ~Held::kOthers;
  }
  for (const auto& entry : others_.entries()) {
    held_.find(SpreadKey::index(entry.key))->word[SpreadKey::kind(SpreadKey::entity(entry.key))] |= Held::kOthers;
  }
}

void DistinctMembers::drop_before(std::uint32_t pane) {
  if (pane == 0) return;
  keep_if(pane, [&](const Hash& hash) {
    if (hash.seen.pane >= pane) return true;
    --sizes_.find(SpreadKey::entity(hash.key))->hashes;
    return false;
  });
}

void DistinctMembers::free_idle() {
  for (std::size_t i = 0; i < dense_.size();) {
    if (estimate(dense_[i]) > 0) {
      ++i;
      continue;
    }
    sizes_.at(dense_[i].entity).dense = 0;
    if (i + 1 != dense_.size()) {
      dense_[i] = std::move(dense_.back());
      sizes_.at(dense_[i].entity).dense = static_cast<std::uint32_t>(i + 1);
    }
    dense_.pop_back();
  }
}

void DistinctMembers::choose_dense() {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> heavy;
  for (const auto& entry : sizes_.entries()) {
    if (entry.value.hashes >= limits_.dense_from) heavy.emplace_back(entry.value.hashes, entry.key);
  }
  std::sort(heavy.begin(), heavy.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  heavy.resize(std::min(heavy.size(), limits_.most_dense - std::min(limits_.most_dense, dense_.size())));
  if (heavy.empty()) return;
  for (const auto& [hashes, entity] : heavy) {
    dense_.push_back({entity, std::vector<HyperLogLog>(limits_.panes, HyperLogLog(kPrecision))});
    Size& size = sizes_.at(entity);
    size.hashes = 0;
    size.dense = static_cast<std::uint32_t>(dense_.size());
  }
  keep_if(kNoPane, [&](const Hash& hash) {
    const Size& size = *sizes_.find(SpreadKey::entity(hash.key));
    if (size.dense == 0) return true;
    Dense& dense = dense_[size.dense - 1];
    dense.panes[hash.seen.pane % limits_.panes].add(SparseHash{SpreadKey::index(hash.key), hash.seen.rank});
    return false;
  });
}

double DistinctMembers::estimate(const Dense& dense) {
  HyperLogLog all(kPrecision);
  for (const HyperLogLog& pane : dense.panes) all.merge(pane);
  return all.estimate();
}

std::uint64_t DistinctMembers::bytes() const {
  std::uint64_t total = held_.bytes() + others_.bytes() + sizes_.bytes() + dense_.capacity() * sizeof(Dense);
  for (const Dense& dense : dense_) {
    for (const HyperLogLog& pane : dense.panes) total += pane.bytes() + sizeof pane;
  }
  return total;
}

void DistinctMembers::save(ByteWriter& writer) const {
  writer.put(pane_);
  // Which entity came first does not show.
  std::vector<Hash> hashes;
  for (const auto& entry : others_.entries()) hashes.push_back({entry.key, entry.value});
  for (const auto& entry : held_.entries()) {
    for (std::size_t kind = 0; kind < SpreadKey::kKinds; ++kind) {
      const Held& held = entry.value;
      const std::uint64_t key =
          SpreadKey::pack(SpreadKey::entity_of(kind, held.id[kind]), static_cast<std::uint32_t>(entry.key));
      if (held.rank(kind) != 0) hashes.push_back({key, {held.pane(kind), held.rank(kind)}});
    }
  }
  std::sort(hashes.begin(), hashes.end(), [](const Hash& a, const Hash& b) { return a.key < b.key; });
  put_records(writer, hashes);
  sizes_.save(writer);
  writer.put(static_cast<std::uint64_t>(dense_.size()));
  for (const Dense& dense : dense_) {
    writer.put(dense.entity);
    for (const HyperLogLog& pane : dense.panes) pane.save(writer);
  }
}

void DistinctMembers::restore(ByteReader& reader) {
  pane_ = reader.get<std::uint32_t>();
  held_.clear();
  others_.clear();
  hashes_ = 0;
  for (const Hash& hash : get_records<Hash>(reader)) {
    DWELL_DEMAND(SpreadKey::kind(SpreadKey::entity(hash.key)) < SpreadKey::kKinds, "a saved spread of no known kind");
    const std::uint32_t index = SpreadKey::index(hash.key);
    hold(held_.at(index), SpreadKey::entity(hash.key), index, hash.seen);
  }
  sizes_.restore(reader);
  dense_.clear();
  const auto count = reader.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    dense_.push_back({reader.get<std::uint64_t>(), std::vector<HyperLogLog>(limits_.panes)});
    for (HyperLogLog& pane : dense_.back().panes) pane.restore(reader);
  }
}

}  // namespace dwell::detect
