// glr-window: the window-limited generalised likelihood ratio of the standardised residuals, for a rise of unknown
// size.
//
// Lai 1998. Inputs: requests per member-data page (T0, sharded). Update: window_glr.hpp, with z = (count - mean) / sd
// of the baseline, winsorised at `most_step` as in cusum-gaussian. Score: the greatest log-likelihood ratio in nats of
// a rise of the page's mean within the last `window` blocks, against none. State 9 kB a page at a window of 200, about
// 60 ns a block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/window_glr.hpp"

namespace dwell::detect {
namespace {

class GlrChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = page_chart_descriptor(
        "glr-window", "window-limited likelihood ratio of a rise of requests per member-data page", "Lai 1998");
    descriptor.check = "equals the maximum over all change points";
    descriptor.memory_bound_bytes = 1 << 20;
    descriptor.parameters.push_back(
        {"window", 200, 2, 10000, "blocks within which the rise may have begun", Numbers::whole});
    descriptor.parameters.push_back(most_step_parameter());
    return descriptor;
  }
  explicit GlrChart(const Descriptor& descriptor)
      : most_step_(descriptor.parameter("most_step")),
        glr_(static_cast<std::uint32_t>(descriptor.parameter("window"))) {}

  double step(double count, const Expectation& expected) {
    return glr_.step(excess_in_sd(count, expected, most_step_));
  }
  void save(ByteWriter& writer) const { glr_.save(writer); }
  void restore(ByteReader& reader) { glr_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return glr_.heap_bytes(); }

 private:
  double most_step_;
  WindowGlr glr_;
};

}  // namespace

constinit const CatalogueEntry glr_window_entry = page_chart_entry<GlrChart>();

}  // namespace dwell::detect
