#include "sim/commerce/population.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::commerce {
namespace {

std::uint64_t scaled(std::uint64_t n, double scale) {
  return static_cast<std::uint64_t>(std::max(1.0, static_cast<double>(n) * scale + 0.5));
}

std::uint16_t quantise(double value, double unit, double least, double most) {
  return static_cast<std::uint16_t>(std::clamp(value * unit + 0.5, least, most));
}

}  // namespace

Population::Population(const PopulationParams& params, double extra_sessions, double scale,
                       const protocol::NetworkTable& networks, Seed seed)
    : params_(params), extra_sessions_(extra_sessions), networks_(&networks), seed_(seed) {
  DWELL_DEMAND(scale > 0 && scale <= 1000, "the scale of a population is positive");
  DWELL_DEMAND(params.accounts <= params.ids, "more accounts than ids");
  const std::uint64_t ids = scaled(params.ids, scale);
  DWELL_DEMAND(ids < UINT32_MAX, "member ids do not fit 32 bits");
  ids_ = static_cast<std::uint32_t>(ids);
  accounts_ = std::min<std::uint64_t>(scaled(params.accounts, scale), ids);
  dormant_below_ = static_cast<std::uint64_t>(params.dormant * 0x1p32);

  const std::uint64_t eras = std::clamp<std::uint64_t>(params.eras, 1, ids);
  std::vector<double> weight(eras);
  double total = 0;
  for (std::uint64_t e = 0; e < eras; ++e) {
    RandomStream random(seed, static_cast<std::uint32_t>(e), purpose("population.era"));
    weight[e] = 1 + params.era_spread * (2 * random.uniform() - 1);
    total += weight[e];
  }
  double sum = 0;
  std::uint64_t given = 0;  // accounts of the eras so far; what does not fit an era goes to the next
  std::uint64_t fits_later = ids;
  for (std::uint64_t e = 0; e < eras; ++e) {
    const std::uint64_t begin = (e * ids + eras - 1) / eras;
    const std::uint64_t size = ((e + 1) * ids + eras - 1) / eras - begin;
    fits_later -= size;
    sum += weight[e];
    const auto due =
        e + 1 == eras ? accounts_ : static_cast<std::uint64_t>(sum / total * static_cast<double>(accounts_) + 0.5);
    const std::uint64_t least = accounts_ - given > fits_later ? accounts_ - given - fits_later : 0;
    const std::uint64_t count = std::clamp(due > given ? due - given : 0, std::min(least, size), size);
    given += count;
    eras_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(count),
                     KeyedPermutation(Seed{mix64(seed.value, e)}, purpose("population.account"), size)});
  }
  DWELL_DEMAND(given == accounts_, "accounts of eras do not add up");
}

bool Population::exists(MemberId id) const {
  if (id.value == 0 || id.value > ids_) return false;
  const std::uint32_t position = id.value - 1;
  const Era& era = eras_[static_cast<std::size_t>(static_cast<std::uint64_t>(position) * eras_.size() / ids_)];
  return era.order(position - era.begin) < era.count;
}

Traits Population::traits(MemberId id) const {
  RandomStream random(seed_, id.value, purpose("member.traits"));
  Traits member;
  member.id = id;
  const bool dormant = random.next32() < dormant_below_;
  member.phone = random.next32() < static_cast<std::uint64_t>(params_.android * 0x1p32) ? Client::android : Client::ios;
  member.mobile = networks_->pick(protocol::NetworkKind::mobile, random.next32()).id;
  member.fixed = networks_->pick(protocol::NetworkKind::fixed, random.next32()).id;
  const std::uint64_t more = sample_poisson(random, params_.addresses_mean - 1);
  member.addresses = static_cast<std::uint8_t>(std::min<std::uint64_t>(1 + more, 255));
  const double conversion =
      sample_gamma(random, params_.conversion_shape, params_.conversion_mean / params_.conversion_shape);
  member.conversion = static_cast<std::uint8_t>(quantise(conversion, Traits::kConversionUnit, 0, 255));
  if (dormant) return member;
  const double visit = sample_beta(random, params_.visit_a, params_.visit_b);
  const double intensity = sample_gamma(random, params_.intensity_shape, 1 / params_.intensity_shape);
  member.visit = quantise(visit, Traits::kVisitUnit, 1, 65535);
  member.extra = quantise(extra_sessions_ * intensity, Traits::kExtraUnit, 0, 65535);
  return member;
}

double Population::sessions_per_day() const {
  return static_cast<double>(accounts_) * (1 - params_.dormant) * params_.visit_a /
         (params_.visit_a + params_.visit_b) * (1 + extra_sessions_);
}

}  // namespace dwell::commerce
