#pragma once
// Control charts on requests per member-data page: what ewma, cusum-gaussian and cusum-poisson share.
//
// Every window adds its requests per page; at the end of each block the count is judged against the page's seasonal
// baseline (seasonal_baseline.hpp), the chart takes one step and its statistic is the score of that page. Only then is
// the count learnt. Windows inside a block emit nothing, nor do the first seven days.
//
// A chart is a plain value with
//   static Descriptor describe();
//   explicit Chart(const Descriptor&);                     reads its parameters
//   double step(double count, const Expectation&);         one block; returns the score
//   double value;                                          all of its state

#include <array>
#include <memory>
#include <vector>

#include "detectors/api/detector.hpp"
#include "detectors/statistics/seasonal_baseline.hpp"

namespace dwell::detect {

/// MYPAGE, PROFILE, ADDR, address edit and order list.
inline constexpr std::uint32_t kFirstMemberPage = static_cast<std::uint32_t>(Page::mypage);
inline constexpr std::uint32_t kMemberPages = kPages - kFirstMemberPage;

/// Name, summary and paper as given; tier, topics, pages and bounds of a page chart; the baseline's parameters.
Descriptor page_chart_descriptor(std::string name, std::string summary, std::string paper);
/// Reads the baseline's parameters.
SeasonalOptions seasonal_options(const Descriptor& descriptor);
/// Adds the requests of each member-data page to the table, under the page's number: below 2 ns a row.
void count_pages(const WindowRows& rows, WindowTable& table);
/// An error when the reader ran out; more may follow in it, which belongs to others.
Status restored(const ByteReader& reader, const Descriptor& descriptor);

template <class Chart>
class PageChart final : public ShardedDetector {
 public:
  explicit PageChart(const Descriptor& descriptor)
      : descriptor_(descriptor),
        clock_(descriptor.parameter("block_minutes")),
        pages_(kMemberPages, {0, Chart(descriptor), SeasonalBaseline(seasonal_options(descriptor))}) {}

  [[nodiscard]] const Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<Detector> clone() const override { return std::make_unique<PageChart>(*this); }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    std::uint64_t total = sizeof(*this);
    for (const PageState& page : pages_) {
      total += sizeof(PageState) - sizeof(SeasonalBaseline) + page.baseline.state_bytes();
    }
    return total;
  }

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override { count_pages(rows, table); }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    if (!table.sums.empty()) {
      for (std::uint32_t i = 0; i < kMemberPages; ++i) pages_[i].count += table.sums.get(kFirstMemberPage + i);
    }
    if (!clock_.take(window)) return;
    for (std::uint32_t i = 0; i < kMemberPages; ++i) {
      PageState& page = pages_[i];
      const auto count = static_cast<double>(page.count);
      if (page.baseline.ready()) {
        const double score = page.chart.step(count, page.baseline.expect(clock_.place()));
        scores.emit({EntityKind::page, kFirstMemberPage + i}, score);
      }
      page.baseline.learn(clock_.place(), count);
      page.count = 0;
    }
    clock_.restart();
  }

  void save(ByteWriter& writer) const override {
    clock_.save(writer);
    for (const PageState& page : pages_) {
      writer.put(page.count);
      writer.put(page.chart.value);
      page.baseline.save(writer);
    }
  }
  Status restore(ByteReader& reader) override {
    clock_.restore(reader);
    for (PageState& page : pages_) {
      page.count = reader.get<std::int64_t>();
      page.chart.value = reader.get<double>();
      page.baseline.restore(reader);
    }
    return restored(reader, descriptor_);
  }

 private:
  struct PageState {
    std::int64_t count;
    Chart chart;
    SeasonalBaseline baseline;
  };
  Descriptor descriptor_;
  BlockClock clock_;
  std::vector<PageState> pages_;
};

template <class Chart>
constexpr CatalogueEntry page_chart_entry() {
  return {&Chart::describe, [](const Descriptor& descriptor, const Setting&) -> std::unique_ptr<Detector> {
            return std::make_unique<PageChart<Chart>>(descriptor);
          }};
}

}  // namespace dwell::detect
