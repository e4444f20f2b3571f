#pragma once
// From where and with what a member opens a session.

#include <cstdint>
#include <vector>

#include "sim/commerce/params.hpp"
#include "sim/commerce/population.hpp"
#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/reciprocal.hpp"
#include "sim/core/tables.hpp"
#include "sim/core/time.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::commerce {

/// Lines, addresses and devices. Phones are behind carrier-grade NAT: a carrier has one address per so many members
/// (so members per address do not depend on the scale), some of them far more crowded than others. Fixed lines keep
/// their address for weeks, travellers theirs for a trip of five days. Those whom a long break leads abroad are there
/// for as long as it and their five days last. VPN exits are crowded like a carrier's addresses; part of them are
/// rented from hosting providers.
class Subscribers {
 public:
  /// `long_breaks` says of each day of the run whether it lies in a long break, when more members are abroad; days
  /// outside take the nearest one's.
  Subscribers(const PopulationParams& params, std::uint64_t accounts, const std::vector<bool>& long_breaks,
              const protocol::NetworkTable& networks, Seed seed);

  /// An address and where it is, in one register: fields put together in memory would be read before they are stored.
  class Seat {
   public:
    Seat(const protocol::Network& network, SourceId source)
        : bits_(source.value | std::uint64_t{network.id.value} << 32 | std::uint64_t{network.country.value} << 48) {}
    [[nodiscard]] SourceId source() const { return {static_cast<std::uint32_t>(bits_)}; }
    [[nodiscard]] NetworkId network() const { return {static_cast<std::uint16_t>(bits_ >> 32)}; }
    [[nodiscard]] CountryId country() const { return {static_cast<std::uint16_t>(bits_ >> 48)}; }

   private:
    std::uint64_t bits_;
  };

  /// The device of a session; `bits` are 32 uniform bits of it.
  [[nodiscard]] Client client(const Traits& member, std::uint32_t bits) const {
    return mobile(bits) ? member.phone : Client::desktop;
  }
  /// Where a session comes from that begins `at` or in the hour after it, a full hour; `bits` are those of its device.
  /// Members change address at different hours of the day.
  [[nodiscard]] Seat draw(const Traits& member, std::uint32_t bits, Time at) const;

 private:
  [[nodiscard]] bool mobile(std::uint32_t bits) const { return (bits & 0xffffU) < mobile_below_; }
  struct Pool {
    AliasTable crowd;  // by address; empty for networks without a pool
    std::vector<SourceId> addresses;
  };
  [[nodiscard]] Seat pooled(const protocol::Network& network, std::uint32_t bits) const;
  [[nodiscard]] Pool make_pool(double members, const protocol::Network& network, Seed seed) const;

  PopulationParams params_;
  const protocol::NetworkTable* networks_;
  RoundKeys rounds_;
  std::vector<Pool> pools_;  // by network
  std::uint32_t mobile_below_, vpn_below_;
  std::uint64_t hosted_below_;               // of 2^32, of those through a VPN
  std::vector<std::uint64_t> abroad_below_;  // by day
  Reciprocal mobile_period_, fixed_period_;  // microseconds
};

}  // namespace dwell::commerce
