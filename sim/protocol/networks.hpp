#pragma once
// Networks and addresses: what a request's source looks like. Built once per run, shared read-only by all processes.
// Network and country numbers and address blocks are redrawn for every seed, so that no detector can learn them.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/core/fields.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/tables.hpp"

namespace dwell::protocol {

enum class NetworkKind : std::uint8_t {
  mobile,      ///< domestic carriers, many members behind one address
  fixed,       ///< domestic fixed lines
  foreign,     ///< access networks abroad: travellers, residents abroad, residential proxies
  vpn,         ///< commercial VPN exits
  hosting,     ///< hosting providers: scrapers, stuffing, forged traffic
  contractor,  ///< support contractors, some of them overseas
  internal,    ///< the platform's own batch hosts
  partner,     ///< partner companies
};
inline constexpr std::uint32_t kNetworkKinds = 8;
std::string_view enum_name(NetworkKind kind);
std::span<const std::string_view> enum_names(NetworkKind);

/// Addresses of a network.
inline constexpr std::uint32_t kBlockSize = 1U << 20;

/// One network as a scenario describes it.
struct NetworkSpec {
  std::string name;
  NetworkKind kind = NetworkKind::fixed;
  std::string country = "KR";  ///< ISO 3166 alpha-2
  double share = 1;            ///< of the traffic of its kind

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(self.name, {"name", "", 1, 64, Tag::setting, "name of the network"});
    visit(self.kind, {"kind", "", 0, 0, Tag::setting, "what the network is"});
    visit(self.country, {"country", "ISO 3166", 2, 2, Tag::setting, "country of its addresses"});
    visit(self.share, {"share", "", 0, 1e9, Tag::assumption, "share of the traffic of its kind (any scale)"});
  }
};

struct Network {
  NetworkId id;
  CountryId country;
  NetworkKind kind = NetworkKind::fixed;
  std::uint32_t base = 0;  ///< first address of its block
};

class NetworkTable {
 public:
  /// At least one network of every kind; at most 2,048 in all.
  NetworkTable(std::span<const NetworkSpec> specs, Seed seed);

  [[nodiscard]] std::span<const Network> all() const { return networks_; }
  /// A network of `kind` by share; `bits` are 32 uniform bits.
  [[nodiscard]] const Network& pick(NetworkKind kind, std::uint32_t bits) const;
  /// Address number `ordinal` (mod kBlockSize) of a network: a keyed permutation of its block.
  [[nodiscard]] SourceId address(const Network& network, std::uint32_t ordinal) const;
  /// An address of a network, uniform over its block, from 32 uniform bits.
  [[nodiscard]] SourceId any_address(const Network& network, std::uint32_t bits) const {
    return {network.base + (bits & (kBlockSize - 1))};
  }
  /// The specification a network came from, for the truth and for reports.
  [[nodiscard]] const NetworkSpec& spec(NetworkId id) const;
  [[nodiscard]] CountryId home_country() const { return home_; }

 private:
  std::vector<Network> networks_;
  std::vector<NetworkSpec> specs_;  // by NetworkId
  std::vector<std::uint32_t> by_kind_[kNetworkKinds];
  AliasTable shares_[kNetworkKinds];
  KeyedPermutation within_block_;
  CountryId home_;
};

}  // namespace dwell::protocol
