#include "detectors/learning/running_gaussian.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "sim/core/check.hpp"

namespace dwell::detect {

RunningGaussian::RunningGaussian(std::size_t dimension, double keep)
    : dimension_(dimension), keep_(keep), mean_(dimension, 0.0), scatter_(dimension * dimension, 0.0) {
  DWELL_DEMAND(dimension >= 1 && keep > 0 && keep <= 1,
               "RunningGaussian: keep lies in (0, 1], dimension is at least 1");
}

void RunningGaussian::learn(std::span<const double> x) {
  DWELL_DEMAND(x.size() == dimension_, "a vector of another dimension");
  weight_ = keep_ * weight_ + 1;
  square_weight_ = keep_ * keep_ * square_weight_ + 1;
  std::vector<double> before(dimension_);
  for (std::size_t i = 0; i < dimension_; ++i) {
    before[i] = x[i] - mean_[i];
    mean_[i] += before[i] / weight_;
  }
  for (std::size_t i = 0; i < dimension_; ++i) {
    for (std::size_t j = 0; j < dimension_; ++j) {
      double& cell = scatter_[i * dimension_ + j];
      // δ (x - m_new)ᵀ written symmetrically: x - m_new = δ (1 - 1/W).
      cell = keep_ * cell + before[i] * before[j] * (1 - 1 / weight_);
    }
  }
}

double RunningGaussian::distance_squared(std::span<const double> x, double least_variance) const {
  DWELL_DEMAND(x.size() == dimension_, "a vector of another dimension");
  const double freedom = weight_ - square_weight_ / std::max(weight_, 1.0);
  if (weight_ < 3 * static_cast<double>(dimension_) || freedom <= 0) return 0;
  const auto d = static_cast<Eigen::Index>(dimension_);
  Eigen::MatrixXd covariance = Eigen::Map<const Eigen::MatrixXd>(scatter_.data(), d, d) / freedom;
  covariance.diagonal().array() += least_variance;
  Eigen::VectorXd offset(d);
  for (Eigen::Index i = 0; i < d; ++i) {
    const auto at = static_cast<std::size_t>(i);
    offset[i] = x[at] - mean_[at];
  }
  return std::max(0.0, offset.dot(covariance.ldlt().solve(offset)));
}

std::vector<double> RunningGaussian::covariance() const {
  const double freedom = weight_ - square_weight_ / std::max(weight_, 1.0);
  std::vector<double> out(scatter_);
  for (double& value : out) value = freedom > 0 ? value / freedom : 0;
  return out;
}

void RunningGaussian::save(ByteWriter& writer) const {
  writer.put(weight_);
  writer.put(square_weight_);
  writer.put_vector(mean_);
  writer.put_vector(scatter_);
}

void RunningGaussian::restore(ByteReader& reader) {
  weight_ = reader.get<double>();
  square_weight_ = reader.get<double>();
  mean_ = reader.get_vector<double>();
  scatter_ = reader.get_vector<double>();
}

}  // namespace dwell::detect
