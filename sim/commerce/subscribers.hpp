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
#include "sim/protocol/messages.hpp"
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

  /// The subscriber of a session that begins `at` or in the hour after it, a full hour; `bits` are 32 uniform bits of
  /// the session. Members change address at different hours of the day.
  /// Written field by field: a value would come back in registers, by way of a store that has to wait for its parts.
  void draw(const Traits& member, std::uint32_t bits, Time at, protocol::Subscriber& from) const;

 private:
  struct Pool {
    AliasTable crowd;  // by address; empty for networks without a pool
    std::vector<SourceId> addresses;
  };
  void pooled(const protocol::Network& network, std::uint32_t bits, protocol::Subscriber& from) const;
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
