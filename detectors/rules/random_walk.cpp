#include "detectors/rules/random_walk.hpp"

#include <algorithm>
#include <utility>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostSources = 1 << 18;
constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::size_t kAhead = 32;  // rows whose walks are fetched at a time

class RandomWalk final : public Described<RandomWalk, SequentialDetector> {
 public:
  explicit RandomWalk(const Descriptor& descriptor) : Described(descriptor) {
    const double benign = parameter("success_benign");
    const double guessing = parameter("success_guessing");
    const double alpha = parameter("false_positive");
    const double beta = parameter("detection");
    hit_ = det_log(guessing / benign);
    miss_ = det_log((1 - guessing) / (1 - benign));
    lower_ = det_log((1 - beta) / (1 - alpha));
    least_named_ = 1.5 * miss_;
    fading_ = Forgetting(parameter("memory_minutes"));
  }

  void observe(const WindowRows& rows) override {
    // Walks of many sources lie far apart in memory: fetch some before they are needed.
    const std::size_t size = rows.access.size();
    for (std::size_t begin = 0; begin < size; begin += kAhead) {
      const std::size_t end = std::min(size, begin + kAhead);
      for (std::size_t i = begin; i < end; ++i) walks_.prefetch_slot(rows.access.source(i));
      for (std::size_t i = begin; i < end; ++i) walks_.prefetch_entry(rows.access.source(i));
      for (std::size_t i = begin; i < end; ++i) step(rows.access, i);
    }
  }
  bool score_rows(const WindowRows& rows, std::span<double> out) override {
    for (std::size_t i = 0; i < rows.access.size(); ++i) out[i] = step(rows.access, i);
    return true;
  }
  void close(const WindowInfo&, Scores& scores) override {
    // Per source the greatest first, then only that one.
    std::sort(raised_.begin(), raised_.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    for (std::size_t i = 0; i < raised_.size(); ++i) {
      if (i == 0 || raised_[i].first != raised_[i - 1].first)
        scores.emit({EntityKind::source, raised_[i].first}, raised_[i].second);
    }
    raised_.clear();
    walks_.prune(kMostSources, [](const Walk& walk) { return walk.s; });
  }

  void save(ByteWriter& writer) const override {
    walks_.save(writer);
    put_records(writer, raised_);
  }
  Status restore(ByteReader& reader) override {
    walks_.restore(reader);
    raised_ = get_records<Raised>(reader);
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override {
    return sizeof *this + walks_.bytes() + raised_.capacity() * sizeof(Raised);
  }

 private:
  struct Raised {
    std::uint64_t first;
    double second;
  };

  double step(const telemetry::AccessRows& access, std::size_t i) {
    if (access.status(i) != telemetry::kStatusOk) return 0;
    const std::uint32_t source = access.source(i);
    Walk& walk = walks_.at(source);
    double& s = walk.s;
    const std::int64_t minute = access.ingest_us(i) / kMinuteUs;
    s *= fading_.keep(std::max<std::int64_t>(0, minute - walk.minute));
    walk.minute = minute;
    if (access.records(i) != 0) {
      s += hit_;
      if (s <= lower_) s = 0;
    } else {
      s += miss_;
      if (s >= least_named_) raised_.push_back({source, s});
    }
    return s;
  }

  struct Walk {
    double s = 0;
    std::int64_t minute = 0;  // when `s` was last brought up to date
  };

  Forgetting fading_{1};
  double hit_;
  double miss_;
  double lower_;
  double least_named_;
  FlatMap<Walk> walks_;
  std::vector<Raised> raised_;  // this window's
};

}  // namespace

Descriptor describe_random_walk() {
  Descriptor d;
  d.name = "random-walk";
  d.summary = "sources whose requests name members that do not exist";
  d.form = Form::sequential;
  d.parameters = {
      {"success_benign", .8, .01, .99, "share of requests that find a member when benign (θ₀)"},
      {"success_guessing", .2, .01, .99, "share of requests that find a member when guessing (θ₁)"},
      {"false_positive", .01, 1e-9, .5, "α of the published decision"},
      {"memory_minutes", 1440, 1, 1e6, "time constant with which evidence fades"},
      {"detection", .99, .5, 1 - 1e-9, "β of the published decision"},
  };
  d.memory_bound_bytes = 2 * FlatMap<double>::bytes_at_most(kMostSources + (1 << 17)) + (4 << 20);
  d.time_bound_ns = 300;
  d.names_sources = true;
  d.paper = "Jung et al. 2004, threshold random walk";
  d.check = "decides at the 4th miss: 4⁴ = 256 > 99";
  return d;
}

std::unique_ptr<Detector> make_random_walk(const Descriptor& descriptor, const Setting&) {
  return std::make_unique<RandomWalk>(descriptor);
}

}  // namespace dwell::detect
