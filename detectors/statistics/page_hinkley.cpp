// page-hinkley: the Page–Hinkley test on the standardised residuals, upwards.
//
// Page 1954; Hinkley 1971. Inputs: requests per member-data page (T0, sharded). Update: recursions.hpp, PageHinkley,
// with deviations (count - mean) / sd of the baseline, winsorised at `most_step` as in cusum-gaussian. The published
// limit is lambda = 50; thresholds belong to the harness, and the sum is not restarted at any. With the published delta
// and alpha the sum hardly drains: what it holds is nearly all the excess of the last 10,000 blocks above the lowest
// point. Score: the sum, of the page it names. State 5 kB a page, about 30 ns a block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/recursions.hpp"

namespace dwell::detect {
namespace {

class PageHinkleyChart : public OneNumber {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "page-hinkley", "Page-Hinkley test on requests per member-data page above a seasonal baseline",
        "Page 1954; Hinkley 1971");
    descriptor.check = "equals CUSUM at a fixed mean";
    descriptor.parameters.push_back({"delta", 0.005, 0, 10, "deviation that is tolerated, in sd"});
    descriptor.parameters.push_back({"alpha", 0.9999, 0.5, 1, "share of the sum that outlasts a block"});
    descriptor.parameters.push_back(most_step_parameter());
    return descriptor;
  }
  explicit PageHinkleyChart(const Descriptor& descriptor)
      : delta_(descriptor.parameter("delta")),
        alpha_(descriptor.parameter("alpha")),
        most_step_(descriptor.parameter("most_step")) {}

  double step(double count, const Expectation& expected) {
    PageHinkley test{value};
    value = test.step(excess_in_sd(count, expected, most_step_), delta_, alpha_);
    return value;
  }

 private:
  double delta_, alpha_, most_step_;
};

}  // namespace

constinit const CatalogueEntry page_hinkley_entry = page_chart_entry<PageHinkleyChart>();

}  // namespace dwell::detect
