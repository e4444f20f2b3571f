// windowed-gaussian: requests per block against the normal distribution of a sliding window.
//
// Lavin and Ahmad 2015 (NAB). Inputs: requests per member-data page (T0, sharded), as they are. NAB's configuration: a
// window of 6,400 values that slides by 100 (sliding_gaussian.hpp); here 44 days of ten-minute blocks.
// Score: |count - mean| / sd of the page it names; NAB's is 1 - Q(score), Q the upper tail of the standard normal,
// which is 1 to all digits beyond 8. Silent for the first 144 values, of which NAB makes scores too. State 67 kB a
// page, about 150 ns a block and page.

#include <algorithm>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/sliding_gaussian.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kLeastKnown = 144;  // a day of ten-minute blocks: a night is no measure of the morning

class WindowedGaussianChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor =
        own_model_descriptor("windowed-gaussian", "requests per member-data page against a sliding normal distribution",
                             "Lavin and Ahmad 2015 (NAB)");
    descriptor.check = "mean and sd of the window of 6,400, sliding by 100";
    descriptor.memory_bound_bytes = 8 << 20;
    descriptor.parameters.push_back({"window", 6400, 50, 100000, "values of the window", Numbers::whole});
    descriptor.parameters.push_back(
        {"stride", 100, 1, 10000, "values by which it slides; at most a window", Numbers::whole});
    return descriptor;
  }
  explicit WindowedGaussianChart(const Descriptor& descriptor)
      : gaussian_(static_cast<std::size_t>(descriptor.parameter("window")),
                  std::min(static_cast<std::size_t>(descriptor.parameter("stride")),
                           static_cast<std::size_t>(descriptor.parameter("window")))) {}

  double step(double count) {
    const double distance = count < gaussian_.mean() ? gaussian_.mean() - count : count - gaussian_.mean();
    const double score = gaussian_.known() < kLeastKnown ? 0 : distance / gaussian_.sd();
    gaussian_.learn(count);
    return score;
  }
  void save(ByteWriter& writer) const { gaussian_.save(writer); }
  void restore(ByteReader& reader) { gaussian_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return gaussian_.heap_bytes(); }

 private:
  SlidingGaussian gaussian_;
};

}  // namespace

constinit const CatalogueEntry windowed_gaussian_entry = page_chart_entry<WindowedGaussianChart>();

}  // namespace dwell::detect
