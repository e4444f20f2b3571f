#include "detectors/sketches/visit_batch.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace dwell::detect {
namespace {

std::uint32_t index_of(const SparseTable::Entry& visit) {
  return static_cast<std::uint32_t>(visit.value) >> Visit::kRankBits;
}
bool same(const SparseTable::Entry& a, const SparseTable::Entry& b) {
  return ((a.key ^ b.key) | static_cast<std::uint64_t>(a.value ^ b.value)) == 0;
}

}  // namespace

void VisitBatch::fill(std::span<const SparseTable::Entry> visits, std::vector<SparseTable::Entry>& distinct) {
  const unsigned bits =
      std::clamp<unsigned>(static_cast<unsigned>(std::bit_width(visits.size())) - 1, 1, SparseHash::kBits);
  shift_ = SparseHash::kBits - bits;
  ends_.assign(std::size_t{1} << bits, 0);
  std::uint32_t* const ends = ends_.data();
  for (const SparseTable::Entry& visit : visits) ++ends[index_of(visit) >> shift_];
  std::uint32_t begin = kBefore;
  for (std::uint32_t& end : ends_) begin += std::exchange(end, begin);
  // Two that equal no visit, as no rank is 0, stand before the first.
  distinct.resize(kBefore + visits.size());
  distinct[0] = distinct[1] = {0, 0};
  SparseTable::Entry* const ordered = distinct.data();
  for (const SparseTable::Entry& visit : visits) ordered[ends[index_of(visit) >> shift_]++] = visit;

  sort_crowds(distinct);
  indices_.resize(kPad + visits.size() + 2);
  std::fill_n(indices_.begin(), kPad, kNobody);
  std::uint32_t* const indices = indices_.data() + kPad;
  // Whether a visit repeats another is anybody's guess: it is written in either case, and kept or written over.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const SparseTable::Entry visit = ordered[i + 2];
    const bool repeats = same(visit, ordered[kept]) | same(visit, ordered[kept + 1]);
    ordered[kept + 2] = visit;
    indices[kept] = index_of(visit);
    kept += repeats ? 0 : 1;
    ends[index_of(visit) >> shift_] = static_cast<std::uint32_t>(kept);
  }
  std::fill(indices_.begin() + static_cast<std::ptrdiff_t>(kPad + kept), indices_.end(), kNobody);
  distinct.erase(distinct.begin() + static_cast<std::ptrdiff_t>(kept + 2), distinct.end());
  records_.resize(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const auto low = static_cast<std::uint32_t>(ordered[i + 2].value);
    records_[i] = {{}, low & ((1U << Visit::kRankBits) - 1)};
  }
}

void VisitBatch::sort_crowds(std::vector<SparseTable::Entry>& distinct) const {
  const auto in_order = [](const SparseTable::Entry& a, const SparseTable::Entry& b) {
    const auto hash_of = [](const SparseTable::Entry& visit) { return static_cast<std::uint32_t>(visit.value); };
    return std::tuple(hash_of(a), a.value, a.key) < std::tuple(hash_of(b), b.value, b.key);
  };
  std::uint32_t begin = kBefore;
  for (const std::uint32_t end : ends_) {
    if (end - begin > kCrowd) std::sort(distinct.begin() + begin, distinct.begin() + end, in_order);
    begin = end;
  }
}

void VisitBatch::drop_idle() {
  std::fill(ends_.begin(), ends_.end(), 0U);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < records_.size(); ++at) {
    if (!records_[at].holds_any()) continue;
    const std::uint32_t index = this->index(at);
    records_[kept] = records_[at];
    indices_[kPad + kept++] = index;
    ends_[index >> shift_] = static_cast<std::uint32_t>(kept);
  }
  records_.resize(kept);
  records_.shrink_to_fit();
  indices_.resize(kPad + kept + 2);
  std::fill(indices_.end() - 2, indices_.end(), kNobody);
  indices_.shrink_to_fit();
}

void VisitBatch::mark_shared(const VisitBatch& of, std::vector<std::uint8_t>& may) const {
  const std::uint32_t* const indices = of.indices_.data() + kPad;
  const std::uint32_t* const ends = ends_.data();
  for (std::size_t i = 0; i < may.size(); ++i)
    may[i] = static_cast<std::uint8_t>(may[i] | near(ends[indices[i] >> shift_], indices[i]));
}

void VisitBatch::mark_repeated(std::vector<std::uint8_t>& may) const {
  const std::uint32_t* const indices = indices_.data() + kPad;
  for (std::size_t i = 0; i < may.size(); ++i) may[i] = static_cast<std::uint8_t>(may[i] | near(i, indices[i]));
}

}  // namespace dwell::detect
