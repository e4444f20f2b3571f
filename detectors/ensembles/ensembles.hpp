#pragma once
// Two ensembles of the same four members, which see the same feature vectors:
//   half-space-trees, loda, pca-subspace with their defaults, and the point's greatest coordinate by size, which is
//   what charts of single counts would say.
// Each member's score becomes a p value by its rank in its own trailing past (trailing_rank.hpp, `past` scores).
//   ensemble-holm       -ln(min(1, m p_(1))): the least p value by Holm's correction for the m members that speak
//   ensemble-rank-mean  -ln(mean of the p values)
// Holm's speaks when one member is sure, the mean when all are. Members learn as they do alone, so a score precedes
// what is learnt from it. Names the platform. Cost: its members', 6 us a point, and 4 `past` comparisons. State: 7 MB.
// Papers: Holm 1979; rank averages as Aggarwal and Sathe 2015 use them. Check: equal to members run by themselves.
// Tier T0; hourly feature vectors, as their members read. Defaults: `past` 672, four weeks.

#include <array>
#include <optional>
#include <span>

#include "detectors/api/detector.hpp"
#include "detectors/ensembles/trailing_rank.hpp"
#include "detectors/learning/half_space_trees.hpp"
#include "detectors/learning/loda.hpp"
#include "detectors/learning/pca_subspace.hpp"

namespace dwell::detect {

class EnsembleMembers {
 public:
  static constexpr std::size_t kMembers = 4;
  using Values = std::array<std::optional<double>, kMembers>;
  EnsembleMembers(const Descriptor& descriptor, std::size_t dimension, Seed seed);

  /// The members' p values of a point; none of those that do not speak yet.
  Values step(std::span<const double> point);

  void save(ByteWriter& writer) const;
  void restore(ByteReader& reader);
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  HalfSpaceTrees trees_;
  Loda loda_;
  PcaSubspace pca_;
  std::array<TrailingRank, kMembers> ranks_;
};

class EnsembleHolm : public EnsembleMembers {
 public:
  static Descriptor describe();
  using EnsembleMembers::EnsembleMembers;
  double step(std::span<const double> point);
};

class EnsembleRankMean : public EnsembleMembers {
 public:
  static Descriptor describe();
  using EnsembleMembers::EnsembleMembers;
  double step(std::span<const double> point);
};

extern const CatalogueEntry ensemble_holm_entry;
extern const CatalogueEntry ensemble_rank_mean_entry;

}  // namespace dwell::detect
