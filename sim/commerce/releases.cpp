#include "sim/commerce/releases.hpp"

#include <algorithm>

#include "sim/core/check.hpp"

namespace dwell::commerce {
namespace {

constexpr std::size_t kMostReleases = 15;  // a session keeps its version in four bits
constexpr double kAll = 0x1p32;

/// Share of phones that have a release, so many days after its first.
double reached(const Release& release, std::int64_t days_since) {
  if (days_since < 0) return 0;
  const double days = static_cast<double>(release.roll_out.us) / 86'400e6;
  return days <= 0 ? 1 : std::min(1.0, static_cast<double>(days_since + 1) / days);
}

}  // namespace

Releases::Releases(const std::vector<Release>& releases, Date first_day, std::int64_t days, Seed seed)
    : rounds_(seed), weights_{kCardWeights} {
  DWELL_DEMAND(releases.size() <= kMostReleases, "more than 15 releases");
  DWELL_DEMAND(days >= 1, "releases of a run without days");
  std::vector<Release> by_day = releases;
  std::stable_sort(by_day.begin(), by_day.end(), [](const Release& a, const Release& b) { return a.day < b.day; });
  for (const Release& release : by_day) {
    PageWeights weights = weights_.back();
    for (const PageFactor& change : release.pages) weights[static_cast<std::size_t>(change.page)] *= change.factor;
    weights_.push_back(weights);
  }
  for (std::int64_t d = 0; d < days; ++d) {
    Day day;
    day.reached_below.assign(weights_.size(), 0);
    // Whoever has a release has those before it: the shares fall with the version.
    double later = 0;
    for (std::size_t version = by_day.size(); version > 0; --version) {
      const Release& release = by_day[version - 1];
      later = std::max(later, reached(release, first_day.days + d - release.day.days));
      day.reached_below[version] = static_cast<std::uint64_t>(later * kAll);
      if (later > 0) day.most = std::max(day.most, static_cast<std::uint32_t>(version));
      if (later >= 1) day.least = std::max(day.least, static_cast<std::uint32_t>(version));
    }
    day.reached_below[0] = static_cast<std::uint64_t>(kAll);
    days_.push_back(std::move(day));
  }
}

std::uint32_t Releases::draw_version(MemberId member, const Day& day) const {
  const std::uint32_t place = random_quick(rounds_, member.value, purpose("member.release"), 0).word[0];
  std::uint32_t version = day.most;
  while (version > day.least && place >= day.reached_below[version]) --version;
  return version;
}

double Releases::share(std::uint32_t version, std::int64_t day) const {
  const std::vector<std::uint64_t>& below = days_[index(day)].reached_below;
  const std::uint64_t later = version + 1 < below.size() ? below[version + 1] : 0;
  return static_cast<double>(below[version] - later) / kAll;
}

}  // namespace dwell::commerce
