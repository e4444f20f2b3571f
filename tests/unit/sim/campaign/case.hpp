#pragma once
// The reference case as a specification, for tests.

#include "sim/campaign/campaign.hpp"
#include "tests/unit/sim/background/collector.hpp"

namespace dwell::test {

inline std::vector<campaign::Phase> founding_phases() {
  campaign::Phase delivery;
  delivery.name = "delivery pages";
  delivery.length = 70;
  delivery.pages = {{Page::address, 148'056'502}, {Page::address_edit, 50'474}, {Page::order_list, 102'682}};
  delivery.peak_to_mean = 2.103;
  campaign::Phase profile;
  profile.name = "member information";
  profile.length = 138;
  profile.target = campaign::Target::found;
  profile.pages = {{Page::profile, 33'673'817}};
  return {delivery, profile};
}

inline campaign::Spec founding() {
  campaign::Spec spec;
  spec.phases = founding_phases();
  return spec;
}

inline campaign::Setting case_setting(const protocol::NetworkTable& networks, double scale) {
  campaign::Setting setting;
  setting.shards = 4;
  setting.ids = static_cast<std::uint64_t>(77'700'000 * scale + 0.5);
  setting.scale = scale;
  setting.networks = &networks;
  setting.key = {4711};
  setting.onset = Time{} + Duration::days(2) + Duration::hours(7);
  setting.hour = hours();
  setting.day_factor = std::vector<double>(200, 1.0);
  setting.origin = {1};
  setting.seed = {21};
  setting.exists = exists;
  return setting;
}

}  // namespace dwell::test
