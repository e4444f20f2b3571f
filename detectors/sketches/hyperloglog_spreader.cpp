#include "detectors/sketches/hyperloglog_spreader.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/sketches/distinct_members.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostPasts = 1 << 18;
constexpr double kMostShape = 400;
constexpr std::array<EntityKind, 3> kKinds = {EntityKind::source, EntityKind::network, EntityKind::key};

/// Of what is not negative.
bool is_sum(double value) { return value >= 0 && value <= std::numeric_limits<double>::max(); }

class HyperLogLogSpreader final : public Described<HyperLogLogSpreader, ShardedDetector> {
 public:
  HyperLogLogSpreader(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        span_windows_(std::max<std::int64_t>(
            1, static_cast<std::int64_t>(parameter("span_hours") * static_cast<double>(setting.windows_per_day) / 24 +
                                         .5))),
        least_members_(static_cast<std::uint64_t>(whole("least_members"))),
        learn_(parameter("learn_days") * static_cast<double>(setting.windows_per_day) /
               static_cast<double>(span_windows_)),
        distinct_(DistinctMembers::Limits{}) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    SparseTable::Entry* const out = table.list.extend(size);
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = pack_visit(access.member(i), access.source(i), access.network(i), access.key(i));
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    distinct_.add(table.list.entries());
    if ((window.index + 1) % span_windows_ != 0) return;
    distinct_.end_span();
    const std::int64_t span = window.index / span_windows_;
    for (std::size_t kind = 0; kind < kKinds.size(); ++kind) judge_kind(kind, span, scores);
    pasts_.prune(kMostPasts, [](const Past& past) { return past.span; });
  }

  void save(ByteWriter& writer) const override {
    distinct_.save(writer);
    pasts_.save(writer);
    for (const Population& p : populations_) {
      for (const double value : {p.active, p.share, p.square, p.noise}) writer.put(value);
    }
  }
  Status restore(ByteReader& reader) override {
    distinct_.restore(reader);
    pasts_.restore(reader);
    for (Population& p : populations_) {
      for (double* value : {&p.active, &p.share, &p.square, &p.noise}) {
        *value = reader.get<double>();
        if (!is_sum(*value)) reader.fail();
      }
    }
    for (const auto& entry : pasts_.entries()) {
      if (!is_sum(entry.value.members) || !is_sum(entry.value.totals)) reader.fail();
    }
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + distinct_.bytes() + pasts_.bytes(); }

 private:
  struct Past {
    double members = 0;  // C
    double totals = 0;   // S
    std::int64_t span = 0;
  };
  /// The entities of one kind that are active in a span.
  struct Census {
    std::uint64_t entities = 0;
    std::uint64_t members = 0;
    std::uint64_t squares = 0;
    void count(std::uint64_t spread) {
      entities += spread != 0 ? 1 : 0;
      members += spread;
      squares += spread * spread;
    }
  };
  /// What an entity without a past is judged by: a, and a / m.
  struct Newcomer {
    bool known = false;
    double shape = 0;
    double totals = 0;
  };
  /// Shares of the active entities of one kind, over the past.
  struct Population {
    double active = 0;
    double share = 0;
    double square = 0;
    double noise = 0;  // of the squares, what counting alone explains

    /// `each` is for how many members stands one that was counted.
    void learn(const Census& census, double each, double keep) {
      const double total = std::max(1.0, static_cast<double>(census.members));
      active = active * keep + static_cast<double>(census.entities);
      share = share * keep + static_cast<double>(census.members) / total;
      square = square * keep + static_cast<double>(census.squares) / (total * total);
      noise = noise * keep + each * static_cast<double>(census.members) / (total * total);
    }
    [[nodiscard]] double mean() const { return share / active; }
    [[nodiscard]] double shape() const {
      const double between = square / active - mean() * mean() - noise / active;
      return between > 0 ? std::clamp(mean() * mean() / between, .05, kMostShape) : kMostShape;
    }
    [[nodiscard]] Newcomer newcomer() const {
      if (!(active > 0)) return {};
      const double a = shape();
      return {true, a, a / mean()};
    }
  };

  void judge_kind(std::size_t kind, std::int64_t span, Scores& scores) {
    // Whole numbers, so that no sum depends on the order of entities.
    Census census;
    distinct_.for_each(kind, 1, [&](std::uint32_t, std::uint64_t members) { census.count(members); });
    const Newcomer newcomer = populations_[kind].newcomer();
    const auto total = static_cast<double>(census.members);
    distinct_.for_each(kind, least_members_, [&](std::uint32_t id, std::uint64_t members) {
      judge({kKinds[kind], id}, static_cast<double>(members), newcomer, total, span, scores);
    });
    populations_[kind].learn(census, static_cast<double>(distinct_.members_per_count()), learn_.keep(1));
  }
  void judge(Entity entity, double members, const Newcomer& newcomer, double total, std::int64_t span, Scores& scores) {
    Past& past = pasts_.at(static_cast<std::uint64_t>(entity.kind) << 32 | entity.id);
    const double keep = learn_.keep(span - past.span);
    past.members *= keep;
    past.totals *= keep;
    past.span = span;
    if (newcomer.known) {
      const double mu = total * (newcomer.shape + past.members) / (newcomer.totals + past.totals);
      const double shape = std::min(newcomer.shape + past.members, kMostShape);
      const auto each = static_cast<double>(distinct_.members_per_count());  // evidence is in what was counted
      scores.emit(entity, excess_nats(members / each, mu / each, shape));
    }
    past.members += members;
    past.totals += total;
  }

  std::int64_t span_windows_;
  std::uint64_t least_members_;
  Forgetting learn_;
  DistinctMembers distinct_;
  FlatMap<Past> pasts_;  // by entity
  std::array<Population, kKinds.size()> populations_{};
};

}  // namespace

Descriptor describe_hyperloglog_spreader() {
  Descriptor d;
  d.name = "hyperloglog-spreader";
  d.summary = "sources, networks and keys that touch more distinct members than they used to";
  d.parameters = {
      {"span_hours", 1, .1, 48, "span of time, in whole windows, at whose end members are counted and entities judged"},
      {"least_members", 8, 1, 1e6, "distinct members below which an entity is not judged, nor learnt from",
       Numbers::whole},
      {"learn_days", 28, 1, 365, "time constant of an entity's past"},
  };
  d.memory_bound_bytes = 400ULL << 20;
  d.time_bound_ns = 300;
  d.names_sources = true;
  d.paper = "Flajolet et al. 2007";
  d.check = "relative error 1.04 / √m = .81 %";
  return d;
}

std::unique_ptr<Detector> make_hyperloglog_spreader(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<HyperLogLogSpreader>(descriptor, setting);
}

}  // namespace dwell::detect
