#pragma once
// What the numbers of a feature vector are. Everything is of one block of windows, an hour unless a study says
// otherwise, and of requests whose log row arrived in it.
//   log      ln(n + 1/2) of a count n
//   odds     ln((n + 1/2) / (N - n + 1/2)) of n among N
//   nats     of an entropy -sum p ln p
//   ratio    as it is
// What is "usual" is learnt from blocks before this one: shares of requests forgotten over 28 days. Networks, countries
// and keys are told apart by a hash into 1,024, 256 and 256 cells, sources by one into 4,096.

#include <array>
#include <cstdint>
#include <string_view>

#include "detectors/api/descriptor.hpp"
#include "detectors/api/feature_vector.hpp"

namespace dwell::detect {

/// Places in a feature vector; the pages come first, in their own order.
enum class FeatureId : std::uint8_t {
  page_first = 0,
  requests = kPages,
  network_usual,
  network_minor,
  network_rare,
  country_home,
  country_top_abroad,
  country_abroad,
  key_main,
  key_usual,
  key_rare,
  age_minutes,
  age_hour,
  age_day,
  age_older,
  status_ok,
  status_refused,
  status_forbidden,
  status_blocked,
  members_distinct,
  sources_distinct,
  sources_abroad,
  entropy_page,
  entropy_source,
  entropy_network,
  share_nobody,
  share_member_data,
  share_abroad,
  share_not_answered,
  records_per_request,
  lines_per_request,
  requests_per_source
};
static_assert(static_cast<std::size_t>(FeatureId::requests_per_source) + 1 == kFeatures);

constexpr std::size_t place(FeatureId id) { return static_cast<std::size_t>(id); }

struct FeatureInfo {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
};
/// The table, in the order of the vector.
const std::array<FeatureInfo, kFeatures>& feature_table();

/// What a deviation of the feature points at: its page where it is a page's, else the platform.
Entity feature_entity(std::size_t feature);

/// The features that learners take by default: fewer dimensions than there are features, because cost and noise of a
/// forest grow with them, and none that is a sum of others.
inline constexpr std::array kCoreFeatures = {
    FeatureId::requests,
    static_cast<FeatureId>(Page::mypage),
    static_cast<FeatureId>(Page::profile),
    static_cast<FeatureId>(Page::address),
    static_cast<FeatureId>(Page::address_edit),
    static_cast<FeatureId>(Page::order_list),
    FeatureId::network_rare,
    FeatureId::country_top_abroad,
    FeatureId::country_abroad,
    FeatureId::age_older,
    FeatureId::members_distinct,
    FeatureId::sources_distinct,
    FeatureId::sources_abroad,
    FeatureId::entropy_source,
    FeatureId::share_nobody,
    FeatureId::records_per_request,
};
/// Their residuals: what a learner's point is.
using CorePoint = std::array<double, kCoreFeatures.size()>;
CorePoint core_residuals(const FeatureVector& features);

}  // namespace dwell::detect
