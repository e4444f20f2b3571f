#include "detectors/sketches/distinct_members.hpp"

#include <algorithm>

namespace dwell::detect {

void DistinctMembers::add(std::span<const SparseTable::Entry> entries) {
  for (; !entries.empty(); entries = entries.subspan(std::min(entries.size(), kAhead))) {
    const auto some = entries.first(std::min(entries.size(), kAhead));
    for (const SparseTable::Entry& entry : some) {
      seen_.prefetch_slot(entry.key);
      sizes_.prefetch_slot(SpreadKey::entity(entry.key));
    }
    for (const SparseTable::Entry& entry : some) {
      seen_.prefetch_entry(entry.key);
      sizes_.prefetch_entry(SpreadKey::entity(entry.key));
    }
    for (const SparseTable::Entry& entry : some) add(entry.key, static_cast<std::uint32_t>(entry.value));
  }
}

void DistinctMembers::add(std::uint64_t key, std::uint32_t rank) {
  // Hashes of dense entities are never held one by one: what is found needs no look at its entity.
  if (Seen* seen = seen_.find(key); seen != nullptr) {
    seen->rank = std::max(seen->rank, rank);
    seen->pane = pane_;
    return;
  }
  Size& size = sizes_.at(SpreadKey::entity(key));
  if (size.dense != 0) {
    dense_[size.dense - 1].panes[pane_ % limits_.panes].add(SparseHash{SpreadKey::index(key), rank});
    return;
  }
  ++size.hashes;
  seen_.insert(key, {pane_, rank});
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
  for (std::uint32_t pane = first + 1; seen_.size() > limits_.most_hashes && pane <= pane_; ++pane) drop_before(pane);
  choose_dense();
  sizes_.keep_if([](const auto& entry) { return entry.value.hashes != 0 || entry.value.dense != 0; });
}

void DistinctMembers::drop_before(std::uint32_t pane) {
  seen_.keep_if([&](const auto& entry) {
    if (entry.value.pane >= pane) return true;
    --sizes_.find(SpreadKey::entity(entry.key))->hashes;
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
  seen_.keep_if([&](const auto& entry) {
    const Size& size = *sizes_.find(SpreadKey::entity(entry.key));
    if (size.dense == 0) return true;
    Dense& dense = dense_[size.dense - 1];
    dense.panes[entry.value.pane % limits_.panes].add(SparseHash{SpreadKey::index(entry.key), entry.value.rank});
    return false;
  });
}

double DistinctMembers::estimate(const Dense& dense) {
  HyperLogLog all(kPrecision);
  for (const HyperLogLog& pane : dense.panes) all.merge(pane);
  return all.estimate();
}

std::uint64_t DistinctMembers::bytes() const {
  std::uint64_t total = seen_.bytes() + sizes_.bytes() + dense_.capacity() * sizeof(Dense);
  for (const Dense& dense : dense_) {
    for (const HyperLogLog& pane : dense.panes) total += pane.bytes() + sizeof pane;
  }
  return total;
}

void DistinctMembers::save(ByteWriter& writer) const {
  writer.put(pane_);
  seen_.save(writer);
  sizes_.save(writer);
  writer.put(static_cast<std::uint64_t>(dense_.size()));
  for (const Dense& dense : dense_) {
    writer.put(dense.entity);
    for (const HyperLogLog& pane : dense.panes) pane.save(writer);
  }
}

void DistinctMembers::restore(ByteReader& reader) {
  pane_ = reader.get<std::uint32_t>();
  seen_.restore(reader);
  sizes_.restore(reader);
  dense_.clear();
  const auto count = reader.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i) {
    dense_.push_back({reader.get<std::uint64_t>(), std::vector<HyperLogLog>(limits_.panes)});
    for (HyperLogLog& pane : dense_.back().panes) pane.restore(reader);
  }
}

}  // namespace dwell::detect
