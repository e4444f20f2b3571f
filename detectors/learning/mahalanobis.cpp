#include "detectors/learning/mahalanobis.hpp"

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
    if (size == 0) return;
    // A slot for every page and a power of two of them: no branch on most rows.
    constexpr std::size_t slots = 16;
    static_assert(kPages <= slots);
    std::array<std::uint32_t, slots> pages{};
    std::array<std::int64_t, kFeatures> counts{};
    for (std::size_t i = 0; i < size; ++i) ++pages[access.page(i) % slots];
    std::uint32_t nobody = 0;  // in a loop of its own, which has no branch and several rows at a time
    for (std::size_t i = 0; i < size; ++i) {
      const unsigned data = access.page(i) >= kFirstDataPage;
      const unsigned none = access.records(i) == 0;
      const unsigned answered = access.status(i) == telemetry::kStatusOk;
      nobody += data & none & answered;
    }
    counts[kNobody] = nobody;
    for (std::size_t page = kFirstDataPage; page < kPages; ++page) counts[page - kFirstDataPage] = pages[page];
    counts[kAll] = static_cast<std::int64_t>(size);
    SparseTable::Entry* const out = table.list.extend(kFeatures);
    for (std::size_t f = 0; f < kFeatures; ++f) out[f] = {f, counts[f]};
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    for (const SparseTable::Entry& entry : table.list.entries()) counts_[entry.key] += entry.value;
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
      {"season_days", 14, 1, 365, "time constant of the hour-of-day means"},
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
