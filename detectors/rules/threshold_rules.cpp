#include "detectors/rules/threshold_rules.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "detectors/common/described.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::int64_t kFewestDays = 7;
constexpr std::int64_t kNoDay = INT64_MIN;
constexpr std::uint32_t kGroupFactor = 0x9e3779b1;  // of a multiplicative hash of 32 bits
constexpr double kLeastNamed = 0.1;
constexpr double kLeastPageNamed = 0.5;

class ThresholdRules final : public Described<ThresholdRules, ShardedDetector> {
 public:
  explicit ThresholdRules(const Descriptor& descriptor)
      : Described(descriptor),
        data_limit_(parameter("member_data_per_minute")),
        any_limit_(parameter("requests_per_minute")),
        page_factor_(parameter("page_day_factor")),
        days_(static_cast<std::size_t>(whole("trailing_days"))),
        day_us_(Duration::days(1).us),
        ring_(days_) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    // An entry two requests (Pair), and one for the pages of up to PageSum::kMostRows.
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    const std::size_t sums = (size + PageSum::kMostRows - 1) / PageSum::kMostRows;
    SparseTable::Entry* out = table.list.extend((size + 1) / 2 + sums);
    const auto is_data = [](std::uint8_t page) { return is_member_data(static_cast<Page>(page)); };
    for (std::size_t begin = 0; begin < size; begin += PageSum::kMostRows) {
      const std::size_t end = std::min(size, begin + PageSum::kMostRows);
      PageSum pages;
      std::size_t i = begin;
      for (; i + 1 < end; i += 2) {
        const std::uint8_t first = access.page(i);
        const std::uint8_t second = access.page(i + 1);
        pages.add(first);
        pages.add(second);
        *out++ = Pair::pack(access.source(i), is_data(first), access.source(i + 1), is_data(second));
      }
      if (i < end) {
        const std::uint8_t page = access.page(i);
        pages.add(page);
        *out++ = Pair::pack(access.source(i), is_data(page));
      }
      *out++ = pages.pack();
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    begin_day(window.begin_us / day_us_);
    const double minutes = static_cast<double>(window.end_us - window.begin_us) / 60e6;
    const double any = 1 / (any_limit_ * minutes);
    const double data = 1 / (data_limit_ * minutes);
    // Most sources are far below: whole numbers tell them apart from the few that may be named.
    const double least = std::max(kLeastNamed, scores.floor());
    const Reach reach(static_cast<std::int64_t>(std::min(least / any, 1e9)),
                      static_cast<std::int64_t>(std::min(least / data, 1e9)));
    count_requests(table.list.entries(), reach);
    for (const SparseTable::Entry& entry : frequent_.entries()) {
      if (!reach.holds(entry.value)) continue;
      const auto anything = static_cast<double>(entry.value & 0xffffffffLL);
      const double score = std::max(anything * any, static_cast<double>(entry.value >> 32) * data);
      if (score > least) scores.emit({EntityKind::source, entry.key}, score);
    }
    if (window.end_us / Duration::hours(1).us != window.begin_us / Duration::hours(1).us) judge_pages(scores);
  }

  void save(ByteWriter& writer) const override {
    writer.put_vector(ring_);
    writer.put(today_);
    writer.put(day_);
    writer.put(held_);
  }
  Status restore(ByteReader& reader) override {
    ring_ = reader.get_vector<PageCounts>();
    today_ = reader.get<PageCounts>();
    day_ = reader.get<std::int64_t>();
    held_ = reader.get<std::int64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return ring_.capacity() * sizeof(PageCounts) + sizeof *this + groups_.capacity() * sizeof(std::int64_t) +
           frequent_.bytes();
  }

 private:
  using PageCounts = std::array<std::int64_t, kPages>;

  /// Requests of each page, side by side in two words: no branch and no counter in memory on a row. As an entry of the
  /// list its value is below 0.
  class PageSum {
   public:
    static constexpr unsigned kBits = 10;
    static constexpr std::size_t kMostRows = 1022;  // even, so that pairs do not straddle sums
    void add(std::uint8_t page) {
      low_ += kAdds[page % kAdds.size()][0];
      high_ += kAdds[page % kAdds.size()][1];
    }
    [[nodiscard]] SparseTable::Entry pack() const {
      return {low_, static_cast<std::int64_t>(high_ | std::uint64_t{1} << 63)};
    }
    /// Adds what an entry holds to `counts`; the requests of member-data pages among it.
    [[gnu::noinline]] static std::int64_t unpack(const SparseTable::Entry& entry, PageCounts& counts) {
      std::int64_t data = 0;
      for (std::size_t page = 0; page < kPages; ++page) {
        const std::uint64_t word = page < kInLow ? entry.key : static_cast<std::uint64_t>(entry.value);
        const auto count = static_cast<std::int64_t>(word >> page % kInLow * kBits & ((1U << kBits) - 1));
        counts[page] += count;
        data += is_member_data(static_cast<Page>(page)) ? count : 0;
      }
      return data;
    }

   private:
    static constexpr std::size_t kInLow = 6;
    static constexpr std::array<std::array<std::uint64_t, 2>, 16> kAdds = [] {
      static_assert(kPages <= 2 * kInLow && kMostRows >> kBits == 0);
      std::array<std::array<std::uint64_t, 2>, 16> adds{};
      for (std::size_t page = 0; page < kPages; ++page)
        adds[page][page / kInLow] = std::uint64_t{1} << page % kInLow * kBits;
      return adds;
    }();
    std::uint64_t low_ = 0, high_ = 0;
  };

  /// The requests of two sources, or of one, as an entry of the list: whether each is for member data and whether there
  /// is a second are bits of its value. Entries with a value below 0 are pages instead.
  struct Pair {
    static SparseTable::Entry pack(std::uint32_t first, bool first_data, std::uint32_t second, bool second_data) {
      return {static_cast<std::uint64_t>(second) << 32 | first, 4 | (second_data ? 2 : 0) | (first_data ? 1 : 0)};
    }
    static SparseTable::Entry pack(std::uint32_t source, bool data) { return {source, data ? 1 : 0}; }
    /// Calls `count(source, counts)` for each: 1, and for member data another 1 above bit 32.
    template <class Count>
    static void unpack(const SparseTable::Entry& entry, Count count) {
      count(static_cast<std::uint32_t>(entry.key), 1 | (entry.value & 1) << 32);
      if ((entry.value & 4) != 0) count(static_cast<std::uint32_t>(entry.key >> 32), 1 | (entry.value & 2) << 31);
    }
  };
  /// Whether packed counts reach one of two limits: adding `lift` then carries into the highest bit of that half.
  struct Reach {
    static constexpr std::uint64_t kCarries = 1ULL << 63 | 1ULL << 31;
    Reach(std::int64_t any_limit, std::int64_t data_limit)
        : any(any_limit),
          data(data_limit),
          lift(kCarries - (static_cast<std::uint64_t>(data) << 32) - static_cast<std::uint64_t>(any)) {}
    [[nodiscard]] bool holds(std::int64_t counts) const {
      return ((static_cast<std::uint64_t>(counts) + lift) & kCarries) != 0;
    }
    std::int64_t any, data;
    std::uint64_t lift;
  };

  /// Adds up requests by page, and by source where some source may reach a limit.
  void count_requests(std::span<const SparseTable::Entry> entries, const Reach& reach) {
    frequent_.clear();
    if (static_cast<std::int64_t>(entries.size()) * 2 >= reach.any) return count_frequent<true>(entries, reach);
    // No source has more than all of them have together.
    std::int64_t data = 0;
    for (const SparseTable::Entry& entry : entries) {
      if (entry.value < 0) data += PageSum::unpack(entry, today_);
    }
    if (data >= reach.data) count_frequent<false>(entries, reach);
  }
  /// Adds up requests by source where sources that share a hash do not all stay below the limits: nearly none, so that
  /// hardly a source is looked up by itself. By page, too, where `pages`.
  template <bool pages>
  void count_frequent(std::span<const SparseTable::Entry> entries, const Reach& reach) {
    const std::size_t groups = std::bit_ceil(entries.size() + 2);
    const auto shift = 32U - static_cast<unsigned>(std::countr_zero(groups));
    groups_.assign(groups, 0);
    std::int64_t* const counted = groups_.data();
    const auto group_of = [&](std::uint32_t source) { return source * kGroupFactor >> shift; };
    std::uint64_t reached = 0;
    for (const SparseTable::Entry& entry : entries) {
      if (entry.value < 0) {
        if constexpr (pages) PageSum::unpack(entry, today_);
        continue;
      }
      Pair::unpack(entry, [&](std::uint32_t source, std::int64_t counts) {
        std::int64_t& group = counted[group_of(source)];
        group += counts;
        reached |= static_cast<std::uint64_t>(group) + reach.lift;
      });
    }
    if ((reached & Reach::kCarries) == 0) return;
    for (const SparseTable::Entry& entry : entries) {
      if (entry.value < 0) continue;
      Pair::unpack(entry, [&](std::uint32_t source, std::int64_t counts) {
        if (reach.holds(counted[group_of(source)])) frequent_.add(source, counts);
      });
    }
  }

  void begin_day(std::int64_t day) {
    if (day == day_) return;
    // The first day counts only if it was seen whole, which the harness's runs from midnight do.
    if (day_ != kNoDay) ring_[static_cast<std::size_t>(held_++) % days_] = today_;
    today_.fill(0);
    day_ = day;
  }
  void judge_pages(Scores& scores) const {
    if (held_ < kFewestDays) return;
    const auto days = static_cast<std::size_t>(std::min<std::int64_t>(held_, static_cast<std::int64_t>(days_)));
    for (std::size_t page = 0; page < kPages; ++page) {
      std::int64_t sum = 0;
      for (std::size_t d = 0; d < days; ++d) sum += ring_[d][page];
      // Half a request stands for a page that nobody has used.
      const double mean = std::max(static_cast<double>(sum) / static_cast<double>(days), 0.5);
      const double score = static_cast<double>(today_[page]) / (page_factor_ * mean);
      if (score > kLeastPageNamed) scores.emit({EntityKind::page, page}, score);
    }
  }

  double data_limit_;
  double any_limit_;
  double page_factor_;
  std::size_t days_;
  std::int64_t day_us_;
  std::vector<PageCounts> ring_;  // whole days, the oldest overwritten
  PageCounts today_{};
  std::int64_t day_ = kNoDay;
  std::int64_t held_ = 0;             // whole days seen
  std::vector<std::int64_t> groups_;  // packed counts of a window by a hash of the source; scratch, as is the next
  SparseTable frequent_;              // packed counts of the sources in groups that reach a limit
};

}  // namespace

Descriptor describe_threshold_rules() {
  Descriptor d;
  d.name = "threshold-rules";
  d.summary = "requests a minute per source, requests a day per page, against fixed limits";
  d.pages = kAllPages;
  d.parameters = {
      {"member_data_per_minute", 60, 1, 1e6, "limit of one source on member-data pages"},
      {"requests_per_minute", 300, 1, 1e6, "limit of one source on all pages"},
      {"page_day_factor", 1.5, 1, 100, "limit of a page's day, times its trailing mean"},
      {"trailing_days", 28, 7, 365, "days in the trailing mean", Numbers::whole},
  };
  d.memory_bound_bytes = 32 << 20;
  d.time_bound_ns = 200;
  d.names_sources = true;
  d.paper = "operations-centre practice";
  d.check = "arithmetic";
  return d;
}

std::unique_ptr<Detector> make_threshold_rules(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<ThresholdRules>(descriptor);
}

}  // namespace dwell::detect
