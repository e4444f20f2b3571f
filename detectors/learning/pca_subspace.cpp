#include "detectors/learning/pca_subspace.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>

#include "detectors/common/excess.hpp"
#include "detectors/learning/learner.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {
constexpr double kLeastVariance = 1e-12;
constexpr double kLeastError = 1e-9;  // an error in units of variance that is none
}  // namespace

Descriptor PcaSubspace::describe() {
  Descriptor d = learner_descriptor("pca-subspace", "hours outside the space in which feature residuals usually move",
                                    "Lakhina et al. 2004; Jackson and Mudholkar 1979");
  d.parameters = {
      {"variance", .9, .1, .999, "share of the variance that the principal space holds"},
      {"alpha", .001, 1e-6, .5, "share of ordinary points above the limit, which is the unit of the score"},
      {"learn_points", 672, 8, 1e6, "time constant of mean and covariance, in points"},
      {"refit", 24, 1, 1e6, "points after which the space is made anew", Numbers::whole},
  };
  d.memory_bound_bytes = 1ULL << 20;
  d.check = "error above the limit for a share alpha of Gaussian points";
  return d;
}

constinit const CatalogueEntry pca_subspace_entry = learner_entry<PcaSubspace>();

PcaSubspace::PcaSubspace(const Descriptor& descriptor, std::size_t dimension, Seed)
    : dimension_(dimension),
      variance_(descriptor.parameter("variance")),
      alpha_(descriptor.parameter("alpha")),
      refit_(static_cast<std::uint32_t>(descriptor.parameter("refit"))),
      gaussian_(dimension, Forgetting(descriptor.parameter("learn_points")).keep(1)) {}

double PcaSubspace::limit(double phi1, double phi2, double phi3, double alpha) {
  const double h0 = std::max(.05, 1 - 2 * phi1 * phi3 / (3 * phi2 * phi2));
  const double c = -det_normal_quantile(alpha);
  const double root = c * det_sqrt(2 * phi2 * h0 * h0) / phi1 + 1 + phi2 * h0 * (h0 - 1) / (phi1 * phi1);
  return phi1 * det_pow(std::max(root, 1e-6), 1 / h0);
}

double PcaSubspace::step(std::span<const double> point) {
  DWELL_DEMAND(point.size() == dimension_, "a point of another dimension");
  blamed_.reset();
  const double score = limit_ > 0 ? error(point) / limit_ : 0;
  gaussian_.learn(point);
  if (++seen_ % refit_ == 0 && seen_ >= 4 * dimension_) refit();
  return score;
}

double PcaSubspace::error(std::span<const double> point) {
  std::vector<double> z(dimension_), left(dimension_, 0.0);
  for (std::size_t q = 0; q < dimension_; ++q) z[q] = (point[q] - mean_[q]) / sd_[q];
  double sum = 0;
  for (std::size_t at = 0; at < outside_.size(); at += dimension_) {
    double along = 0;
    for (std::size_t q = 0; q < dimension_; ++q) along += outside_[at + q] * z[q];
    for (std::size_t q = 0; q < dimension_; ++q) left[q] += along * outside_[at + q];
    sum += along * along;
  }
  const auto larger = [](double a, double b) { return a * a < b * b; };
  blamed_ = static_cast<std::size_t>(std::max_element(left.begin(), left.end(), larger) - left.begin());
  return sum;
}

void PcaSubspace::refit() {
  const auto d = static_cast<Eigen::Index>(dimension_);
  const std::vector<double> covariance = gaussian_.covariance();
  mean_.assign(gaussian_.mean().begin(), gaussian_.mean().end());
  sd_.resize(dimension_);
  for (std::size_t q = 0; q < dimension_; ++q)
    sd_[q] = det_sqrt(std::max(covariance[q * dimension_ + q], kLeastVariance));
  Eigen::MatrixXd correlation(d, d);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
      correlation(i, j) = covariance[a * dimension_ + b] / (sd_[a] * sd_[b]);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(correlation);
  // Eigenvalues ascend: those outside the space come first.
  const Eigen::VectorXd& lambda = solved.eigenvalues();
  const double most = (1 - variance_) * lambda.sum();
  double phi1 = 0, phi2 = 0, phi3 = 0;
  outside_.clear();
  for (Eigen::Index j = 0; j < d; ++j) {
    const double value = std::max(lambda[j], 0.0);
    if (phi1 + value > most) break;
    phi1 += value;
    phi2 += value * value;
    phi3 += value * value * value;
    for (Eigen::Index i = 0; i < d; ++i) outside_.push_back(solved.eigenvectors()(i, j));
  }
  limit_ = phi1 > kLeastError ? limit(phi1, phi2, phi3, alpha_) : 0;
}

std::uint64_t PcaSubspace::bytes() const {
  return gaussian_.bytes() + (mean_.capacity() + sd_.capacity() + outside_.capacity()) * sizeof(double);
}

void PcaSubspace::save(ByteWriter& writer) const {
  gaussian_.save(writer);
  writer.put(seen_);
  writer.put(limit_);
  writer.put_vector(mean_);
  writer.put_vector(sd_);
  writer.put_vector(outside_);
}

void PcaSubspace::restore(ByteReader& reader) {
  gaussian_.restore(reader);
  seen_ = reader.get<std::uint64_t>();
  limit_ = reader.get<double>();
  mean_ = reader.get_vector<double>();
  sd_ = reader.get_vector<double>();
  outside_ = reader.get_vector<double>();
  if (mean_.size() != sd_.size() || outside_.size() % dimension_ != 0 || (limit_ > 0 && mean_.size() != dimension_))
    reader.fail();
}

}  // namespace dwell::detect
