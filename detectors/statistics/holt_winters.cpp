// holt-winters: requests per block against a Holt–Winters forecast, in units of the deviation usual at that time of
// day.
//
// Brutlag 2000. Inputs: requests per member-data page (T0, sharded). Equations: seasonal_smoothing.hpp; level, trend
// and season are its own and of one page. `season` is counted in blocks: 144 of ten minutes are a day, 1,008 a week.
// The published band is delta = 2 to 3 deviations; thresholds belong to the harness. Score: |count - forecast| /
// max(deviation, least_deviation), of the page it names, from the third season on. State 2.4 kB a page and day of
// season, about 10 ns a block and page.

#include <algorithm>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/seasonal_smoothing.hpp"

namespace dwell::detect {
namespace {

class HoltWintersChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = own_model_descriptor(
        "holt-winters", "requests per member-data page against a Holt-Winters forecast", "Winters 1960; Brutlag 2000");
    descriptor.check = "zero residual on an exact season";
    descriptor.memory_bound_bytes = 1 << 20;
    const SmoothingOptions defaults;
    for (const Parameter& parameter : {
             Parameter{"season", static_cast<double>(defaults.season), 2, 10080,
                       "blocks (points of a series) of a season", Numbers::whole},
             Parameter{"alpha", defaults.alpha, 0, 1, "weight of the newest block in the level"},
             Parameter{"beta", defaults.beta, 0, 1, "weight of the newest difference of levels in the trend"},
             Parameter{"gamma", defaults.gamma, 0, 1, "weight of the newest season in season and deviation"},
             Parameter{"least_deviation", 1, 1e-9, 1e9, "deviation that is always allowed for, in requests"},
             Parameter{"two_sided", 1, 0, 1, "0: a shortfall is not suspicious", Numbers::whole},
         })
      descriptor.parameters.push_back(parameter);
    return descriptor;
  }
  explicit HoltWintersChart(const Descriptor& descriptor)
      : least_deviation_(descriptor.parameter("least_deviation")),
        two_sided_(descriptor.parameter("two_sided") >= 0.5),
        smoothing_({.season = static_cast<std::uint32_t>(descriptor.parameter("season")),
                    .alpha = descriptor.parameter("alpha"),
                    .beta = descriptor.parameter("beta"),
                    .gamma = descriptor.parameter("gamma")}) {}

  double step(double count) {
    const SeasonalSmoothing::Judgement found = smoothing_.step(count);
    if (!found.judged) return 0;
    const double distance = found.residual < 0 && two_sided_ ? -found.residual : std::max(0.0, found.residual);
    return distance / std::max(found.deviation, least_deviation_);
  }
  void save(ByteWriter& writer) const { smoothing_.save(writer); }
  void restore(ByteReader& reader) { smoothing_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return smoothing_.heap_bytes(); }

 private:
  double least_deviation_;
  bool two_sided_;
  SeasonalSmoothing smoothing_;
};

}  // namespace

constinit const CatalogueEntry holt_winters_entry = page_chart_entry<HoltWintersChart>();

}  // namespace dwell::detect
