#include "sim/campaign/sources.hpp"

#include <algorithm>
#include <unordered_set>

#include "sim/core/check.hpp"
#include "sim/core/random.hpp"

namespace dwell::campaign {
namespace {

constexpr double kHeavySources = 16;

std::size_t scaled(double count, double scale) {
  return std::max<std::size_t>(1, static_cast<std::size_t>(count * scale + 0.5));
}

/// Overseas networks of the kinds a campaign uses, in a keyed order, at most `most`; any of the kinds when none is
/// overseas.
std::vector<protocol::Network> choose_networks(const protocol::NetworkTable& table, std::uint32_t most, Seed seed) {
  const auto usable = [](protocol::NetworkKind kind) {
    return kind == protocol::NetworkKind::hosting || kind == protocol::NetworkKind::vpn ||
           kind == protocol::NetworkKind::foreign;
  };
  std::vector<protocol::Network> overseas;
  std::vector<protocol::Network> any;
  for (const protocol::Network& network : table.all()) {
    if (!usable(network.kind)) continue;
    any.push_back(network);
    if (network.country != table.home_country()) overseas.push_back(network);
  }
  const std::vector<protocol::Network>& from = overseas.empty() ? any : overseas;
  DWELL_DEMAND(!from.empty(), "a campaign needs a hosting, VPN or foreign network");
  const KeyedPermutation order(seed, purpose("campaign.networks"), from.size());
  std::vector<protocol::Network> chosen;
  for (std::size_t i = 0; i < from.size() && i < most; ++i) chosen.push_back(from[static_cast<std::size_t>(order(i))]);
  return chosen;
}

}  // namespace

SourcePool::SourcePool(const Sources& sources, double scale, const protocol::NetworkTable& networks, Seed seed,
                       Page carried, Duration length)
    : carried_(carried), active_(sources.active) {
  std::size_t size = scaled(sources.count, scale);
  if (sources.concentration == Concentration::top16) {
    heavy_ = std::min<std::size_t>(scaled(kHeavySources, scale), sources.count);
    // At least one more, unless there is only one address at all.
    if (sources.count > 1) size = std::max(size, heavy_ + 1);
  }
  const std::vector<protocol::Network> chosen = choose_networks(networks, sources.networks, seed);
  std::unordered_set<std::uint32_t> taken;
  for (std::uint32_t draw = 0; pool_.size() < size; ++draw) {
    const RandomBlock bits = random_block(seed, draw, purpose("campaign.source"), 0, 0);
    // Later addresses may fall on any of the networks; the first ones see to it that each network is used.
    const std::size_t n =
        pool_.size() < chosen.size() ? pool_.size() : to_below(bits.word[0], static_cast<std::uint32_t>(chosen.size()));
    const protocol::Network& network = chosen[n];
    const SourceId address = networks.address(network, bits.word[1] >> 12);
    if (taken.insert(address.value).second) pool_.push_back({address, network.id, network.country, Client::android});
  }
  if (active_.us > 0) spells_ = std::max<std::int64_t>(1, (length.us + active_.us - 1) / active_.us);
}

const protocol::Subscriber& SourcePool::take_turn(std::size_t first, std::size_t size, std::uint64_t ordinal,
                                                  Duration into) const {
  // With replacement, the addresses of one spell are those whose number falls in the spell's part of the pool.
  const auto spells = static_cast<std::size_t>(spells_);
  if (spells > 1) {
    const auto spell = static_cast<std::size_t>(std::clamp<std::int64_t>(into.us / active_.us, 0, spells_ - 1));
    const std::size_t from = size * spell / spells;
    const std::size_t to = std::max(from + 1, size * (spell + 1) / spells);
    first += from;
    size = to - from;
  }
  // Each round of turns begins one address later, so that no address is tied to every n-th id.
  return pool_[first + static_cast<std::size_t>((ordinal + ordinal / size) % size)];
}

const protocol::Subscriber& SourcePool::pick(Page page, std::uint64_t ordinal, Duration into) const {
  if (heavy_ == 0) return take_turn(0, pool_.size(), ordinal, into);
  if (page == carried_ || heavy_ == pool_.size()) return take_turn(0, heavy_, ordinal, into);
  return take_turn(heavy_, pool_.size() - heavy_, ordinal, into);
}

}  // namespace dwell::campaign
