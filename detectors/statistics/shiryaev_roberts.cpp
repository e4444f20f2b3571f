// shiryaev-roberts: ln R_n of the standardised residuals, for a shift of `theta` upwards.
//
// Shiryaev 1963; Roberts 1966. Inputs: requests per member-data page (T0, sharded). Update: recursions.hpp,
// ShiryaevRoberts, from R_0 = 0, with z = (count - mean) / sd of the baseline, winsorised at `most_step` so that R need
// not drain for days after one promotion.
// Score: ln R of the page it names; a limit A on R is ln A here. State 5 kB a page, about 50 ns a block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/recursions.hpp"

namespace dwell::detect {
namespace {

class ShiryaevRobertsChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "shiryaev-roberts", "Shiryaev-Roberts statistic of requests per member-data page above a seasonal baseline",
        "Shiryaev 1963; Roberts 1966");
    descriptor.check = "theta 1, A 559.9: run length 1,000, delay 11.14; R_n - n is a martingale";
    descriptor.parameters.push_back({"theta", 1, 0.05, 10, "shift looked for, in sd"});
    descriptor.parameters.push_back(most_step_parameter());
    return descriptor;
  }
  explicit ShiryaevRobertsChart(const Descriptor& descriptor)
      : theta_(descriptor.parameter("theta")), most_step_(descriptor.parameter("most_step")) {}

  double step(double count, const Expectation& expected) {
    return statistic_.step(excess_in_sd(count, expected, most_step_), theta_);
  }
  void save(ByteWriter& writer) const { writer.put(statistic_.value); }
  void restore(ByteReader& reader) { statistic_.value = reader.get<double>(); }
  [[nodiscard]] static constexpr std::uint64_t heap_bytes() { return 0; }

 private:
  double theta_, most_step_;
  ShiryaevRoberts statistic_;
};

}  // namespace

constinit const CatalogueEntry shiryaev_roberts_entry = page_chart_entry<ShiryaevRobertsChart>();

}  // namespace dwell::detect
