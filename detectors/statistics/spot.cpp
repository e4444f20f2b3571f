// spot, dspot: requests per block against the tail of their own past.
//
// Siffer, Fouque, Termier and Largouët 2017. Inputs: requests per member-data page (T0, sharded). Equations and the
// moments of fitting: peaks_over_threshold.hpp, pareto_tail.hpp. q 1e-4, level 98 %, 1,000 values to calibrate.
//   spot   judges the count itself, with the day's rhythm in it: blocks of ten minutes, so a week calibrates it.
//   dspot  judges the count less the mean of the last `depth` = 450 counts, of which anomalies are none. Blocks of five
//          minutes: depth and calibration together take five days.
// Neither learns anything from an anomaly, as published: a rise that lasts stays one until it ends.
// Score: -ln of the tail probability of the block's count under the page's past; 0 below the threshold t. The published
// alarm is -ln q = 9.21. State 10 kB a page (dspot 13 kB), a few ns a block and page, and 50 µs a fit: about one fit a
// page in a week.

#include <utility>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_chart.hpp"
#include "detectors/statistics/peaks_over_threshold.hpp"

namespace dwell::detect {
namespace {

Descriptor describe_tail(std::string name, std::string summary) {
  Descriptor descriptor = own_model_descriptor(std::move(name), std::move(summary), "Siffer et al. 2017");
  descriptor.check = "exceedance rate q on a Pareto tail";
  descriptor.memory_bound_bytes = 16 << 20;
  const PeaksOptions defaults;
  for (const Parameter& parameter : {
           Parameter{"q", defaults.q, 1e-12, 0.1,
                     "probability below which a value is an anomaly, of which nothing is learnt"},
           Parameter{"level", defaults.level, 0.5, 0.999, "quantile that is the threshold of peaks"},
           Parameter{"init", static_cast<double>(defaults.init), 50, 100000, "values that calibrate", Numbers::whole},
           Parameter{"most_peaks", static_cast<double>(defaults.most_peaks), 8, 5000, "newest peaks that are fitted",
                     Numbers::whole},
       })
    descriptor.parameters.push_back(parameter);
  return descriptor;
}

PeaksOptions peaks_options(const Descriptor& descriptor) {
  return {.q = descriptor.parameter("q"),
          .level = descriptor.parameter("level"),
          .init = static_cast<std::uint32_t>(descriptor.parameter("init")),
          .most_peaks = static_cast<std::uint32_t>(descriptor.parameter("most_peaks"))};
}

class SpotChart {
 public:
  static Descriptor describe() {
    return describe_tail("spot", "requests per member-data page against a Pareto tail of their past");
  }
  explicit SpotChart(const Descriptor& descriptor) : peaks_(peaks_options(descriptor)) {}

  double step(double count) { return peaks_.step(count).surprise; }
  void save(ByteWriter& writer) const { peaks_.save(writer); }
  void restore(ByteReader& reader) { peaks_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return peaks_.heap_bytes(); }

 private:
  PeaksOverThreshold peaks_;
};

class DspotChart {
 public:
  static Descriptor describe() {
    Descriptor descriptor = describe_tail(
        "dspot", "requests per member-data page above their moving average, against a Pareto tail of their past");
    descriptor.parameters.front().value = 5;
    descriptor.parameters.push_back({"depth", 450, 1, 100000, "values of the moving average", Numbers::whole});
    return descriptor;
  }
  explicit DspotChart(const Descriptor& descriptor)
      : depth_(static_cast<std::size_t>(descriptor.parameter("depth"))), peaks_(peaks_options(descriptor)) {
    last_.reserve(depth_);
  }

  double step(double count) {
    if (last_.size() < depth_) {
      last_.push_back(count);
      sum_ += count;
      return 0;
    }
    const PeaksOverThreshold::Judgement found = peaks_.step(count - sum_ / static_cast<double>(depth_));
    if (!found.anomaly) follow(count);
    return found.surprise;
  }
  void save(ByteWriter& writer) const {
    writer.put(static_cast<std::uint64_t>(oldest_));
    writer.put(sum_);
    writer.put_vector(last_);
    peaks_.save(writer);
  }
  void restore(ByteReader& reader) {
    oldest_ = static_cast<std::size_t>(reader.get<std::uint64_t>()) % depth_;
    sum_ = reader.get<double>();
    last_ = reader.get_vector<double>();
    if (last_.size() > depth_) reader.fail();
    peaks_.restore(reader);
  }
  [[nodiscard]] std::uint64_t heap_bytes() const { return last_.capacity() * sizeof(double) + peaks_.heap_bytes(); }

 private:
  void follow(double count) {
    sum_ += count - std::exchange(last_[oldest_], count);
    if (++oldest_ < depth_) return;
    oldest_ = 0;
    // Afresh once a round: what is rounded in a difference must not add up.
    sum_ = 0;
    for (const double value : last_) sum_ += value;
  }

  std::size_t depth_;
  std::size_t oldest_ = 0;
  double sum_ = 0;
  std::vector<double> last_;
  PeaksOverThreshold peaks_;
};

}  // namespace

constinit const CatalogueEntry spot_entry = page_chart_entry<SpotChart>();
constinit const CatalogueEntry dspot_entry = page_chart_entry<DspotChart>();

}  // namespace dwell::detect
