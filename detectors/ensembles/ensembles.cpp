#include "detectors/ensembles/ensembles.hpp"

#include <algorithm>

#include "detectors/learning/learner.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

Descriptor ensemble_descriptor(std::string name, std::string summary, std::string paper) {
  Descriptor d = learner_descriptor(std::move(name), std::move(summary), std::move(paper));
  d.parameters = {
      {"past", 672, 24, 100000, "last scores of a member among which its newest is ranked", Numbers::whole}};
  d.memory_bound_bytes = 32ULL << 20;
  d.check = "equal to members run by themselves to 1e-9";
  return d;
}

TrailingRank rank_of(const Descriptor& descriptor) {
  return TrailingRank(static_cast<std::size_t>(descriptor.parameter("past")));
}

}  // namespace

EnsembleMembers::EnsembleMembers(const Descriptor& descriptor, std::size_t dimension, Seed seed)
    : trees_(HalfSpaceTrees::describe(), dimension, seed),
      loda_(Loda::describe(), dimension, seed),
      pca_(PcaSubspace::describe(), dimension, seed),
      ranks_{rank_of(descriptor), rank_of(descriptor), rank_of(descriptor), rank_of(descriptor)} {}

EnsembleMembers::Values EnsembleMembers::step(std::span<const double> point) {
  double greatest = 0;
  for (const double x : point) greatest = std::max(greatest, x < 0 ? -x : x);
  const std::array<double, kMembers> scores = {trees_.step(point), loda_.step(point), pca_.step(point), greatest};
  Values values;
  for (std::size_t m = 0; m < kMembers; ++m) {
    if (scores[m] > 0) values[m] = ranks_[m].step(scores[m]);
  }
  return values;
}

void EnsembleMembers::save(ByteWriter& writer) const {
  trees_.save(writer);
  loda_.save(writer);
  pca_.save(writer);
  for (const TrailingRank& rank : ranks_) rank.save(writer);
}

void EnsembleMembers::restore(ByteReader& reader) {
  trees_.restore(reader);
  loda_.restore(reader);
  pca_.restore(reader);
  for (TrailingRank& rank : ranks_) rank.restore(reader);
}

std::uint64_t EnsembleMembers::bytes() const {
  std::uint64_t total = trees_.bytes() + loda_.bytes() + pca_.bytes();
  for (const TrailingRank& rank : ranks_) total += rank.bytes();
  return total;
}

Descriptor EnsembleHolm::describe() {
  return ensemble_descriptor("ensemble-holm", "least p value of four members on feature vectors, corrected by Holm",
                             "Holm 1979");
}

Descriptor EnsembleRankMean::describe() {
  return ensemble_descriptor("ensemble-rank-mean", "mean rank of four members on feature vectors",
                             "Aggarwal and Sathe 2015");
}

double EnsembleHolm::step(std::span<const double> point) {
  double least = 1;
  double speak = 0;
  for (const std::optional<double>& p : EnsembleMembers::step(point)) {
    if (!p) continue;
    least = std::min(least, *p);
    speak += 1;
  }
  return 0 - det_log(std::min(1.0, std::max(1.0, speak) * least));  // of 1 it is 0, not -0
}

double EnsembleRankMean::step(std::span<const double> point) {
  double sum = 0;
  double speak = 0;
  for (const std::optional<double>& p : EnsembleMembers::step(point)) {
    if (!p) continue;
    sum += *p;
    speak += 1;
  }
  return speak > 0 ? 0 - det_log(sum / speak) : 0;
}

constinit const CatalogueEntry ensemble_holm_entry = learner_entry<EnsembleHolm>();
constinit const CatalogueEntry ensemble_rank_mean_entry = learner_entry<EnsembleRankMean>();

}  // namespace dwell::detect
