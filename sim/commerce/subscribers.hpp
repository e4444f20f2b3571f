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

/// Which of a member's trips and addresses is in force, by number.
struct AddressPeriods {
  std::uint32_t day = 0, trip = 0, mobile = 0, fixed = 0;
};

/// The random blocks that most sessions need for it: of the trip, and of the phone's address. Those of the few others
/// are drawn when needed.
struct AddressDraws {
  RandomBlock trip, mobile;
};
inline constexpr Purpose kTripDraw = purpose("member.trip");
inline constexpr Purpose kMobileDraw = purpose("address.mobile");

/// Lines, addresses and devices. Phones are behind carrier-grade NAT: a carrier has one address per so many members
/// (so members per address do not depend on the scale), some of them far more crowded than others. Fixed lines keep
/// their address for weeks, travellers theirs for a trip of five days.
class Subscribers {
 public:
  Subscribers(const PopulationParams& params, std::uint64_t accounts, const protocol::NetworkTable& networks,
              Seed seed);

  /// The periods in force `at`, a full hour. Members change address at different hours of the day.
  [[nodiscard]] AddressPeriods periods(MemberId member, Time at) const;
  /// The subscriber of a session; `bits` are 32 uniform bits of the session. `draws` are the blocks of (member,
  /// kTripDraw, periods.trip, 0) and (member, kMobileDraw, periods.mobile, 0).
  [[nodiscard]] protocol::Subscriber draw(const Traits& member, std::uint32_t bits, const AddressPeriods& periods,
                                          const AddressDraws& draws) const;

 private:
  struct Pool {
    AliasTable crowd;  // by address; empty for networks without a pool
    std::vector<SourceId> addresses;
  };
  [[nodiscard]] protocol::Subscriber pooled(const protocol::Network& network, RandomBlock random, Client client) const;
  [[nodiscard]] Pool make_pool(double members, const protocol::Network& network, Seed seed) const;

  PopulationParams params_;
  const protocol::NetworkTable* networks_;
  Seed seed_;
  std::vector<Pool> pools_;  // by network
  std::uint32_t mobile_below_, vpn_below_;
  std::uint64_t abroad_below_;
  Reciprocal mobile_period_, fixed_period_;  // microseconds
};

}  // namespace dwell::commerce
