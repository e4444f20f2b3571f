#include "sim/campaign/sweep.hpp"

#include <utility>

#include "sim/core/check.hpp"

namespace dwell::campaign {
namespace {

/// floor((a + 1) v / n) - floor(a v / n).
std::uint64_t portion(std::uint64_t a, std::uint64_t v, std::uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  const auto upto = [&](std::uint64_t k) { return static_cast<std::uint64_t>(static_cast<Wide>(k) * v / n); };
  return upto(a + 1) - upto(a);
}

}  // namespace

Sweep::Sweep(const Phase& phase, std::uint64_t ids, double scale, Seed seed, std::uint32_t phase_number,
             std::function<bool(MemberId)> exists)
    : target_(phase.target),
      order_(phase.order),
      ids_(ids),
      shuffle_({seed.value + phase_number}, purpose("campaign.order"), ids),
      exists_(std::move(exists)) {
  DWELL_DEMAND(ids >= 1 && ids < UINT32_MAX, "number of ids out of range");
  DWELL_DEMAND(!phase.pages.empty(), "a phase needs a page");
  for (std::uint32_t id = 1; id <= ids; ++id) accounts_ += exists_({id}) ? 1 : 0;
  if (target_ == Target::every_id) misses_ = ids - accounts_;
  total_ = misses_;
  for (const PageShare& share : phase.pages) {
    const auto views = accounts_ == 0 ? 0 : static_cast<std::uint64_t>(share.views * scale + 0.5);
    pages_.push_back({share.page, views, 0});
    total_ += views;
  }
  page_ = pages_.size();
}

MemberId Sweep::id_at(std::uint64_t position) const {
  return {static_cast<std::uint32_t>(1 + (order_ == Order::shuffled ? shuffle_(position) : position))};
}

void Sweep::meet(MemberId id) {
  current_ = id;
  fresh_ = true;
  page_ = 0;
  const bool account = exists_(id);
  for (std::size_t p = 0; p < pages_.size(); ++p) {
    const bool probe = p == 0 && target_ == Target::every_id;
    pages_[p].left = account ? portion(met_, pages_[p].views, accounts_) : (probe ? 1 : 0);
  }
  if (account) ++met_;
}

std::optional<Step> Sweep::next() {
  while (true) {
    while (page_ < pages_.size() && pages_[page_].left == 0) ++page_;
    if (page_ < pages_.size()) {
      --pages_[page_].left;
      return Step{current_, pages_[page_].page, std::exchange(fresh_, false)};
    }
    if (position_ == ids_) return std::nullopt;
    meet(id_at(position_++));
  }
}

void Sweep::save(ByteWriter& writer) const {
  for (const PageCount& page : pages_) writer.put(page.left);
  writer.put(position_);
  writer.put(met_);
  writer.put(current_.value);
  writer.put(fresh_);
  writer.put(static_cast<std::uint64_t>(page_));
}

void Sweep::restore(ByteReader& reader) {
  for (PageCount& page : pages_) page.left = reader.get<std::uint64_t>();
  position_ = reader.get<std::uint64_t>();
  met_ = reader.get<std::uint64_t>();
  current_ = {reader.get<std::uint32_t>()};
  fresh_ = reader.get<bool>();
  page_ = static_cast<std::size_t>(reader.get<std::uint64_t>());
}

std::array<double, kPages> Sweep::page_shares() const {
  std::array<double, kPages> shares{};
  if (total_ == 0) return shares;
  for (const PageCount& page : pages_) {
    shares[static_cast<std::size_t>(page.page)] += static_cast<double>(page.views) / static_cast<double>(total_);
  }
  if (!pages_.empty()) {
    shares[static_cast<std::size_t>(pages_[0].page)] += static_cast<double>(misses_) / static_cast<double>(total_);
  }
  return shares;
}

}  // namespace dwell::campaign
