#include "detectors/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "detectors/controls/coins.hpp"
#include "detectors/controls/constant.hpp"
#include "detectors/ensembles/ensembles.hpp"
#include "detectors/learning/half_space_trees.hpp"
#include "detectors/learning/isolation_forest.hpp"
#include "detectors/learning/loda.hpp"
#include "detectors/learning/mahalanobis.hpp"
#include "detectors/learning/pca_subspace.hpp"
#include "detectors/learning/peer_group.hpp"
#include "detectors/learning/rrcf.hpp"
#include "detectors/learning/xstream.hpp"
#include "detectors/rules/dormant_access.hpp"
#include "detectors/rules/first_seen.hpp"
#include "detectors/rules/honey_accounts.hpp"
#include "detectors/rules/impossible_travel.hpp"
#include "detectors/rules/orphaned_key.hpp"
#include "detectors/rules/random_walk.hpp"
#include "detectors/rules/threshold_rules.hpp"
#include "detectors/rules/token_issuance.hpp"
#include "detectors/sketches/count_min_changers.hpp"
#include "detectors/sketches/hyperloglog_spreader.hpp"
#include "detectors/sketches/member_coverage.hpp"
#include "detectors/sketches/midas.hpp"
#include "detectors/sketches/midas_f.hpp"
#include "detectors/sketches/midas_r.hpp"
#include "detectors/statistics/entries.hpp"
#include "sim/core/edit_distance.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kShortestPart = 3;  // letters; fewer are part of many names
constexpr std::size_t kMostNear = 3;

}  // namespace

std::span<const CatalogueEntry> catalogue() {
  static const std::array entries = {
      orphaned_key_entry,
      token_issuance_entry,
      honey_accounts_entry,
      impossible_travel_entry,
      first_seen_entry,
      dormant_access_entry,
      random_walk_entry,
      ewma_entry,
      cusum_gaussian_entry,
      cusum_poisson_entry,
      page_hinkley_entry,
      shiryaev_roberts_entry,
      glr_window_entry,
      bocpd_entry,
      holt_winters_entry,
      count_min_changers_entry,
      spot_entry,
      dspot_entry,
      windowed_gaussian_entry,
      relative_entropy_entry,
      hyperloglog_spreader_entry,
      source_entropy_entry,
      member_coverage_entry,
      midas_entry,
      midas_r_entry,
      midas_f_entry,
      mahalanobis_entry,
      rrcf_entry,
      half_space_trees_entry,
      isolation_forest_entry,
      loda_entry,
      xstream_entry,
      pca_subspace_entry,
      peer_group_entry,
      ensemble_holm_entry,
      ensemble_rank_mean_entry,
      threshold_rules_entry,
      // Controls.
      never_alert_entry,
      always_alert_entry,
      random_entry,
      random_page_entry,
      random_hash_entry,
  };
  return entries;
}

Result<const CatalogueEntry*> find_detector(std::string_view name) {
  const std::size_t most_slips = std::max<std::size_t>(2, name.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const CatalogueEntry& entry : catalogue()) {
    const std::string known = entry.describe().name;
    if (known == name) return &entry;
    // A part of a name is nearer than a word of the same length.
    const bool part = name.size() >= kShortestPart && known.find(name) != std::string::npos;
    const std::size_t slips = part ? 0 : edit_distance(name, known);
    if (slips <= most_slips && slips < std::max(name.size(), known.size())) near.emplace_back(slips, known);
  }
  std::sort(near.begin(), near.end());
  std::string accepted = "names listed by `dwell list detectors`";
  for (std::size_t i = 0; i < std::min(near.size(), kMostNear); ++i)
    accepted += (i == 0 ? "; nearest: " : ", ") + near[i].second;
  return Error{"", "detector", fmt::format("found \"{}\"", name), std::move(accepted)};
}

}  // namespace dwell::detect
