#include "sim/protocol/networks.hpp"

#include <algorithm>
#include <array>

#include "sim/core/check.hpp"

namespace dwell::protocol {
namespace {

constexpr std::array<std::string_view, kNetworkKinds> kKindNames = {"mobile",  "fixed",      "foreign",  "vpn",
                                                                    "hosting", "contractor", "internal", "partner"};
constexpr std::uint32_t kMostNetworks = 2048;
// Blocks of addresses between 1.0.0.0 and 223.255.255.255.
constexpr std::uint32_t kFirstBlock = 16;
constexpr std::uint32_t kBlocks = 3568;

}  // namespace

std::string_view enum_name(NetworkKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }
std::span<const std::string_view> enum_names(NetworkKind) { return kKindNames; }

NetworkTable::NetworkTable(std::span<const NetworkSpec> specs, Seed seed)
    : within_block_(seed, purpose("network.address"), kBlockSize) {
  DWELL_DEMAND(!specs.empty() && specs.size() <= kMostNetworks, "a run has 1 to 2,048 networks");
  const KeyedPermutation number(seed, purpose("network.id"), specs.size());
  const KeyedPermutation block(seed, purpose("network.block"), kBlocks);

  std::vector<std::string> countries = {"KR"};
  for (const NetworkSpec& spec : specs) {
    if (std::find(countries.begin(), countries.end(), spec.country) == countries.end())
      countries.push_back(spec.country);
  }
  const KeyedPermutation country_number(seed, purpose("network.country"), countries.size());
  home_ = {static_cast<std::uint16_t>(country_number(0))};

  networks_.resize(specs.size());
  specs_.resize(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto id = static_cast<std::uint16_t>(number(i));
    const auto country =
        static_cast<std::uint64_t>(std::find(countries.begin(), countries.end(), specs[i].country) - countries.begin());
    networks_[id] = {{id},
                     {static_cast<std::uint16_t>(country_number(country))},
                     specs[i].kind,
                     static_cast<std::uint32_t>(kFirstBlock + block(i)) * kBlockSize};
    specs_[id] = specs[i];
  }
  for (std::uint32_t kind = 0; kind < kNetworkKinds; ++kind) {
    std::vector<double> shares;
    for (std::uint32_t id = 0; id < networks_.size(); ++id) {
      if (static_cast<std::uint32_t>(networks_[id].kind) != kind) continue;
      by_kind_[kind].push_back(id);
      shares.push_back(specs_[id].share);
    }
    DWELL_DEMAND(!shares.empty(), "no network of kind " + std::string(kKindNames[kind]));
    shares_[kind] = AliasTable(shares);
  }
}

const Network& NetworkTable::pick(NetworkKind kind, std::uint32_t bits) const {
  const auto k = static_cast<std::size_t>(kind);
  return networks_[by_kind_[k][shares_[k].draw(bits)]];
}

SourceId NetworkTable::address(const Network& network, std::uint32_t ordinal) const {
  return {network.base + static_cast<std::uint32_t>(within_block_(ordinal & (kBlockSize - 1)))};
}

const NetworkSpec& NetworkTable::spec(NetworkId id) const {
  DWELL_DEMAND(id.value < specs_.size(), "unknown network");
  return specs_[id.value];
}

}  // namespace dwell::protocol
