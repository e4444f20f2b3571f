// bocpd: Bayesian online change-point detection on the standardised residuals.
//
// Adams and MacKay 2007. Inputs: requests per member-data page (T0, sharded). Model, recursion and the bound on run
// lengths: run_length_posterior.hpp, with z = (count - mean) / sd of the baseline, winsorised at `most_step` both ways.
// Hazard 1/100. Under a constant hazard the probability of r_n = 0 is always the hazard, so it cannot be a score.
// Score: -ln P(r_n >= recent), nats of evidence for a change of the page's mean within the last `recent` blocks; 0
// unless the posterior mean lies above the baseline. State 7 kB a page, about .8 µs a block and page.

#include <algorithm>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/run_length_posterior.hpp"

namespace dwell::detect {
namespace {

class BocpdChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "bocpd", "Bayesian online change-point detection on requests per member-data page", "Adams and MacKay 2007");
    descriptor.check = "run-length posterior of toy series by enumeration of all segmentations";
    descriptor.memory_bound_bytes = 1 << 20;
    descriptor.time_bound_ns = 300;
    const RunLengthOptions defaults;
    for (const Parameter& parameter : {
             Parameter{"hazard", defaults.hazard, 1e-6, 0.5, "probability of a change at any block"},
             Parameter{"prior_sd", defaults.prior_sd, 0.01, 100, "of the mean after a change, in sd of a block"},
             Parameter{"recent", static_cast<double>(defaults.recent), 1, 10000,
                       "blocks within which a change is suspicious", Numbers::whole},
             Parameter{"most_runs", static_cast<double>(defaults.most_runs), 8, 1024, "run lengths held",
                       Numbers::whole},
             Parameter{"two_sided", 0, 0, 1, "1: a change downwards is as suspicious", Numbers::whole},
         })
      descriptor.parameters.push_back(parameter);
    descriptor.parameters.push_back(most_step_parameter());
    return descriptor;
  }
  explicit BocpdChart(const Descriptor& descriptor)
      : most_step_(descriptor.parameter("most_step")),
        two_sided_(descriptor.parameter("two_sided") >= 0.5),
        posterior_({.hazard = descriptor.parameter("hazard"),
                    .prior_sd = descriptor.parameter("prior_sd"),
                    .recent = static_cast<std::uint64_t>(descriptor.parameter("recent")),
                    .most_runs = static_cast<std::uint32_t>(descriptor.parameter("most_runs"))}) {}

  double step(double count, const Expectation& expected) {
    posterior_.step(std::max(-most_step_, excess_in_sd(count, expected, most_step_)));
    return two_sided_ || posterior_.mean() > 0 ? posterior_.evidence_of_change() : 0;
  }
  void save(ByteWriter& writer) const { posterior_.save(writer); }
  void restore(ByteReader& reader) { posterior_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return posterior_.heap_bytes(); }

 private:
  double most_step_;
  bool two_sided_;
  RunLengthPosterior posterior_;
};

}  // namespace

constinit const CatalogueEntry bocpd_entry = page_chart_entry<BocpdChart>();

}  // namespace dwell::detect
