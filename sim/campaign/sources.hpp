#pragma once
// From where a campaign's requests come.

#include <cstdint>
#include <vector>

#include "sim/campaign/spec.hpp"
#include "sim/protocol/messages.hpp"
#include "sim/protocol/networks.hpp"

namespace dwell::campaign {

/// The campaign's addresses: overseas, in hosting, VPN and foreign access networks. Their number shrinks with the
/// scale, to no less than one, so that the rate of one address stays.
class SourcePool {
 public:
  /// `carried` is the page whose requests the 16 heavy addresses carry when `concentration` is top16.
  SourcePool(const Sources& sources, double scale, const protocol::NetworkTable& networks, Seed seed, Page carried,
             Duration length);

  /// The address of request number `ordinal` for `page`, `into` the campaign: addresses take turns, so each one gets
  /// its equal part. Network, country and address only; the client is the caller's.
  [[nodiscard]] const protocol::Subscriber& pick(Page page, std::uint64_t ordinal, Duration into) const;
  /// All addresses; with top16 the heavy ones come first.
  [[nodiscard]] const std::vector<protocol::Subscriber>& all() const { return pool_; }
  [[nodiscard]] std::size_t heavy() const { return heavy_; }

 private:
  [[nodiscard]] const protocol::Subscriber& take_turn(std::size_t first, std::size_t size, std::uint64_t ordinal,
                                                      Duration into) const;
  std::vector<protocol::Subscriber> pool_;
  std::size_t heavy_ = 0;
  Page carried_;
  Duration active_;
  std::int64_t spells_ = 1;  // how often addresses are replaced, plus one
};

}  // namespace dwell::campaign
