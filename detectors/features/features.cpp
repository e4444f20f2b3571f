#include "detectors/features/features.hpp"

namespace dwell::detect {

const std::array<FeatureInfo, kFeatures>& feature_table() {
  static constexpr std::array<FeatureInfo, kFeatures> table = {{
      {"page.home", "log", "requests for the first page"},
      {"page.search", "log", "requests for searches"},
      {"page.pdp", "log", "requests for product pages"},
      {"page.cart", "log", "requests for the cart"},
      {"page.checkout", "log", "requests for the check-out"},
      {"page.done", "log", "requests for the page after an order"},
      {"page.mypage", "log", "requests for a member's own page"},
      {"page.profile", "log", "requests for member information"},
      {"page.address", "log", "requests for the list of addresses"},
      {"page.address-edit", "log", "requests to edit an address"},
      {"page.order-list", "log", "requests for the list of orders"},
      {"requests", "log", "requests for all pages"},
      {"network.usual", "log", "member-data requests from networks that make 1 % of them or more"},
      {"network.minor", "log", "member-data requests from networks that make .1 to 1 % of them"},
      {"network.rare", "log", "member-data requests from networks that make less, or were never seen"},
      {"country.home", "log", "member-data requests from the country that makes most of them"},
      {"country.top-abroad", "log", "member-data requests from the foreign country that makes most in this block"},
      {"country.abroad", "log", "member-data requests from all foreign countries"},
      {"key.main", "log", "member-data requests under the key that signs most of them"},
      {"key.usual", "log", "member-data requests under other keys that sign 1 % of them or more"},
      {"key.rare", "log", "member-data requests under keys that sign less, or were never seen"},
      {"age.10-minutes", "log", "member-data requests with a token issued at most 10 minutes ago, or later than now"},
      {"age.hour", "log", "member-data requests with a token 10 to 60 minutes old"},
      {"age.day", "log", "member-data requests with a token 1 to 24 hours old"},
      {"age.older", "log", "member-data requests with an older token"},
      {"status.ok", "log", "requests that were answered"},
      {"status.refused", "log", "requests whose token was refused"},
      {"status.forbidden", "log", "requests beyond their key's reach"},
      {"status.blocked", "log", "requests blocked by a limit, or with any other status"},
      {"members.distinct", "log", "different members named by member-data requests (HyperLogLog, 1.6 %)"},
      {"sources.distinct", "log", "different sources of member-data requests (HyperLogLog, 1.6 %)"},
      {"sources.abroad", "log", "different foreign sources of member-data requests (HyperLogLog, 1.6 %)"},
      {"entropy.page", "nats", "of all requests over pages"},
      {"entropy.source", "nats", "of member-data requests over sources"},
      {"entropy.network", "nats", "of member-data requests over networks"},
      {"share.nobody", "odds", "answered member-data requests that found nobody"},
      {"share.member-data", "odds", "member-data requests among all"},
      {"share.abroad", "odds", "foreign ones among member-data requests"},
      {"share.not-answered", "odds", "requests that were not answered"},
      {"records.request", "ratio", "records returned for a member-data request"},
      {"lines.request", "ratio", "log lines for a request"},
      {"requests.source", "log", "member-data requests for each of their sources"},
  }};
  return table;
}

Entity feature_entity(std::size_t feature) {
  if (feature < kPages) return {EntityKind::page, feature};
  return {EntityKind::platform, 0};
}

CorePoint core_residuals(const FeatureVector& features) {
  CorePoint point;
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = features.residual[place(kCoreFeatures[i])];
  return point;
}

}  // namespace dwell::detect
