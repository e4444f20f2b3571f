#include "sim/commerce/subscribers.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::commerce {
namespace {

using protocol::Network;
using protocol::NetworkKind;

constexpr Reciprocal kTripPeriod{static_cast<std::uint64_t>(Duration::days(5).us)};
constexpr double kMostPool = 65'536;
constexpr std::uint64_t kNeverChanges = INT64_MAX / 4;

/// The member's own count of periods; `phase` of 2^32 is how far she is ahead.
std::uint32_t period_of(Time at, const Reciprocal& period, std::uint64_t phase) {
  const std::uint64_t shift = ((period.divisor() >> 20) * phase) >> 12;
  return static_cast<std::uint32_t>(period.quotient(static_cast<std::uint64_t>(at.us) + shift));
}

}  // namespace

Subscribers::Subscribers(const PopulationParams& params, std::uint64_t accounts, const std::vector<bool>& long_breaks,
                         const protocol::NetworkTable& networks, Seed seed)
    : params_(params), networks_(&networks), rounds_(seed), pools_(networks.all().size()) {
  mobile_below_ = static_cast<std::uint32_t>(params.mobile * 65'536);
  vpn_below_ = params.vpn_on ? static_cast<std::uint32_t>(params.vpn * 65'536) : 0;
  hosted_below_ = static_cast<std::uint64_t>(params.vpn_hosted * 0x1p32);
  DWELL_DEMAND(!long_breaks.empty(), "subscribers of a run without days");
  for (const bool long_break : long_breaks) {
    const double abroad =
        !params.abroad_on ? 0 : std::min(1.0, params.abroad * (long_break ? params.abroad_on_breaks : 1));
    abroad_below_.push_back(static_cast<std::uint64_t>(abroad * 0x1p32));
  }
  mobile_period_ = Reciprocal(params.mobile_address_changes_per_day > 0
                                  ? static_cast<std::uint64_t>(86'400e6 / params.mobile_address_changes_per_day)
                                  : kNeverChanges);
  fixed_period_ = Reciprocal(static_cast<std::uint64_t>(params.fixed_address_days * 86'400e6));
  double shares[protocol::kNetworkKinds] = {};
  for (const Network& network : networks.all())
    shares[static_cast<std::size_t>(network.kind)] += networks.spec(network.id).share;
  const double through_vpn = params.vpn_on ? params.vpn : 0;
  const auto share_of_members = [&](NetworkKind kind) {
    if (kind == NetworkKind::mobile) return params.carrier_nat_on ? 1.0 : 0.0;
    if (kind == NetworkKind::vpn) return through_vpn * (1 - params.vpn_hosted);
    return kind == NetworkKind::hosting ? through_vpn * params.vpn_hosted : 0.0;
  };
  for (const Network& network : networks.all()) {
    const double share = share_of_members(network.kind);
    if (share <= 0) continue;
    const double of_kind = networks.spec(network.id).share / shares[static_cast<std::size_t>(network.kind)];
    pools_[network.id.value] =
        make_pool(static_cast<double>(accounts) * (1 - params.dormant) * of_kind * share, network, seed);
  }
}

Subscribers::Pool Subscribers::make_pool(double members, const Network& network, Seed seed) const {
  RandomStream random(seed, network.id.value, purpose("network.pool"));
  std::vector<double> crowd;
  double placed = 0;
  while ((placed < members || crowd.empty()) && static_cast<double>(crowd.size()) < kMostPool) {
    crowd.push_back(params_.members_per_mobile_address *
                    sample_lognormal(random, 0, params_.members_per_mobile_address_sigma));
    placed += crowd.back();
  }
  std::vector<SourceId> addresses;
  for (std::uint32_t i = 0; i < crowd.size(); ++i) addresses.push_back(networks_->address(network, i));
  return {AliasTable(crowd), std::move(addresses)};
}

Subscribers::Seat Subscribers::pooled(const Network& network, std::uint32_t bits) const {
  const Pool& pool = pools_[network.id.value];
  return {network, pool.addresses[pool.crowd.draw(bits)]};
}

Subscribers::Seat Subscribers::draw(const Traits& member, std::uint32_t bits, Time at) const {
  const std::uint64_t phase = mix64(member.id.value) >> 32;
  if ((bits >> 16) < vpn_below_) [[unlikely]] {
    const auto day = static_cast<std::uint32_t>(at.day());
    const RandomBlock random = random_quick(rounds_, member.id.value, purpose("address.vpn"), day);
    const NetworkKind exit = random.word[2] < hosted_below_ ? NetworkKind::hosting : NetworkKind::vpn;
    return pooled(networks_->pick(exit, random.word[1]), random.word[0]);
  }
  const RandomBlock trip =
      random_quick(rounds_, member.id.value, purpose("member.trip"), period_of(at, kTripPeriod, phase));
  const auto today = static_cast<std::size_t>(std::max<std::int64_t>(at.day(), 0));
  if (trip.word[0] < abroad_below_[std::min(today, abroad_below_.size() - 1)]) [[unlikely]] {
    const Network& network = networks_->pick(NetworkKind::foreign, trip.word[1]);
    return {network, networks_->any_address(network, trip.word[2])};
  }
  if (mobile(bits)) {
    const std::uint32_t period = period_of(at, mobile_period_, phase);
    const RandomBlock random = random_quick(rounds_, member.id.value, purpose("address.mobile"), period);
    const Network& carrier = networks_->all()[member.mobile.value];
    if (params_.carrier_nat_on) [[likely]]
      return pooled(carrier, random.word[0]);
    return {carrier, networks_->any_address(carrier, random.word[0])};
  }
  const Network& network = networks_->all()[member.fixed.value];
  const std::uint32_t period = period_of(at, fixed_period_, phase);
  const RandomBlock random = random_quick(rounds_, member.id.value, purpose("address.fixed"), period);
  return {network, networks_->any_address(network, random.word[0])};
}

}  // namespace dwell::commerce
