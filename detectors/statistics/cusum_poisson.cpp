// cusum-poisson: S_n of the log-likelihood ratio of `ratio` times the expected requests against the expected ones.
//
// Inputs: requests per member-data page. Update: recursions.hpp, PoissonCusum, with the mean of the seasonal baseline.
// Variance beyond Poisson is not modelled, as published: at large scales the score is that of a biased coin, and the
// threshold carries it.
// On somebody's series the baseline is the mean and variance of all values before. State 5 kB a page, about 100 ns a
// block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/recursions.hpp"

namespace dwell::detect {
namespace {

class PoissonChart : public OneNumber {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "cusum-poisson", "Poisson likelihood-ratio cumulative sum of requests per member-data page",
        "Page 1954; Lucas 1985");
    descriptor.check = "run lengths of its exact Markov chain";
    descriptor.parameters.push_back({"ratio", 1.5, 1.01, 100, "rate looked for, as a multiple of the expected"});
    return descriptor;
  }
  explicit PoissonChart(const Descriptor& descriptor)
      : ratio_(descriptor.parameter("ratio")), log_ratio_(det_log(ratio_)) {}

  double step(double count, const Expectation& expected) {
    PoissonCusum cusum{value};
    value = cusum.step(count, expected.mean, ratio_, log_ratio_);
    return value;
  }

 private:
  double ratio_, log_ratio_;
};

}  // namespace

constinit const CatalogueEntry cusum_poisson_entry = page_chart_entry<PoissonChart>();

}  // namespace dwell::detect
