#include "detectors/rules/impossible_travel.hpp"

#include <algorithm>
#include <array>

#include "detectors/common/described.hpp"
#include "detectors/common/excess.hpp"
#include "detectors/common/flat_map.hpp"
#include "detectors/rules/last_places.hpp"
#include "sim/core/time.hpp"

namespace dwell::detect {
namespace {

constexpr std::size_t kMostPasts = 1 << 17;
constexpr std::size_t kAtATime = 64;  // rows whose places are on their way into the cache
constexpr double kMostShape = 50;
constexpr double kHoursPerDay = 24;

std::uint64_t tagged(EntityKind kind, std::uint32_t id) { return static_cast<std::uint64_t>(kind) << 32 | id; }
Entity untagged(std::uint64_t key) { return {static_cast<EntityKind>(key >> 32), key & 0xffffffffU}; }

class ImpossibleTravel final : public Described<ImpossibleTravel, ShardedDetector> {
 public:
  ImpossibleTravel(const Descriptor& descriptor, const Setting& setting)
      : Described(descriptor),
        shards_(setting.shards),
        times_(
            std::make_shared<const TravelTimes>(setting.countries, parameter("km_per_hour"), parameter("unknown_km"))),
        prior_(parameter("usual_per_day") / kHoursPerDay),
        recent_(parameter("recent_hours")),
        learn_(parameter("learn_days") * kHoursPerDay) {}

  [[nodiscard]] std::unique_ptr<ShardState> make_shard_state(ShardId) const override {
    return std::make_unique<LastPlaces>(shards_, times_);
  }

  void observe(const WindowRows& rows, ShardState* state, WindowTable& table) const override {
    LastPlaces& places = static_cast<LastPlaces&>(*state);
    const telemetry::AccessRows access = rows.access;  // by value: no store can change it
    const std::size_t size = access.size();
    constexpr std::int64_t minute_us = Duration::minutes(1).us;
    std::array<LastPlaces::Visit, kAtATime> visits;
    std::array<std::uint32_t, kAtATime> row_of;
    for (std::size_t begin = 0; begin < size; begin += kAtATime) {
      const std::size_t end = std::min(size, begin + kAtATime);
      std::size_t count = 0;
      for (std::size_t i = begin; i < end; ++i) {
        const auto client = static_cast<Client>(access.client(i));
        const bool in_person = (client != Client::service) & (client != Client::script);
        visits[count] = places.visit_of(access.member(i), access.country(i), access.time_us(i) / minute_us, in_person);
        places.prefetch(visits[count]);
        row_of[count] = static_cast<std::uint32_t>(i);
        count += access.status(i) == telemetry::kStatusOk ? 1 : 0;
      }
      for (std::size_t k = 0; k < count; ++k) {
        if (!places.visit(visits[k])) continue;
        const std::size_t i = row_of[k];
        table.sums.add(tagged(EntityKind::source, access.source(i)), 1);
        table.sums.add(tagged(EntityKind::network, access.network(i)), 1);
        table.sums.add(tagged(EntityKind::key, access.key(i)), 1);
      }
    }
  }

  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    for (const SparseTable::Entry& entry : table.sums.entries()) hour_.at(entry.key) += entry.value;
    const std::int64_t hour = window.begin_us / Duration::hours(1).us;
    if (window.end_us / Duration::hours(1).us != hour) end_hour(hour, scores);
  }

  void save(ByteWriter& writer) const override {
    hour_.save(writer);
    pasts_.save(writer);
    writer.put(recent_hours_);
    writer.put(hours_);
  }
  Status restore(ByteReader& reader) override {
    hour_.restore(reader);
    pasts_.restore(reader);
    recent_hours_ = reader.get<double>();
    hours_ = reader.get<double>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return sizeof *this + hour_.bytes() + pasts_.bytes(); }

 private:
  struct Past {
    double recent = 0;
    double learnt = 0;
    std::int64_t hour = 0;
  };

  void end_hour(std::int64_t hour, Scores& scores) {
    hour_.prune(kMostPasts, [](std::int64_t members) { return members; });
    recent_hours_ = recent_hours_ * recent_.keep(1) + 1;
    for (const auto& entry : hour_.entries()) judge(entry.key, static_cast<double>(entry.value), hour, scores);
    hour_.clear();
    hours_ = hours_ * learn_.keep(1) + 1;
    pasts_.prune(kMostPasts, [](const Past& past) { return past.learnt; });
  }
  void judge(std::uint64_t id, double members, std::int64_t hour, Scores& scores) {
    Past& past = pasts_.at(id);
    const std::int64_t elapsed = hour - past.hour;
    past.recent = past.recent * recent_.keep(elapsed) + members;
    past.learnt *= learn_.keep(elapsed);
    past.hour = hour;
    if (hours_ > 0) {
      // What is recent is left out of the rate it is judged by.
      const double before = std::max(0.0, past.learnt - (past.recent - members));
      const double rate = prior_ + before / std::max(hours_ - recent_hours_, recent_hours_);
      const double shape = std::min(kMostShape, 1 + before);
      scores.emit(untagged(id), excess_nats(past.recent, rate * recent_hours_, shape));
    }
    past.learnt += members;
  }

  std::uint32_t shards_;
  std::shared_ptr<const TravelTimes> times_;
  double prior_;  // members an hour
  Forgetting recent_;
  Forgetting learn_;
  FlatMap<std::int64_t> hour_;  // members, by tagged entity
  FlatMap<Past> pasts_;         // by tagged entity
  double recent_hours_ = 0;     // R
  double hours_ = 0;            // W
};

}  // namespace

Descriptor describe_impossible_travel() {
  Descriptor d;
  d.name = "impossible-travel";
  d.summary = "accounts used in two countries within less time than the way takes, by who used them last";
  d.pages = kAllPages;
  d.parameters = {
      {"km_per_hour", 900, 1, 1e5, "speed beyond which a journey is impossible"},
      {"unknown_km", 2000, 0, 20'000, "distance between countries whose places are not known"},
      {"usual_per_day", .25, 1e-6, 1e6, "impossible journeys a day to an entity that had none"},
      {"recent_hours", 24, 1, 720, "time constant of the journeys judged"},
      {"learn_days", 28, 1, 365, "time constant of an entity's usual number"},
  };
  d.memory_bound_bytes = 640ULL << 20;
  d.time_bound_ns = 200;
  d.names_sources = true;
  d.paper = "Sinnott 1984, haversine; operations-centre practice";
  d.check = "haversine vectors";
  return d;
}

std::unique_ptr<Detector> make_impossible_travel(const Descriptor& descriptor, const Setting& setting) {
  return std::make_unique<ImpossibleTravel>(descriptor, setting);
}

}  // namespace dwell::detect
