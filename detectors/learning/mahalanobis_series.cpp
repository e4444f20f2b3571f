#include "detectors/common/excess.hpp"
#include "detectors/learning/mahalanobis.hpp"
#include "detectors/learning/running_gaussian.hpp"

namespace dwell::detect {
namespace {

class MahalanobisSeries final : public SeriesDetector {
 public:
  MahalanobisSeries(const Descriptor& descriptor, std::size_t columns)
      : gaussian_(columns, Forgetting(descriptor.parameter("learn_days") * kRowsADay).keep(1)) {}

  double step(double, std::span<const double> values) override {
    const double score = gaussian_.distance_squared(values);
    gaussian_.learn(values);
    return score;
  }

 private:
  static constexpr double kRowsADay = 24;
  RunningGaussian gaussian_;
};

}  // namespace

std::unique_ptr<SeriesDetector> make_mahalanobis_series(const Descriptor& descriptor, std::size_t columns) {
  return std::make_unique<MahalanobisSeries>(descriptor, columns);
}

}  // namespace dwell::detect
