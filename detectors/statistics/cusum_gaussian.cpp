// cusum-gaussian: S_n of the standardised residuals, upwards.
//
// Inputs: requests per member-data page. Update: recursions.hpp, Cusum, with z = (count - mean) / sd of the seasonal
// baseline, winsorised at `most_step` (Lucas and Crosier 1982 make the chart robust to single outliers to the same
// end): a promotion or an export lasts until the level has followed, and the sum must not need days to drain after it.
// On a standard normal stream the run lengths become 343 / 973 (335.4 / 930.9 without), 8.47 / 10.52 after 1 sd.
// The design's limit is h = 4 or 5; thresholds belong to the harness, and S is not reset at any.
// On somebody's series the baseline is the mean and variance of all values before. State 5 kB a page, about 100 ns a
// block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/recursions.hpp"

namespace dwell::detect {
namespace {

class GaussianChart : public OneNumber {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "cusum-gaussian", "cumulative sum of requests per member-data page above a seasonal baseline", "Page 1954");
    descriptor.check = "run length 335.4 / 930.9 at h = 4 / 5, and 8.38 / 10.38 after a shift of 1 sd";
    descriptor.parameters.push_back({"k", 0.5, 0.01, 10, "reference value: half the shift looked for, in sd"});
    descriptor.parameters.push_back(most_step_parameter());
    return descriptor;
  }
  explicit GaussianChart(const Descriptor& descriptor)
      : k_(descriptor.parameter("k")), most_step_(descriptor.parameter("most_step")) {}

  double step(double count, const Expectation& expected) {
    Cusum cusum{value};
    value = cusum.step(excess_in_sd(count, expected, most_step_), k_);
    return value;
  }

 private:
  double k_, most_step_;
};

}  // namespace

constinit const CatalogueEntry cusum_gaussian_entry = page_chart_entry<GaussianChart>();

}  // namespace dwell::detect
