#pragma once
// Charts on requests per member-data page, on telemetry and on somebody's own series: one chart a page or column.
//
// Every window adds its requests per page; at the end of each block the count is judged, the chart takes one step and
// its statistic is the score of that page. Windows inside a block emit nothing. A chart is a plain value with
//   static Descriptor describe();
//   explicit Chart(const Descriptor&);                    reads its parameters
//   void save(ByteWriter&) const; void restore(ByteReader&);
//   std::uint64_t heap_bytes() const;                     beyond its own size
// and one of
//   double step(double count, const Expectation&);        judged against a baseline that is kept for it
//   double step(double count);                            with a model of its own; 0 while it knows too little
// `step` scores first and learns then. The baseline is seasonal_baseline.hpp on telemetry, which is learnt after the
// step and silent for seven days; on a series, which need not have a season, it is running_moments.hpp.

#include <algorithm>
#include <concepts>
#include <memory>
#include <string_view>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/statistics/page_counts.hpp"
#include "detectors/statistics/running_moments.hpp"
#include "detectors/statistics/seasonal_baseline.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {

/// Whether a chart is judged against a baseline.
template <class Chart>
concept Judged = requires(Chart chart, const Expectation& expected) {
  { chart.step(1.0, expected) } -> std::same_as<double>;
};

/// Name, summary and paper as given; tier, topics, pages and bounds of a page chart; `block_minutes` and, for a chart
/// that is judged against it, the baseline's parameters.
Descriptor page_chart_descriptor(std::string name, std::string summary, std::string paper);
Descriptor own_model_descriptor(std::string name, std::string summary, std::string paper);
/// Reads the baseline's parameters.
SeasonalOptions seasonal_options(const Descriptor& descriptor);

/// One chart and, where it is judged against one, its baseline.
template <class Chart>
class PageModel {
 public:
  explicit PageModel(const Descriptor& descriptor) : chart_(descriptor) {}
  double step(const BlockPlace&, double count) { return chart_.step(count); }
  void save(ByteWriter& writer) const { chart_.save(writer); }
  void restore(ByteReader& reader) { chart_.restore(reader); }
  [[nodiscard]] std::uint64_t heap_bytes() const { return chart_.heap_bytes(); }

 private:
  Chart chart_;
};

template <Judged Chart>
class PageModel<Chart> {
 public:
  explicit PageModel(const Descriptor& descriptor) : chart_(descriptor), baseline_(seasonal_options(descriptor)) {}
  double step(const BlockPlace& place, double count) {
    if (!baseline_.ready()) {
      baseline_.learn(place, count);
      return 0;
    }
    const Expectation expected = baseline_.expect(place);
    const double score = chart_.step(count, expected);
    baseline_.learn(place, count, expected);
    return score;
  }
  void save(ByteWriter& writer) const {
    chart_.save(writer);
    baseline_.save(writer);
  }
  void restore(ByteReader& reader) {
    chart_.restore(reader);
    baseline_.restore(reader);
  }
  [[nodiscard]] std::uint64_t heap_bytes() const { return chart_.heap_bytes() + baseline_.heap_bytes(); }

 private:
  Chart chart_;
  SeasonalBaseline baseline_;
};

template <class Chart>
class PageChart final : public ShardedDetector {
 public:
  explicit PageChart(const Descriptor& descriptor)
      : descriptor_(std::make_shared<const Descriptor>(descriptor)),
        clock_(descriptor.parameter("block_minutes")),
        pages_(kMemberPages, PageModel<Chart>(descriptor)) {}

  [[nodiscard]] const Descriptor& descriptor() const override { return *descriptor_; }
  [[nodiscard]] std::unique_ptr<Detector> clone() const override { return std::make_unique<PageChart>(*this); }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    std::uint64_t total = sizeof(*this) + pages_.capacity() * sizeof(PageModel<Chart>);
    for (const PageModel<Chart>& page : pages_) total += page.heap_bytes();
    return total;
  }

  [[nodiscard]] std::string_view table_name() const override { return kPageCountsTable; }
  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override { count_pages(rows, table); }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    add_counts(table, counts_);
    if (clock_.take(window)) judge(scores);
  }

  void save(ByteWriter& writer) const override {
    clock_.save(writer);
    for (const std::int64_t count : counts_) writer.put(count);
    for (const PageModel<Chart>& page : pages_) page.save(writer);
  }
  Status restore(ByteReader& reader) override {
    clock_.restore(reader);
    for (std::int64_t& count : counts_) count = reader.get<std::int64_t>();
    for (PageModel<Chart>& page : pages_) page.restore(reader);
    return restored(reader, *descriptor_);
  }

 private:
  void judge(Scores& scores) {
    for (std::uint32_t i = 0; i < kMemberPages; ++i) {
      const double score = pages_[i].step(clock_.place(), static_cast<double>(counts_[i]));
      if (score != 0) scores.emit({EntityKind::page, kFirstMemberPage + i}, score);
    }
    counts_ = {};
    clock_.restart();
  }

  std::shared_ptr<const Descriptor> descriptor_;
  BlockClock clock_;
  PageCounts counts_{};
  std::vector<PageModel<Chart>> pages_;
};

/// The chart on somebody's own series: each column has one of its own, and the score is the greatest of them.
template <class Chart>
class SeriesChart final : public SeriesDetector {
 public:
  SeriesChart(const Descriptor& descriptor, std::size_t columns) : columns_(columns, Column{Chart(descriptor), {}}) {}
  double step(double, std::span<const double> values) override {
    double most = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) most = std::max(most, step(columns_[i], values[i]));
    return most;
  }

 private:
  struct Column {
    Chart chart;
    RunningMoments moments;
  };
  static double step(Column& column, double value) {
    if constexpr (Judged<Chart>) {
      const double score = column.moments.ready() ? column.chart.step(value, column.moments.expect()) : 0;
      column.moments.learn(value);
      return score;
    } else {
      return column.chart.step(value);
    }
  }
  std::vector<Column> columns_;
};

template <class Chart>
constexpr CatalogueEntry page_chart_entry() {
  return {&Chart::describe,
          [](const Descriptor& descriptor, const Setting&) -> std::unique_ptr<Detector> {
            return std::make_unique<PageChart<Chart>>(descriptor);
          },
          [](const Descriptor& descriptor, std::size_t columns) -> std::unique_ptr<SeriesDetector> {
            return std::make_unique<SeriesChart<Chart>>(descriptor, columns);
          }};
}

/// Standard deviations by which a count exceeds what was expected, winsorised at `most`.
inline double excess_in_sd(double count, const Expectation& expected, double most) {
  return std::min(most, (count - expected.mean) / det_sqrt(expected.variance));
}
/// The parameter that says so.
Parameter most_step_parameter();

/// For charts whose state is one number.
struct OneNumber {
  double value = 0;
  void save(ByteWriter& writer) const { writer.put(value); }
  void restore(ByteReader& reader) { value = reader.get<double>(); }
  [[nodiscard]] static constexpr std::uint64_t heap_bytes() { return 0; }
};

}  // namespace dwell::detect
