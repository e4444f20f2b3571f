// relative-entropy: the frequencies of request counts within a window against those of earlier windows.
//
// Wang et al. 2011, in NAB's configuration: 5 bins, windows of 52 values, limit the .99 quantile of chi-squared at 4
// degrees of freedom. Inputs: requests per member-data page (T0, sharded), as they are. Equations, what differs from
// NAB (the range, which it reads from the whole series) and `established`: frequency_hypotheses.hpp. Score: the least 2
// W D of the page's window to a usual one, in units of chi-squared; NAB's is 1 where that to any earlier one is not
// below the limit, else 0. Both ways: too few requests are as suspicious. State 10 kB a page for the first week, then 2
// kB; about 150 ns a block and page.

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/frequency_hypotheses.hpp"
#include "detectors/statistics/page_chart.hpp"

namespace dwell::detect {
namespace {

class RelativeEntropyChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = own_model_descriptor(
        "relative-entropy", "frequencies of requests per member-data page against those of earlier windows",
        "Wang et al. 2011; Lavin and Ahmad 2015 (NAB)");
    descriptor.check = "5 bins, W 52, chi-squared .99: windows that NAB's rule rejects";
    descriptor.memory_bound_bytes = 8 << 20;
    const FrequencyOptions defaults;
    for (const Parameter& parameter : {
             Parameter{"bins", static_cast<double>(defaults.bins), 2, 64, "bins of the range", Numbers::whole},
             Parameter{"window", static_cast<double>(defaults.window), 10, 1000, "values of a window", Numbers::whole},
             Parameter{"limit", defaults.limit, 0.1, 1000,
                       "chi-squared below which a window agrees: the .99 quantile at bins - 1 degrees of freedom"},
             Parameter{"established", static_cast<double>(defaults.established), 1, 1e6,
                       "windows that make a hypothesis a usual one", Numbers::whole},
             Parameter{"range_values", static_cast<double>(defaults.range_values), 1000, 100000,
                       "first values, which give the range", Numbers::whole},
             Parameter{"most_hypotheses", static_cast<double>(defaults.most_hypotheses), 1, 1000, "hypotheses held",
                       Numbers::whole},
         })
      descriptor.parameters.push_back(parameter);
    return descriptor;
  }
  explicit RelativeEntropyChart(const Descriptor& descriptor)
      : hypotheses_({.bins = static_cast<std::uint32_t>(descriptor.parameter("bins")),
                     .window = static_cast<std::uint32_t>(descriptor.parameter("window")),
                     .limit = descriptor.parameter("limit"),
                     .established = static_cast<std::uint32_t>(descriptor.parameter("established")),
                     .range_values = static_cast<std::uint32_t>(descriptor.parameter("range_values")),
                     .most_hypotheses = static_cast<std::uint32_t>(descriptor.parameter("most_hypotheses"))}) {}

  double step(double count) { return hypotheses_.step(count); }
  void save(ByteWriter& writer) const { hypotheses_.save(writer); }
  void restore(ByteReader& reader) { hypotheses_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return hypotheses_.heap_bytes(); }

 private:
  FrequencyHypotheses hypotheses_;
};

}  // namespace

constinit const CatalogueEntry relative_entropy_entry = page_chart_entry<RelativeEntropyChart>();

}  // namespace dwell::detect
