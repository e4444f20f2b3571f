#include "bench/oracle/oracle_volume.hpp"

#include <algorithm>
#include <utility>

#include "sim/core/math.hpp"

namespace dwell::oracle {
namespace {

constexpr std::int64_t kBinsPerDay = 144;  // what else is there is learnt by ten minutes of the day
constexpr double kLeastMean = 0.02;        // expected counts below it say nothing and would blow up the ratio
constexpr double kLeastDispersion = 0.5;

class OracleVolume final : public detect::ShardedDetector {
 public:
  explicit OracleVolume(std::shared_ptr<const Intensities> truth)
      : truth_(std::move(truth)), descriptor_(describe_oracle_volume()), bins_(kBinsPerDay * kPages) {}

  [[nodiscard]] const detect::Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override {
    return std::make_unique<OracleVolume>(*this);
  }

  void observe(const detect::WindowRows& rows, detect::ShardState*, detect::WindowTable& table) const override {
    std::array<std::int64_t, kPages> counts{};
    for (std::size_t i = 0; i < rows.access.size(); ++i) {
      const auto client = static_cast<Client>(rows.access.client(i));
      counts[rows.access.page(i)] += client != Client::service && client != Client::script ? 1 : 0;
    }
    for (std::uint32_t page = 0; page < kPages; ++page) {
      if (counts[page] != 0) table.sums.add(page, counts[page]);
    }
  }

  void close(const detect::WindowInfo& window, const detect::WindowRows&, const detect::WindowTable& table,
             detect::Scores& scores) override {
    if (window.index < truth_->warm_up_windows) return learn(window.index, table);
    const auto* addition = campaign(window.index);
    if (addition == nullptr) return;
    for (std::uint32_t page = 0; page < kPages; ++page) {
      if ((*addition)[page] <= 0) continue;
      const double ratio = llr(window.index, page, static_cast<double>(table.sums.get(page)), (*addition)[page]);
      sum_[page] = std::max(0.0, sum_[page] + ratio);
      scores.emit({detect::EntityKind::page, page}, sum_[page]);
    }
  }

  void save(ByteWriter& writer) const override {
    for (const double sum : sum_) writer.put(sum);
    for (const Bin& bin : bins_) {
      writer.put(bin.excess);
      writer.put(bin.windows);
    }
    for (const Spread& spread : spread_) {
      writer.put(spread.squares);
      writer.put(spread.above);
    }
  }
  Status restore(ByteReader& reader) override {
    for (double& sum : sum_) sum = reader.get<double>();
    for (Bin& bin : bins_) {
      bin.excess = reader.get<double>();
      bin.windows = reader.get<double>();
    }
    for (Spread& spread : spread_) {
      spread.squares = reader.get<double>();
      spread.above = reader.get<double>();
    }
    return reader.finish("oracle-volume");
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + bins_.size() * sizeof(Bin); }

 private:
  struct Bin {  // what members' intensity does not explain of a page in ten minutes of the day
    double excess = 0;
    double windows = 0;
  };
  struct Spread {  // for the dispersion: sum of squared expectations, and of variance beyond Poisson
    double squares = 0;
    double above = 0;
  };

  [[nodiscard]] std::size_t bin(std::int64_t window, std::uint32_t page) const {
    const std::int64_t minute = window % truth_->windows_per_day;
    return static_cast<std::size_t>(minute * kBinsPerDay / truth_->windows_per_day) * kPages + page;
  }
  [[nodiscard]] double share_of(std::uint32_t page, std::int64_t window) const {
    const auto day = static_cast<std::size_t>(window / truth_->windows_per_day);
    return truth_->shares[std::min(day, truth_->shares.size() - 1)][page];
  }
  [[nodiscard]] double of_members(std::int64_t window, std::uint32_t page) const {
    return share_of(page, window) * truth_->members[static_cast<std::size_t>(window)];
  }
  [[nodiscard]] double expected(std::int64_t window, std::uint32_t page) const {
    const Bin& added = bins_[bin(window, page)];
    const double rest = added.windows > 0 ? added.excess / added.windows : 0;
    return std::max(kLeastMean, of_members(window, page) + rest);
  }
  [[nodiscard]] const std::array<double, kPages>* campaign(std::int64_t window) const {
    const std::int64_t hour = window * 24 / truth_->windows_per_day;
    if (hour >= static_cast<std::int64_t>(truth_->campaign_by_hour.size())) return nullptr;
    return &truth_->campaign_by_hour[static_cast<std::size_t>(hour)];
  }

  void learn(std::int64_t window, const detect::WindowTable& table) {
    const bool second_half = window >= truth_->warm_up_windows / 2;
    for (std::uint32_t page = 0; page < kPages; ++page) {
      const auto count = static_cast<double>(table.sums.get(page));
      if (second_half) {
        const double mean = expected(window, page);
        spread_[page].squares += mean * mean;
        spread_[page].above += (count - mean) * (count - mean) - mean;
      }
      Bin& added = bins_[bin(window, page)];
      added.excess += count - of_members(window, page);
      added.windows += 1;
    }
  }

  [[nodiscard]] double llr(std::int64_t window, std::uint32_t page, double count, double addition) const {
    const double mean = expected(window, page);
    const Spread& spread = spread_[page];
    const bool poisson =
        spread.above * 1e4 <= spread.squares;  // hardly any dispersion: the Poisson limit, r → infinity
    if (poisson) return count * det_log((mean + addition) / mean) - addition;
    const double r = std::max(kLeastDispersion, spread.squares / spread.above);
    const double grown = det_log((r + mean + addition) / (r + mean));
    return count * (det_log((mean + addition) / mean) - grown) - r * grown;
  }

  std::shared_ptr<const Intensities> truth_;
  detect::Descriptor descriptor_;
  std::array<double, kPages> sum_{};
  std::vector<Bin> bins_;
  std::array<Spread, kPages> spread_{};
};

}  // namespace

detect::Descriptor describe_oracle_volume() {
  detect::Descriptor d;
  d.name = "oracle-volume";
  d.summary = "CUSUM on the campaign's pages with the true intensities";
  d.memory_bound_bytes = 64 * 1024;
  d.paper = "Page 1954";
  d.counts_only = true;
  return d;
}

std::unique_ptr<detect::Detector> make_oracle_volume(std::shared_ptr<const Intensities> truth) {
  return std::make_unique<OracleVolume>(std::move(truth));
}

}  // namespace dwell::oracle
