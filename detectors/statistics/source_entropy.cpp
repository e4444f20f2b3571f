// source-entropy: the hourly entropy of the sources of each member-data page, against its usual value.
//
// Inputs: source address and page of every request to a member-data page. At the end of each hour, per page,
//   h = H / ln N   (sample_entropy.hpp; N requests; 1 when every request has its own source)
//   score = |h - mean| · sqrt(N) / sd   (seasonal_mean.hpp)
// Concentration and dispersion are equally suspicious. Dividing by ln N takes out most of the traffic's own rhythm,
// which dominates H when sources rarely repeat. Lakhina et al. judge H by a subspace across links; here pages stand
// alone. Pages with fewer than `least_requests` in an hour are neither judged nor learnt.

#include <algorithm>
#include <array>
#include <vector>

#include "detectors/statistics/entries.hpp"
#include "detectors/statistics/page_counts.hpp"
#include "detectors/statistics/sample_entropy.hpp"
#include "detectors/statistics/seasonal_baseline.hpp"
#include "detectors/statistics/seasonal_mean.hpp"

namespace dwell::detect {
namespace {

/// Pairs of page and source held within an hour. Requests of pairs beyond it count as sources seen once: a defined,
/// rare loss instead of unbounded memory.
constexpr std::size_t kMostPairs = std::size_t{1} << 22;

/// Requests that wait to be added to their pairs: the table of these is too large for the caches, in which a window at
/// a time would find none of it.
constexpr std::size_t kMostWaiting = std::size_t{1} << 17;
constexpr std::size_t kAhead = 16;  // requests, of which the pair is called into the cache

constexpr std::uint64_t pair_key(std::uint32_t page, std::uint32_t source) {
  return static_cast<std::uint64_t>(page) << 32 | source;
}

bool has_sources(std::uint64_t pair) { return pair >> 32 >= kFirstMemberPage && pair >> 32 < kPages; }

Descriptor describe_source_entropy() {
  Descriptor descriptor;
  descriptor.name = "source-entropy";
  descriptor.summary = "hourly entropy of source addresses per member-data page against its usual value";
  descriptor.paper = "Lakhina, Crovella and Diot 2005";
  descriptor.check = "log k for k equal sources";
  descriptor.memory_bound_bytes = 256 << 20;
  descriptor.time_bound_ns = 300;
  descriptor.parameters = {
      {"least_requests", 16, 2, 1e6, "requests to a page below which an hour is not judged"},
      {"season_days", 14, 1, 365, "time constant of the usual value per hour of the day"},
      {"level_days", 2, 0.05, 365, "time constant at which the level is followed"},
  };
  return descriptor;
}

class SourceEntropy final : public ShardedDetector {
 public:
  explicit SourceEntropy(const Descriptor& descriptor)
      : descriptor_(descriptor),
        least_requests_(descriptor.parameter("least_requests")),
        clock_(60),
        pages_(kMemberPages,
               {0, SeasonalMean(descriptor.parameter("season_days"), descriptor.parameter("level_days"))}) {}

  [[nodiscard]] const Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<Detector> clone() const override { return std::make_unique<SourceEntropy>(*this); }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    std::uint64_t total = sizeof(*this) + pages_.capacity() * sizeof(PageState) + hour_.bytes() +
                          waiting_.capacity() * sizeof(std::uint64_t);
    for (const std::vector<std::int64_t>& counts : counts_) total += counts.capacity() * sizeof(std::int64_t);
    return total;
  }

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = {pair_key(access.page(i), access.source(i)), 1};
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    const std::span<const SparseTable::Entry> entries = table.list.entries();
    std::size_t size = waiting_.size();
    waiting_.resize(size + entries.size() + 1);
    for (const SparseTable::Entry& entry : entries) {
      waiting_[size] = entry.key;
      size += has_sources(entry.key) ? 1 : 0;
    }
    waiting_.resize(size);
    if (size >= kMostWaiting) hold_waiting();
    if (!clock_.take(window)) return;
    hold_waiting();
    judge(clock_.place().minute_of_day / 60, scores);
    const std::size_t pairs = hour_.size();
    hour_.clear();
    hour_.expect(pairs);  // as many again, rather than growing to them step by step
    clock_.restart();
  }

  void save(ByteWriter& writer) const override {
    clock_.save(writer);
    for (const PageState& page : pages_) {
      writer.put(page.spilled);
      page.usual.save(writer);
    }
    std::vector<SparseTable::Entry> ordered(hour_.entries().begin(), hour_.entries().end());
    std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    writer.put_vector(ordered);
    std::vector<std::uint64_t> waiting = waiting_;
    std::sort(waiting.begin(), waiting.end());
    writer.put_vector(waiting);
  }
  Status restore(ByteReader& reader) override {
    clock_.restore(reader);
    for (PageState& page : pages_) {
      page.spilled = reader.get<std::int64_t>();
      page.usual.restore(reader);
    }
    hour_.clear();
    for (const SparseTable::Entry& entry : reader.get_vector<SparseTable::Entry>()) {
      if (!has_sources(entry.key) || entry.value <= 0) reader.fail();
      hour_.add(entry.key, entry.value);
    }
    waiting_ = reader.get_vector<std::uint64_t>();
    if (!std::all_of(waiting_.begin(), waiting_.end(), has_sources)) reader.fail();
    return restored(reader, descriptor_);
  }

 private:
  struct PageState {
    std::int64_t spilled;  ///< requests of pairs beyond the bound
    SeasonalMean usual;
  };

  void hold_waiting() {
    // A page's state depends on the set of pairs only, unless the bound is met; then on their order by key, too.
    if (hour_.size() + waiting_.size() > kMostPairs) std::sort(waiting_.begin(), waiting_.end());
    const std::size_t size = waiting_.size();
    for (std::size_t i = 0; i < size; ++i) {
      hour_.prefetch(waiting_[std::min(i + kAhead, size - 1)]);
      hold(waiting_[i]);
    }
    waiting_.clear();
  }
  void hold(std::uint64_t pair) {
    if (hour_.size() < kMostPairs || hour_.get(pair) != 0) {
      hour_.add(pair, 1);
    } else {
      ++pages_[(pair >> 32) - kFirstMemberPage].spilled;
    }
  }

  void judge(std::uint32_t hour_of_day, Scores& scores) {
    for (std::vector<std::int64_t>& counts : counts_) counts.clear();
    for (const SparseTable::Entry& entry : hour_.entries()) {
      counts_[(entry.key >> 32) - kFirstMemberPage].push_back(entry.value);
    }
    for (std::uint32_t i = 0; i < kMemberPages; ++i) {
      PageState& page = pages_[i];
      const SampleEntropy found = sample_entropy(counts_[i], page.spilled);
      page.spilled = 0;
      if (found.observations < least_requests_) continue;
      const double h = found.normalised();
      if (page.usual.ready(hour_of_day)) {
        const double z = page.usual.standardise(hour_of_day, h, found.observations);
        scores.emit({EntityKind::page, kFirstMemberPage + i}, z < 0 ? -z : z);
      }
      page.usual.learn(hour_of_day, h, found.observations);
    }
  }

  Descriptor descriptor_;
  double least_requests_;
  BlockClock clock_;
  std::vector<PageState> pages_;
  std::vector<std::uint64_t> waiting_;  // pairs of this hour's latest requests
  SparseTable hour_;
  std::array<std::vector<std::int64_t>, kMemberPages> counts_;  // scratch
};

}  // namespace

constinit const CatalogueEntry source_entropy_entry = {
    &describe_source_entropy, [](const Descriptor& descriptor, const Setting&) -> std::unique_ptr<Detector> {
      return std::make_unique<SourceEntropy>(descriptor);
    }};

}  // namespace dwell::detect
