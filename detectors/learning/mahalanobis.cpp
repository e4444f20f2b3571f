#include "detectors/learning/mahalanobis.hpp"

#include <algorithm>
#include <array>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/learning/running_gaussian.hpp"
#include "sim/core/math.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kFirstDataPage = static_cast<std::size_t>(Page::mypage);
constexpr std::size_t kDataPages = kPages - kFirstDataPage;
constexpr std::size_t kAll = kDataPages;         // feature: all requests
constexpr std::size_t kNobody = kDataPages + 1;  // feature: member-data requests that found nobody
constexpr std::size_t kFeatures = kDataPages + 2;
constexpr std::size_t kHours = 24;
constexpr std::int64_t kFewestHours = 7 * 24;

class MahalanobisDetector final : public Described<MahalanobisDetector, ShardedDetector> {
 public:
  explicit MahalanobisDetector(const Descriptor& descriptor)
      : Described(descriptor),
        season_(parameter("season_days")),
        gaussian_(kFeatures, Forgetting(parameter("learn_days") * kHours).keep(1)) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    for (std::size_t begin = 0; begin < size; begin += Counts::kMostRows) {
      const std::size_t end = std::min(size, begin + Counts::kMostRows);
      std::uint64_t pages = 0;
      for (std::size_t i = begin; i < end; ++i) pages += Counts::kAdds[access.page(i) % Counts::kAdds.size()];
      std::uint32_t nobody = 0;  // in a loop of its own, which has no branch and several rows at a time
      for (std::size_t i = begin; i < end; ++i) {
        const unsigned data = access.page(i) >= kFirstDataPage;
        const unsigned none = access.records(i) == 0;
        const unsigned answered = access.status(i) == telemetry::kStatusOk;
        nobody += data & none & answered;
      }
      *table.list.extend(1) = Counts::pack(pages, end - begin, nobody);
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    for (const SparseTable::Entry& entry : table.list.entries()) Counts::unpack(entry, counts_);
    const std::int64_t hour = window.begin_us / Duration::hours(1).us;
    if (window.end_us / Duration::hours(1).us == hour) return;
    judge(static_cast<std::size_t>(hour % static_cast<std::int64_t>(kHours)), scores);
    counts_.fill(0);
    ++hours_;
  }

  void save(ByteWriter& writer) const override {
    gaussian_.save(writer);
    for (const Season& season : seasons_) {
      writer.put(season.weight);
      for (const double value : season.mean) writer.put(value);
    }
    writer.put(counts_);
    writer.put(hours_);
  }
  Status restore(ByteReader& reader) override {
    gaussian_.restore(reader);
    for (Season& season : seasons_) {
      season.weight = reader.get<double>();
      for (double& value : season.mean) value = reader.get<double>();
    }
    counts_ = reader.get<std::array<std::int64_t, kFeatures>>();
    hours_ = reader.get<std::int64_t>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + gaussian_.bytes(); }

 private:
  /// What up to 4,095 rows add to the features, as an entry of the list: a field of its value for each page, so that a
  /// row touches no counter in memory.
  struct Counts {
    static constexpr unsigned kBits = 12;
    static constexpr std::size_t kMostRows = (1U << kBits) - 1;
    /// What a row adds: 1 in its page's field, nothing for other pages. A power of two of them: no branch on a row.
    static constexpr std::array<std::uint64_t, 16> kAdds = [] {
      static_assert(kPages <= 16 && kDataPages * kBits < 64);
      std::array<std::uint64_t, 16> adds{};
      for (std::size_t page = 0; page < kDataPages; ++page)
        adds[kFirstDataPage + page] = std::uint64_t{1} << (page * kBits);
      return adds;
    }();
    static SparseTable::Entry pack(std::uint64_t pages, std::size_t all, std::uint32_t nobody) {
      return {static_cast<std::uint64_t>(all) << 32 | nobody, static_cast<std::int64_t>(pages)};
    }
    static void unpack(const SparseTable::Entry& entry, std::array<std::int64_t, kFeatures>& counts) {
      for (std::size_t page = 0; page < kDataPages; ++page)
        counts[page] += entry.value >> (page * kBits) & static_cast<std::int64_t>(kMostRows);
      counts[kAll] += static_cast<std::int64_t>(entry.key >> 32);
      counts[kNobody] += static_cast<std::int64_t>(entry.key & 0xffffffffU);
    }
  };
  using Features = std::array<double, kFeatures>;
  struct Season {
    double weight = 0;
    Features mean{};
  };

  void judge(std::size_t hour, Scores& scores) {
    Season& season = seasons_[hour];
    Features y;
    Features residual;
    for (std::size_t f = 0; f < kFeatures; ++f) {
      y[f] = det_log(static_cast<double>(counts_[f]) + .5);
      residual[f] = y[f] - season.mean[f];
    }
    // The first day has no season to be compared with.
    if (season.weight > 0) {
      if (hours_ >= kFewestHours)
        scores.emit({EntityKind::platform, 0}, gaussian_.distance_squared(residual, kLeastVariance));
      gaussian_.learn(residual);
    }
    season.weight = season.weight * season_.keep(1) + 1;
    for (std::size_t f = 0; f < kFeatures; ++f) season.mean[f] += (y[f] - season.mean[f]) / season.weight;
  }

  static constexpr double kLeastVariance = 1e-6;  // a thousandth of the count: less than that is no deviation
  Forgetting season_;                             // in days
  RunningGaussian gaussian_;
  std::array<Season, kHours> seasons_{};
  std::array<std::int64_t, kFeatures> counts_{};  // this hour's
  std::int64_t hours_ = 0;
};

}  // namespace

Descriptor describe_mahalanobis() {
  Descriptor d;
  d.name = "mahalanobis";
  d.summary = "hourly mix of member-data pages, volume and misses against its own covariance";
  d.pages = kAllPages;
  d.parameters = {
      {"season_days", 14, 1, 365, "time constant of the hour-of-day means", Numbers::any, Use::telemetry},
      {"learn_days", 28, 1, 365, "time constant of mean and covariance"},
  };
  d.memory_bound_bytes = 16 << 10;
  d.time_bound_ns = 150;
  d.paper = "Mahalanobis 1936; Welford 1962";
  d.check = "D² ~ χ²_d";
  return d;
}

std::unique_ptr<Detector> make_mahalanobis(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<MahalanobisDetector>(descriptor);
}

}  // namespace dwell::detect
