// ewma: E_n of the standardised residuals, in units of its own standard deviation.
//
// Inputs: requests per member-data page. Update: recursions.hpp, Ewma, with z = (count - mean) / sd of the seasonal
// baseline. Only excess is suspicious by default; the published two-sided design is `two_sided` 1. The design's limit
// is L = 2.814; thresholds belong to the harness.
// On somebody's series the baseline is the mean and variance of all values before. State 5 kB a page, about 100 ns a
// block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/recursions.hpp"

namespace dwell::detect {
namespace {

class EwmaChart : public OneNumber {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "ewma", "moving average of requests per member-data page above a seasonal baseline", "Roberts 1959");
    descriptor.check = "run length 499.6, and 10.33 after a shift of 1 sd";
    descriptor.parameters.push_back({"lambda", 0.1, 0.001, 1, "weight of the newest block"});
    descriptor.parameters.push_back(
        {"two_sided", 0, 0, 1, "1: a shortfall is as suspicious as an excess", Numbers::whole});
    return descriptor;
  }
  explicit EwmaChart(const Descriptor& descriptor)
      : lambda_(descriptor.parameter("lambda")), two_sided_(descriptor.parameter("two_sided") >= 0.5) {}

  double step(double count, const Expectation& expected) {
    Ewma ewma{value};
    const double score = ewma.step((count - expected.mean) / det_sqrt(expected.variance), lambda_);
    value = ewma.value;
    return two_sided_ && score < 0 ? -score : score;
  }

 private:
  double lambda_;
  bool two_sided_;
};

}  // namespace

constinit const CatalogueEntry ewma_entry = page_chart_entry<EwmaChart>();

}  // namespace dwell::detect
